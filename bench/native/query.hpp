// Reading as the engine does it: expand (assembly/query/expand.ts), breadth-first shortest path
// (query/path.ts), and the hash of the canonical walk (snapshot/walk.ts, mode state).
#pragma once

#include <algorithm>
#include <vector>

#include "graph.hpp"
#include "sha256.hpp"

class Query {
 public:
  explicit Query(Graph& graph) : graph_(graph) {}

  // Visible outgoing edges in the order of arrival; `edges` holds them until the next call.
  std::vector<uint32_t> edges;

  __attribute__((noinline)) size_t expand(uint32_t node) {
    size_t total = 0;
    const uint32_t& list = graph_.nodes[node].outgoing;
    graph_.lists.eachPiece(list, [&](const uint32_t*, uint32_t held) {
      total += held;
      return true;
    });
    if (edges.size() < total) edges.resize(total * 2);
    uint32_t* end = edges.data() + total;
    graph_.lists.eachPiece(list, [&](const uint32_t* entries, uint32_t held) {
      end -= held;
      for (uint32_t at = 0; at < held; at++) end[at] = EdgeLists::edgeOf(entries[at]);
      return true;
    });
    size_t count = 0;
    for (size_t index = 0; index < total; index++) {
      const uint32_t edge = edges[index];
      if (graph_.edges[edge].isShown()) edges[count++] = edge;
    }
    return count;
  }

  // Edges of a shortest path along outgoing edges; `edges` holds them, none when there is no path.
  size_t shortestPath(uint32_t from, uint32_t to, uint32_t depthMax) {
    ensureVisits();
    end_ = queue_.data();
    visit(to, 0);
    const uint32_t* next = queue_.data();
    bool isFound = false;
    for (uint32_t depth = 0; depth < depthMax && !isFound; depth++) {
      const uint32_t* const last = end_;
      if (next == last) return 0;
      for (; next < last && !isFound; next++) isFound = expandBack(*next, from);
    }
    return isFound ? writePath(from, to) : 0;
  }

  // Nodes within some hops along outgoing edges, but the start; `nodesFound` holds them until the
  // next call. In passes as assembly/query/around.ts has them, with prefetches of what comes next.
  __attribute__((noinline)) size_t around(uint32_t start, uint32_t hops) {
    ensureVisits();
    marks_[start].epoch = epoch_;
    uint32_t* const first = queue_.data();
    uint32_t* level = first;
    end_ = first;
    follow(start);
    visitEnds();
    for (uint32_t hop = 1; hop < hops && level < end_; hop++) {
      for (const uint32_t* const last = end_; level < last;) {
        const uint32_t* const together = last - level < TOGETHER ? last : level + TOGETHER;
        for (const uint32_t* at = level; at < together; at++) {
          graph_.lists.prefetchBegin(graph_.nodes[*at].outgoing);
        }
        for (; level < together; level++) follow(*level);
        visitEnds();
      }
    }
    return static_cast<size_t>(end_ - first);
  }

  const uint32_t* nodesFound() const { return queue_.data(); }

  // The sum that bench/engine/checksum.ts computes.
  uint32_t checksum() {
    std::vector<uint32_t> paths;
    for (const Symbol& symbol : graph_.symbols) {
      uint32_t hash = 0;
      for (const char byte : symbol.text) hash = mix(hash, static_cast<uint8_t>(byte));
      paths.push_back(hash);
    }
    uint32_t sum = 0;
    for (uint32_t row = 1; row < graph_.nodes.count(); row++) {
      const Node& node = graph_.nodes[row];
      if (!node.element.exists()) continue;
      sum += mixId(1, row);
      graph_.cells.forEach(node.element.cells, [&](const Cell& cell) {
        if (cell.path() <= RESERVED_PATHS) return;
        sum += mixValue(mix(mix(mixId(2, row), paths[cell.path()]), cell.kind()), cell);
      });
      const size_t count = expand(row);
      for (size_t index = 0; index < count; index++) {
        sum += mixId(mixId(3, row), graph_.edges[edges[index]].to);
      }
    }
    return sum;
  }

  void hashState(uint8_t* digest) {
    Sha256 hash;
    hash.byte(0);
    std::vector<uint32_t> rows;
    for (uint32_t row = 1; row < graph_.nodes.count(); row++) {
      if (hasState(graph_.nodes[row].element)) rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(), [&](uint32_t left, uint32_t right) {
      return compareIds(left, right) < 0;
    });
    hash.word(static_cast<uint32_t>(rows.size()));
    for (const uint32_t row : rows) {
      hash.byte('N');
      hashNode(hash, row);
      // No node of the work has a natural key.
      hash.word(0);
      hashElement(hash, graph_.nodes[row].element);
    }
    rows.clear();
    for (uint32_t row = 1; row < graph_.edges.count(); row++) {
      if (hasState(graph_.edges[row].element)) rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) { return isEdgeBefore(a, b); });
    hash.word(static_cast<uint32_t>(rows.size()));
    for (const uint32_t row : rows) {
      const Edge& edge = graph_.edges[row];
      hash.byte('E');
      hashNode(hash, edge.from);
      hashText(hash, edge.element.type());
      hashNode(hash, edge.to);
      hash.word(graph_.edgeKey(edge));
      hashElement(hash, edge.element);
    }
    hash.finish(digest);
  }

 private:
  struct Mark {
    uint32_t epoch;
    uint32_t edge;
  };

  static constexpr ptrdiff_t TOGETHER = 64;

  Graph& graph_;
  std::vector<Mark> marks_;
  std::vector<uint32_t> queue_;
  uint32_t* end_ = nullptr;
  std::vector<uint32_t> ends_;
  size_t endCount_ = 0;
  uint32_t epoch_ = 0;

  static uint32_t mix(uint32_t hash, uint32_t word) {
    const uint32_t product = (hash ^ word) * 0x9e3779b1;
    return product ^ product >> 15;
  }

  uint32_t mixId(uint32_t hash, uint32_t row) {
    for (const uint32_t word : graph_.nodes[row].id) hash = mix(hash, word);
    return hash;
  }

  uint32_t mixValue(uint32_t hash, const Cell& cell) {
    if (cell.kind() == VALUE_STRING) {
      const uint32_t blob = static_cast<uint32_t>(cell.value);
      for (uint32_t index = 0; index < graph_.blobs.length(blob); index++) {
        hash = mix(hash, graph_.blobs.bytes(blob)[index]);
      }
      return hash;
    }
    const uint32_t low = static_cast<uint32_t>(cell.value);
    return mix(mix(hash, low), static_cast<uint32_t>(cell.value >> 32));
  }

  void ensureVisits() {
    const size_t nodes = graph_.nodes.count();
    if (marks_.size() < nodes) {
      marks_.assign(nodes, {0, 0});
      epoch_ = 0;
    }
    if (queue_.size() < nodes) queue_.resize(nodes);
    epoch_ += 1;
  }

  void follow(uint32_t node) {
    const uint32_t& list = graph_.nodes[node].outgoing;
    graph_.lists.eachPiece(list, [&](const uint32_t* entries, uint32_t held) {
      if (ends_.size() < endCount_ + held) ends_.resize((endCount_ + held) * 2);
      for (uint32_t at = 0; at < held; at++) {
        const Edge& edge = graph_.edges[EdgeLists::edgeOf(entries[at])];
        __builtin_prefetch(&marks_[edge.to]);
        ends_[endCount_] = edge.to;
        endCount_ += edge.isShown();
      }
      return true;
    });
  }

  void visitEnds() {
    for (size_t index = 0; index < endCount_; index++) {
      const uint32_t node = ends_[index];
      const bool isNew = marks_[node].epoch != epoch_;
      marks_[node].epoch = epoch_;
      *end_ = node;
      end_ += isNew;
    }
    endCount_ = 0;
  }

  void visit(uint32_t node, uint32_t edge) {
    marks_[node] = {epoch_, edge};
    *end_++ = node;
  }

  bool expandBack(uint32_t node, uint32_t target) {
    bool isFound = false;
    const uint32_t& list = graph_.nodes[node].incoming;
    graph_.lists.eachPiece(list, [&](const uint32_t* entries, uint32_t held) {
      for (uint32_t at = 0; at < held && !isFound; at++) {
        const uint32_t row = EdgeLists::edgeOf(entries[at]);
        const Edge& edge = graph_.edges[row];
        if (!edge.isShown()) continue;
        const uint32_t other = edge.from;
        if (marks_[other].epoch == epoch_) continue;
        visit(other, row);
        isFound = other == target;
      }
      return !isFound;
    });
    return isFound;
  }

  size_t writePath(uint32_t from, uint32_t to) {
    size_t count = 0;
    for (uint32_t node = from; node != to; node = graph_.edges[marks_[node].edge].to) {
      if (edges.size() == count) edges.push_back(0);
      edges[count++] = marks_[node].edge;
    }
    return count;
  }

  bool hasState(const Element& element) {
    if (element.created != 0 || (element.typeAndFlags & FLAG_DELETED) != 0) return true;
    bool isWritten = false;
    graph_.cells.forEach(element.cells, [&](const Cell& cell) {
      isWritten |= cell.path() > RESERVED_PATHS;
    });
    return isWritten;
  }

  void hashNode(Sha256& hash, uint32_t row) {
    const Node& node = graph_.nodes[row];
    hash.update(&node, 16);
    hashText(hash, node.element.type());
  }

  void hashElement(Sha256& hash, const Element& element) {
    hashWriter(hash, element.created);
    const Cell* deleted = graph_.cells.find(element.cells, PATH_DELETED);
    hashWriter(hash, deleted == nullptr ? 0 : deleted->writer);
    std::vector<Cell> held;
    graph_.cells.forEach(element.cells, [&](const Cell& cell) {
      if (cell.path() > RESERVED_PATHS) held.push_back(cell);
    });
    std::sort(held.begin(), held.end(), [&](const Cell& a, const Cell& b) {
      return text(a.path()) < text(b.path());
    });
    hash.word(static_cast<uint32_t>(held.size()));
    for (const Cell& cell : held) {
      hashText(hash, cell.path());
      hash.byte(static_cast<uint8_t>(cell.kind()));
      if (needsBlob(cell.kind())) {
        const uint32_t blob = static_cast<uint32_t>(cell.value);
        hash.word(graph_.blobs.length(blob));
        hash.update(graph_.blobs.bytes(blob), graph_.blobs.length(blob));
      } else {
        hash.update(&cell.value, 8);
      }
      hashWriter(hash, cell.writer);
    }
  }

  void hashWriter(Sha256& hash, uint32_t writer) {
    hash.byte(writer == 0 ? 0 : 1);
    if (writer == 0) return;
    const Transaction& transaction = graph_.transactions[writer];
    hash.update(graph_.commits[transaction.commit].hash, 32);
    hash.word(transaction.position);
  }

  void hashText(Sha256& hash, uint32_t symbol) {
    hash.byte(static_cast<uint8_t>(text(symbol).size()));
    hash.update(text(symbol).data(), text(symbol).size());
  }

  const std::string& text(uint32_t symbol) const { return graph_.symbols[symbol].text; }

  int compareIds(uint32_t left, uint32_t right) {
    return std::memcmp(&graph_.nodes[left], &graph_.nodes[right], 16);
  }

  bool isEdgeBefore(uint32_t left, uint32_t right) {
    const Edge& a = graph_.edges[left];
    const Edge& b = graph_.edges[right];
    int order = compareIds(a.from, b.from);
    if (order == 0) order = text(a.element.type()).compare(text(b.element.type()));
    if (order == 0) order = compareIds(a.to, b.to);
    return order == 0 ? graph_.edgeKey(a) < graph_.edgeKey(b) : order < 0;
  }
};
