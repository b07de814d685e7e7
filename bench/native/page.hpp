// Plans as the engine runs them (assembly/query): a scan with a filter, and a page in the order of
// an index, as JSON. The index is a sorted array, which is made once and not kept up.
#pragma once

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "graph.hpp"

// The symbols of what the benches ask for.
struct PageNames {
  explicit PageNames(const Graph& graph)
      : type(find(graph, "Airport")),
        flights(find(graph, "flights")),
        delay(find(graph, "delay")),
        name(find(graph, "name")) {}

  uint32_t type, flights, delay, name;

 private:
  static uint32_t find(const Graph& graph, const char* text) {
    for (uint32_t symbol = 1; symbol < graph.symbols.size(); symbol++) {
      if (graph.symbols[symbol].text == text) return symbol;
    }
    stop("a page expected a known name, got another");
  }
};

struct PageQuery {
  int64_t flights;
  double delay;
  uint32_t limit;
};

class Pages {
 public:
  explicit Pages(Graph& graph) : graph_(graph) {}

  const char* bytes() const { return bytes_.data(); }

  __attribute__((noinline)) uint32_t countDelays(const PageNames& names, double delay) {
    const uint32_t wanted = names.type | FLAG_EXISTS, end = graph_.nodes.count();
    uint32_t count = 0;
    for (uint32_t row = 1; row < end; row++) {
      const Element& element = graph_.nodes[row].element;
      if ((element.typeAndFlags & (TYPE_MASK | FLAG_EXISTS)) != wanted) continue;
      count += isLate(element, names.delay, delay);
    }
    return count;
  }

  void ensureIndex(const PageNames& names) {
    if (!index_.empty()) return;
    for (uint32_t row = 1; row < graph_.nodes.count(); row++) {
      const Element& element = graph_.nodes[row].element;
      if (element.type() != names.type || !element.exists()) continue;
      const Cell* cell = shownCell(element, names.flights);
      if (cell == nullptr || cell->kind() != VALUE_INT64) continue;
      index_.push_back({static_cast<int64_t>(cell->value), row});
    }
    std::sort(index_.begin(), index_.end(), [&](const Entry& left, const Entry& right) {
      if (left.flights != right.flights) return left.flights < right.flights;
      return std::memcmp(graph_.nodes[left.row].id, graph_.nodes[right.row].id, 16) < 0;
    });
  }

  // Returns the bytes of the JSON.
  __attribute__((noinline)) size_t write(const PageNames& names, const PageQuery& query) {
    auto entry = std::lower_bound(
        index_.begin(), index_.end(), query.flights,
        [](const Entry& held, int64_t flights) { return held.flights < flights; });
    room(BYTES_LEAST);
    char* to = put(bytes_.data(), "{\"page\":[");
    uint32_t count = 0;
    for (; entry != index_.end() && count < query.limit; ++entry) {
      const Node& node = graph_.nodes[entry->row];
      if (!node.element.exists() || !isLate(node.element, names.delay, query.delay)) continue;
      if (count++ != 0) *to++ = ',';
      to = writeNode(to, names, node);
    }
    to = put(to, "]}");
    return static_cast<size_t>(to - bytes_.data());
  }

 private:
  struct Entry {
    int64_t flights;
    uint32_t row;
  };

  static constexpr size_t BYTES_LEAST = 4096;
  // Of a node without its text.
  static constexpr size_t NODE_BYTES = 512;

  Graph& graph_;
  std::vector<Entry> index_;
  std::vector<char> bytes_;

  // Of paths that none is above or below, as those of the benches are.
  const Cell* shownCell(const Element& element, uint32_t path) {
    const Cell* cell = graph_.cells.find(element.cells, path);
    return cell != nullptr && isShown(element, *cell) ? cell : nullptr;
  }

  bool isShown(const Element& element, const Cell& cell) {
    if (cell.kind() == VALUE_NULL) return false;
    if ((element.typeAndFlags & FLAG_DELETED) == 0) return true;
    const Cell* deleted = graph_.cells.find(element.cells, PATH_DELETED);
    return !graph_.isLater(deleted->writer, cell.writer);
  }

  bool isLate(const Element& element, uint32_t path, double delay) {
    const Cell* cell = shownCell(element, path);
    if (cell == nullptr) return false;
    if (cell->kind() != VALUE_FLOAT64) return cell->kind() > VALUE_FLOAT64;
    const uint64_t bits = cell->value;
    return loadAs<double>(&bits) > delay;
  }

  // Makes room behind what is written; returns where that ends now.
  char* roomBehind(char* to, size_t bytes) {
    const size_t written = static_cast<size_t>(to - bytes_.data());
    room(written + bytes);
    return bytes_.data() + written;
  }

  void room(size_t bytes) {
    if (bytes_.size() < bytes) bytes_.resize(bytes * 2);
  }

  template <size_t length>
  static char* put(char* to, const char (&text)[length]) {
    std::memcpy(to, text, length - 1);
    return to + length - 1;
  }

  char* writeNode(char* to, const PageNames& names, const Node& node) {
    to = roomBehind(to, NODE_BYTES);
    to = put(to, "{\"id\":\"");
    std::memcpy(to, node.id, 16);
    to = put(to + 16, "\",\"flights\":");
    to = writeValue(to, shownCell(node.element, names.flights));
    to = put(to, ",\"delay\":");
    to = writeValue(to, shownCell(node.element, names.delay));
    to = put(to, ",\"name\":");
    to = writeValue(to, shownCell(node.element, names.name));
    *to++ = '}';
    return to;
  }

  char* writeValue(char* to, const Cell* cell) {
    if (cell == nullptr) return put(to, "null");
    const uint64_t value = cell->value;
    if (cell->kind() == VALUE_INT64) {
      return std::to_chars(to, to + 24, static_cast<int64_t>(value)).ptr;
    }
    if (cell->kind() == VALUE_FLOAT64) {
      // Below 1e21, as JavaScript writes it.
      return std::to_chars(to, to + 32, loadAs<double>(&value), std::chars_format::fixed).ptr;
    }
    expect(cell->kind() == VALUE_STRING, "a page expected a number or a text, got another");
    return writeText(to, static_cast<uint32_t>(value));
  }

  char* writeText(char* to, uint32_t blob) {
    const uint8_t* const text = graph_.blobs.bytes(blob);
    const uint32_t length = graph_.blobs.length(blob);
    to = roomBehind(to, length + NODE_BYTES);
    bool isPlain = true;
    for (uint32_t at = 0; at < length; at++) {
      isPlain &= text[at] >= ' ' && text[at] != '"' && text[at] != '\\';
    }
    expect(isPlain, "a page expected text without escapes, got some");
    *to++ = '"';
    std::memcpy(to, text, length);
    to[length] = '"';
    return to + length + 1;
  }
};
