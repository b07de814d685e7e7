// The graph as the engine keeps it (assembly/graph, assembly/delta/merge.ts): nodes, edges, cells,
// lists of edges, commits and transactions, and the rules by which deltas merge. Increments and
// declared indexes are left out: the benches send none.
#pragma once

#include <string>
#include <vector>

#include "edge-list.hpp"
#include "hash-index.hpp"
#include "memory.hpp"

constexpr uint32_t FLAG_EXISTS = 1 << 24;
constexpr uint32_t FLAG_SHOWN = 8 << 24;
constexpr uint32_t FLAG_DELETED = 2 << 24;
constexpr uint32_t FLAG_KEYED = 4 << 24;
constexpr uint32_t TYPE_MASK = 0xffffff;

constexpr uint32_t VALUE_NULL = 0, VALUE_BOOL = 1, VALUE_INT64 = 2, VALUE_FLOAT64 = 3;
constexpr uint32_t VALUE_STRING = 4, VALUE_BYTES = 5, VALUE_TIMESTAMP = 6, VALUE_ID = 7;
constexpr uint32_t VALUE_MAP = 8;

constexpr uint32_t PATH_DELETED = 2, PATH_EDGE_KEY = 3, RESERVED_PATHS = 3;

struct Element {
  uint32_t created;
  uint32_t cells;
  uint32_t typeAndFlags;

  uint32_t type() const { return typeAndFlags & TYPE_MASK; }
  bool exists() const { return (typeAndFlags & FLAG_EXISTS) != 0; }
};

// The id as words, so that a row needs no alignment to 8.
struct Node {
  uint32_t id[4];
  Element element;
  uint32_t outgoing;
  uint32_t incoming;
};
static_assert(sizeof(Node) == 36);

struct Edge {
  uint32_t from;
  uint32_t to;
  Element element;

  bool isShown() const { return (element.typeAndFlags & FLAG_SHOWN) != 0; }
};
static_assert(sizeof(Edge) == 20);

struct Cell {
  static constexpr uint32_t LAST = uint32_t{1} << 31;

  uint32_t word;
  uint32_t writer;
  uint64_t value;

  uint32_t path() const { return word & 0xffffff; }
  uint32_t kind() const { return (word & ~LAST) >> 24; }
  bool isLast() const { return (word & LAST) != 0; }
  bool isFree() const { return (word & ~LAST) == 0; }
};
static_assert(sizeof(Cell) == 16);

// Cells of an element in one block, which the element names by its place; the benches send fewer
// than would need a second one.
class Cells {
 public:
  Cell* at(uint32_t block) const { return reinterpret_cast<Cell*>(blocks_.at(block)); }

  Cell* find(uint32_t block, uint32_t path) const {
    if (block == 0) return nullptr;
    for (Cell* cell = at(block);; cell++) {
      if (cell->path() == path) return cell;
      if (cell->isLast()) return nullptr;
    }
  }

  template <class Visit>
  void forEach(uint32_t block, Visit visit) const {
    if (block == 0) return;
    for (const Cell* cell = at(block);; cell++) {
      if (!cell->isFree()) visit(*cell);
      if (cell->isLast()) return;
    }
  }

  // An empty cell where a place is free; otherwise in a larger block, which has room for so many
  // more as the call answers.
  template <class More>
  Cell* add(uint32_t& block, uint32_t path, More more) {
    uint32_t held = 0;
    for (bool isLast = block == 0; !isLast; held++) {
      Cell* const cell = at(block) + held;
      if (cell->isFree()) return started(cell, path);
      isLast = cell->isLast();
    }
    const uint32_t count = held + 1 + more();
    expect(count <= COUNT_MAX, "an element expected few cells, got more");
    const uint32_t grown = blocks_.take(count);
    Cell* const cells = at(grown);
    std::memcpy(cells, at(block), held * sizeof(Cell));
    std::memset(cells + held, 0, (count - held) * sizeof(Cell));
    if (held != 0) {
      cells[held - 1].word &= ~Cell::LAST;
      blocks_.give(block, held);
    }
    cells[count - 1].word |= Cell::LAST;
    block = grown;
    return started(cells + held, path);
  }

 private:
  static constexpr uint32_t COUNT_MAX = 32;

  // Of a cell each.
  static_assert(sizeof(Cell) == Blocks::UNIT_BYTES);
  Blocks blocks_;

  static Cell* started(Cell* cell, uint32_t path) {
    cell->word |= path;
    return cell;
  }
};

struct Commit {
  uint8_t hash[32];
  uint64_t clock;
  uint32_t author;
  uint32_t firstTransaction;
};

struct Transaction {
  uint32_t commit;
  uint16_t position;
  uint16_t unused;
};

struct Symbol {
  uint32_t kind;
  uint32_t declared;
  std::string text;
};

enum class ChangeKind : uint32_t {
  NODE_CREATED = 1,
  NODE_DELETED,
  NODE_VALUE,
  EDGE_CREATED,
  EDGE_DELETED,
  EDGE_VALUE,
};

struct Change {
  uint32_t transaction;
  uint32_t row;
  uint32_t path;
  ChangeKind kind;
};

inline bool needsBlob(uint32_t kind) {
  return kind == VALUE_STRING || kind == VALUE_BYTES || kind == VALUE_ID;
}

struct NewValue {
  uint32_t kind;
  uint64_t word;
  const uint8_t* bytes;
  uint32_t length;
};

class Graph {
 public:
  Graph(const uint8_t* space, const Secret& secret) : secret_(secret) {
    std::memcpy(this->space, space, 32);
    symbols.resize(1 + RESERVED_PATHS);
  }

  uint8_t space[32];
  Rows<Node> nodes;
  Rows<Edge> edges;
  Cells cells;
  Rows<Commit> commits;
  Rows<Transaction> transactions;
  std::vector<Symbol> symbols;
  Blobs blobs;
  EdgeLists lists;
  uint32_t nodeCount = 0;
  uint32_t edgeCount = 0;
  // Room for the changes of one group; prepare has made it large enough.
  Change* changes = nullptr;

  // The index of a kind, so that reading ahead can prefetch from it.
  const HashIndex& nodeIndex() const { return nodeIndex_; }
  const HashIndex& edgeIndex() const { return edgeIndex_; }

  uint64_t hashOfId(uint64_t id0, uint64_t id1) const { return hashWords(secret_, id0, id1); }

  void ensure(uint32_t newNodes, uint32_t newEdges, uint32_t newCommits) {
    nodeIndex_.ensure(newNodes, nodes, [&](uint32_t row) {
      const Node& node = nodes[row];
      return hashOfId(loadAs<uint64_t>(node.id), loadAs<uint64_t>(node.id + 2));
    });
    edgeIndex_.ensure(newEdges, edges, [&](uint32_t row) {
      const Edge& edge = edges[row];
      return hashOfName(edge.from, edge.to, edge.element.type(), edgeKey(edge));
    });
    commitIndex_.ensure(newCommits, commits, [&](uint32_t row) {
      return hashOfCommit(commits[row].hash);
    });
  }

  uint64_t hashOfId(const uint8_t* id) const {
    return hashOfId(loadAs<uint64_t>(id), loadAs<uint64_t>(id + 8));
  }

  uint64_t hashOfName(uint32_t from, uint32_t to, uint32_t type, uint32_t key) const {
    return hashWords(secret_, from | uint64_t{to} << 32, type | uint64_t{key} << 32);
  }

  uint32_t findNode(const uint8_t* id, uint64_t hash) {
    const uint64_t id0 = loadAs<uint64_t>(id), id1 = loadAs<uint64_t>(id + 8);
    return nodeIndex_.find(hash, [&](uint32_t row) {
      const uint32_t* held = nodes[row].id;
      return loadAs<uint64_t>(held) == id0 && loadAs<uint64_t>(held + 2) == id1;
    });
  }

  uint32_t touchNode(const uint8_t* id, uint64_t hash) {
    const uint32_t found = findNode(id, hash);
    if (found != 0) return found;
    const uint32_t row = nodes.add();
    std::memcpy(nodes[row].id, id, 16);
    nodeIndex_.insert(hash, row);
    return row;
  }

  uint32_t touchEdge(uint32_t from, uint32_t to, uint32_t type, uint32_t key, uint64_t hash) {
    const uint32_t found = edgeIndex_.find(hash, [&](uint32_t row) {
      const Edge& edge = edges[row];
      return edge.from == from && edge.to == to && edge.element.type() == type &&
             edgeKey(edge) == key;
    });
    if (found != 0) return found;
    const uint32_t row = edges.add();
    Edge& edge = edges[row];
    edge.from = from;
    edge.to = to;
    edge.element.typeAndFlags = type;
    if (key != 0) {
      edge.element.typeAndFlags |= FLAG_KEYED;
      Cell* const cell = cells.add(edge.element.cells, PATH_EDGE_KEY, [] { return 0u; });
      put(*cell, {VALUE_INT64, key, nullptr, 0});
    }
    edgeIndex_.insert(hash, row);
    lists.append(nodes[from].outgoing, row);
    lists.append(nodes[to].incoming, row);
    return row;
  }

  uint32_t edgeKey(const Edge& edge) {
    if ((edge.element.typeAndFlags & FLAG_KEYED) == 0) return 0;
    return static_cast<uint32_t>(cells.find(edge.element.cells, PATH_EDGE_KEY)->value);
  }

  uint32_t findCommit(const uint8_t* hash) {
    return commitIndex_.find(hashOfCommit(hash), [&](uint32_t row) {
      return std::memcmp(commits[row].hash, hash, 32) == 0;
    });
  }

  uint32_t addCommit(const uint8_t* hash, uint64_t clock, uint32_t author, uint32_t count) {
    const uint32_t row = commits.add();
    Commit& commit = commits[row];
    std::memcpy(commit.hash, hash, 32);
    commit.clock = clock;
    commit.author = author;
    commit.firstTransaction = transactions.count();
    for (uint32_t position = 0; position < count; position++) {
      transactions[transactions.add()] = {row, static_cast<uint16_t>(position), 0};
    }
    if (clock <= newestClock_) inOrder_ = transactions.count();
    else newestClock_ = clock;
    commitIndex_.insert(hashOfCommit(hash), row);
    return row;
  }

  uint32_t intern(uint32_t kind, const uint8_t* bytes, size_t length) {
    const std::string text(reinterpret_cast<const char*>(bytes), length);
    for (uint32_t symbol = 1; symbol < symbols.size(); symbol++) {
      if (symbols[symbol].kind == kind && symbols[symbol].text == text) return symbol;
    }
    expect(kind != 3 || text.find('.') == std::string::npos, "a path expected one segment");
    symbols.push_back({kind, 0, text});
    return static_cast<uint32_t>(symbols.size() - 1);
  }

  uint32_t symbolOf(const char* text) const {
    for (uint32_t symbol = 1; symbol < symbols.size(); symbol++) {
      if (symbols[symbol].text == text) return symbol;
    }
    stop("a name expected to be known, got another");
  }

  // Of paths that none is above or below, as those of the benches are.
  const Cell* shownCell(const Element& element, uint32_t path) {
    const Cell* cell = cells.find(element.cells, path);
    if (cell == nullptr || cell->kind() == VALUE_NULL) return nullptr;
    if ((element.typeAndFlags & FLAG_DELETED) == 0) return cell;
    const Cell* deleted = cells.find(element.cells, PATH_DELETED);
    return isLater(deleted->writer, cell->writer) ? nullptr : cell;
  }

  // Whether the stamp of `left` is strictly greater: clock, author key, commit hash, position.
  bool isLater(uint32_t left, uint32_t right) {
    if ((left > right ? left : right) >= inOrder_) return left > right;
    const Transaction& leftRow = transactions[left];
    const Transaction& rightRow = transactions[right];
    if (leftRow.commit == rightRow.commit) return leftRow.position > rightRow.position;
    const Commit& leftCommit = commits[leftRow.commit];
    const Commit& rightCommit = commits[rightRow.commit];
    if (leftCommit.clock != rightCommit.clock) return leftCommit.clock > rightCommit.clock;
    const int order = symbols[leftCommit.author].text.compare(symbols[rightCommit.author].text);
    if (order != 0) return order > 0;
    return std::memcmp(leftCommit.hash, rightCommit.hash, 32) > 0;
  }

  void createNode(uint32_t row, uint32_t transaction) {
    Element& element = nodes[row].element;
    markCreated(element, transaction);
    updateNode(row, element, transaction);
  }

  void createEdge(uint32_t row, uint32_t transaction) {
    Element& element = edges[row].element;
    markCreated(element, transaction);
    updateEdge(row, element, transaction);
  }

  void deleteNode(uint32_t row, uint32_t transaction) {
    markDeleted(nodes[row].element, transaction);
    updateNode(row, nodes[row].element, transaction);
  }

  void deleteEdge(uint32_t row, uint32_t transaction) {
    markDeleted(edges[row].element, transaction);
    updateEdge(row, edges[row].element, transaction);
  }

  template <class Follow>
  void setOfNode(uint32_t row, uint32_t transaction, uint32_t path, const NewValue& value,
                 Follow setsToCome) {
    Element& element = nodes[row].element;
    if (!set(element, transaction, path, value, setsToCome)) return;
    expect(symbols[path].declared == 0, "a path expected no index, got one");
    if (element.exists()) note(transaction, row, path, ChangeKind::NODE_VALUE);
  }

  template <class Follow>
  void setOfEdge(uint32_t row, uint32_t transaction, uint32_t path, const NewValue& value,
                 Follow setsToCome) {
    if (!set(edges[row].element, transaction, path, value, setsToCome)) return;
    if (edges[row].isShown()) note(transaction, row, path, ChangeKind::EDGE_VALUE);
  }

 private:
  Secret secret_;
  HashIndex nodeIndex_;
  HashIndex edgeIndex_;
  HashIndex commitIndex_;
  uint64_t newestClock_ = 0;
  // The first transaction from which on no commit came late.
  uint32_t inOrder_ = 0;

  uint64_t hashOfCommit(const uint8_t* hash) const {
    return hashWords(secret_, loadAs<uint64_t>(hash), loadAs<uint64_t>(hash + 8));
  }

  void put(Cell& cell, const NewValue& value) {
    if (needsBlob(cell.kind())) blobs.remove(static_cast<uint32_t>(cell.value));
    cell.value = needsBlob(value.kind) ? blobs.put(value.bytes, value.length) : value.word;
    cell.word = (cell.word & (Cell::LAST | 0xffffff)) | value.kind << 24;
  }

  template <class Follow>
  bool set(Element& element, uint32_t transaction, uint32_t path, const NewValue& value,
           Follow setsToCome) {
    Cell* cell = cells.find(element.cells, path);
    if (cell == nullptr) {
      cell = cells.add(element.cells, path, setsToCome);
    } else if (cell->writer != transaction && !isLater(transaction, cell->writer)) {
      return false;
    }
    put(*cell, value);
    cell->writer = transaction;
    return true;
  }

  void markCreated(Element& element, uint32_t transaction) {
    if (element.created != 0 && !isLater(transaction, element.created)) return;
    element.created = transaction;
  }

  void markDeleted(Element& element, uint32_t transaction) {
    Cell* cell = cells.find(element.cells, PATH_DELETED);
    if (cell == nullptr) {
      cell = cells.add(element.cells, PATH_DELETED, [] { return 0u; });
      cell->writer = transaction;
      element.typeAndFlags |= FLAG_DELETED;
    } else if (isLater(transaction, cell->writer)) {
      cell->writer = transaction;
    }
  }

  // Whether existence by the element's own stamps differs from its flag.
  bool mustFlip(const Element& element) {
    bool exists = element.created != 0;
    if (exists && (element.typeAndFlags & FLAG_DELETED) != 0) {
      exists = !isLater(cells.find(element.cells, PATH_DELETED)->writer, element.created);
    }
    return exists != element.exists();
  }

  void updateNode(uint32_t row, Element& element, uint32_t transaction) {
    if (!mustFlip(element)) return;
    element.typeAndFlags ^= FLAG_EXISTS;
    const bool exists = element.exists();
    nodeCount += exists ? 1 : -1;
    for (const uint32_t* list : {&nodes[row].outgoing, &nodes[row].incoming}) {
      edgeCount += exists ? turnEdges<true>(*list) : -turnEdges<false>(*list);
    }
    note(transaction, row, 0, exists ? ChangeKind::NODE_CREATED : ChangeKind::NODE_DELETED);
  }

  void updateEdge(uint32_t row, Element& element, uint32_t transaction) {
    if (!mustFlip(element)) return;
    element.typeAndFlags ^= FLAG_EXISTS;
    const bool exists = element.exists();
    if (!(exists ? turn<true>(edges[row]) : turn<false>(edges[row]))) return;
    edgeCount += exists ? 1 : -1;
    note(transaction, row, 0, exists ? ChangeKind::EDGE_CREATED : ChangeKind::EDGE_DELETED);
  }

  // Shows or hides the edges of a list, and counts them; a loop stands in both lists.
  template <bool SHOWS>
  uint32_t turnEdges(const uint32_t& list) {
    uint32_t turned = 0;
    lists.eachPiece(list, [&](const uint32_t* entries, uint32_t count) {
      for (uint32_t index = 0; index < count; index++) {
        turned += turn<SHOWS>(edges[EdgeLists::edgeOf(entries[index])]);
      }
      return true;
    });
    return turned;
  }

  template <bool SHOWS>
  bool turn(Edge& edge) {
    if (edge.isShown() == SHOWS) return false;
    const bool canShow = edge.element.exists() && nodes[edge.from].element.exists() &&
                         nodes[edge.to].element.exists();
    if (SHOWS && !canShow) return false;
    edge.element.typeAndFlags ^= FLAG_SHOWN;
    return true;
  }

  void note(uint32_t transaction, uint32_t row, uint32_t path, ChangeKind kind) {
    *changes++ = {transaction, row, path, kind};
  }
};
