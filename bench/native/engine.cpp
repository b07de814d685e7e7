// The engine's work in plain C++, as what the AssemblyScript is measured against. It is driven over
// standard input, so that windows of the two alternate on one machine:
//
//     command   code u8, reserved u8 x 3, bytes u32, then the bytes
//     answer    one line: seconds of processor time, then numbers that say what was done
#include <ctime>
#include <memory>

#include "cities.hpp"
#include "delta.hpp"
#include "page.hpp"
#include "query.hpp"

namespace {

struct Engine {
  explicit Engine(const std::vector<uint8_t>& keys)
      : graph(keys.data(), {u64(keys.data() + 32), u64(keys.data() + 40)}),
        deltas(graph),
        query(graph),
        pages(graph),
        cities(graph) {}

  Graph graph;
  Deltas deltas;
  Query query;
  Pages pages;
  Cities cities;
};

double processorSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

bool readAll(void* target, size_t bytes) { return std::fread(target, 1, bytes, stdin) == bytes; }

// Groups, each after its length u32.
void applyGroups(Engine& engine, const std::vector<uint8_t>& bytes) {
  size_t changes = 0;
  const double start = processorSeconds();
  for (size_t at = 0; at < bytes.size();) {
    engine.deltas.prepare(bytes.data() + at + 4);
    changes += engine.deltas.apply();
    at += 4 + u32(bytes.data() + at);
  }
  const double seconds = processorSeconds() - start;
  std::printf("%.9f %zu %u %u\n", seconds, changes, engine.graph.nodeCount, engine.graph.edgeCount);
}

__attribute__((noinline)) uint32_t nodeById(Graph& graph, const uint8_t* id) {
  const uint32_t row = graph.findNode(id, graph.hashOfId(id));
  return row != 0 && graph.nodes[row].element.exists() ? row : 0;
}

// Ids of 16 bytes; the answer adds up the rows.
void lookUp(Engine& engine, const std::vector<uint8_t>& bytes) {
  uint64_t sum = 0;
  uint8_t id[16];
  const double start = processorSeconds();
  for (size_t at = 0; at < bytes.size(); at += 16) {
    std::memcpy(id, bytes.data() + at, 16);
    sum += nodeById(engine.graph, id);
  }
  std::printf("%.9f %llu\n", processorSeconds() - start, static_cast<unsigned long long>(sum));
}

void sumRows(Engine& engine, const std::vector<uint8_t>& bytes) {
  uint64_t sum = 0;
  for (size_t at = 0; at < bytes.size(); at += 16) {
    const uint8_t* id = bytes.data() + at;
    sum += engine.graph.findNode(id, engine.graph.hashOfId(id));
  }
  std::printf("%llu\n", static_cast<unsigned long long>(sum));
}

// Rows of nodes; the answer counts the edges and adds up their rows.
void expandAll(Engine& engine, const std::vector<uint8_t>& bytes) {
  uint64_t sum = 0;
  size_t count = 0;
  const double start = processorSeconds();
  for (size_t at = 0; at < bytes.size(); at += 4) {
    const size_t found = engine.query.expand(u32(bytes.data() + at));
    for (size_t index = 0; index < found; index++) sum += engine.query.edges[index];
    count += found;
  }
  const double seconds = processorSeconds() - start;
  std::printf("%.9f %zu %llu\n", seconds, count, static_cast<unsigned long long>(sum));
}

// Hops, then rows of nodes; the answer counts the nodes within so many hops and adds up their rows.
void aroundAll(Engine& engine, const std::vector<uint8_t>& bytes) {
  uint64_t sum = 0;
  size_t count = 0;
  const uint32_t hops = u32(bytes.data());
  const double start = processorSeconds();
  for (size_t at = 4; at < bytes.size(); at += 4) {
    const size_t found = engine.query.around(u32(bytes.data() + at), hops);
    const uint32_t* const rows = engine.query.nodesFound();
    for (size_t index = 0; index < found; index++) sum += rows[index];
    count += found;
  }
  const double seconds = processorSeconds() - start;
  std::printf("%.9f %zu %llu\n", seconds, count, static_cast<unsigned long long>(sum));
}

// Rows of a start and an end; the answer is the number of edges between.
void findPath(Engine& engine, const std::vector<uint8_t>& bytes) {
  const double start = processorSeconds();
  const size_t count = engine.query.shortestPath(u32(bytes.data()), u32(bytes.data() + 4), 1024);
  const double seconds = processorSeconds() - start;
  std::printf("%.9f %zu\n", seconds, count);
}

// Times and a delay; the answer counts the nodes whose delay is greater.
void countDelays(Engine& engine, const std::vector<uint8_t>& bytes) {
  const uint32_t times = u32(bytes.data());
  const double delay = loadAs<double>(bytes.data() + 8);
  const PageNames names(engine.graph);
  uint32_t count = 0;
  const double start = processorSeconds();
  for (uint32_t time = 0; time < times; time++) count = engine.pages.countDelays(names, delay);
  std::printf("%.9f %u\n", processorSeconds() - start, count);
}

void printJson(double seconds, const char* bytes, size_t length) {
  uint32_t sum = 0;
  for (size_t at = 0; at < length; at++) sum = sum * 31 + static_cast<uint8_t>(bytes[at]);
  std::printf("%.9f %zu %u\n", seconds, length, sum);
}

// Times, limit, flights and a delay; the answer is the page's bytes and their checksum. The index
// is made before.
void writePages(Engine& engine, const std::vector<uint8_t>& bytes) {
  const uint32_t times = u32(bytes.data());
  const PageNames names(engine.graph);
  const PageQuery query = {loadAs<int64_t>(bytes.data() + 8), loadAs<double>(bytes.data() + 16),
                           u32(bytes.data() + 4)};
  engine.pages.ensureIndex(names);
  size_t length = 0;
  const double start = processorSeconds();
  for (uint32_t time = 0; time < times; time++) length = engine.pages.write(names, query);
  printJson(processorSeconds() - start, engine.pages.bytes(), length);
}

// Times, then ids of 16 bytes; the answer is the bytes of the JSON and their checksum.
void writeCities(Engine& engine, const std::vector<uint8_t>& bytes) {
  const uint32_t times = u32(bytes.data());
  const size_t count = (bytes.size() - 4) / 16;
  size_t length = 0;
  const double start = processorSeconds();
  for (uint32_t time = 0; time < times; time++) {
    length = engine.cities.write(bytes.data() + 4, count);
  }
  printJson(processorSeconds() - start, engine.cities.bytes(), length);
}

void hashState(Engine& engine) {
  uint8_t digest[32];
  engine.query.hashState(digest);
  for (const uint8_t byte : digest) std::printf("%02x", byte);
  std::printf("\n");
}

}  // namespace

int main() {
  std::unique_ptr<Engine> engine;
  std::vector<uint8_t> bytes;
  uint8_t head[8];
  while (readAll(head, sizeof head)) {
    bytes.resize(u32(head + 4));
    expect(readAll(bytes.data(), bytes.size()), "a command expected its bytes, got fewer");
    expect(engine != nullptr || head[0] == 'S', "a space expected to be started first");
    switch (head[0]) {
      case 'S':
        engine.reset();
        engine = std::make_unique<Engine>(bytes);
        std::printf("0\n");
        break;
      case 'A':
        applyGroups(*engine, bytes);
        break;
      case 'G':
        lookUp(*engine, bytes);
        break;
      case 'R':
        sumRows(*engine, bytes);
        break;
      case 'E':
        expandAll(*engine, bytes);
        break;
      case 'N':
        aroundAll(*engine, bytes);
        break;
      case 'P':
        findPath(*engine, bytes);
        break;
      case 'V':
        countDelays(*engine, bytes);
        break;
      case 'J':
        writePages(*engine, bytes);
        break;
      case 'O':
        writeCities(*engine, bytes);
        break;
      case 'C':
        std::printf("%u\n", engine->query.checksum());
        break;
      case 'H':
        hashState(*engine);
        break;
      default:
        stop("a command expected a known code, got another");
    }
    std::fflush(stdout);
  }
  return 0;
}
