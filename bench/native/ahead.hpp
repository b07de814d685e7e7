// Reading ahead as the engine does it (assembly/delta/ahead.ts): what the next deltas name is
// looked up together, with prefetches where the engine has to load.
#pragma once

#include "graph.hpp"

constexpr uint32_t TRANSACTION_HEADER_BYTES = 21;
constexpr uint8_t OP_SELECT_NODE = 1, OP_SELECT_EDGE = 2, OP_CREATE_NODE = 3, OP_CREATE_EDGE = 5;
constexpr uint8_t OP_DELETE = 6, OP_SET = 7;
constexpr size_t NODE_NAME_BYTES = 17, EDGE_NAME_BYTES = 39, CREATE_NODE_BYTES = 11, SET_BYTES = 3;

inline uint16_t u16(const uint8_t* at) { return loadAs<uint16_t>(at); }
inline uint32_t u32(const uint8_t* at) { return loadAs<uint32_t>(at); }
inline uint64_t u64(const uint8_t* at) { return loadAs<uint64_t>(at); }

// A name of a payload's dictionary: where it stands, then the graph's symbol for it.
struct Name {
  const uint8_t* at;
  uint32_t symbol;
};

// A node as a select or create names it; row 0 when it is not there.
struct NodeMention {
  uint64_t hash;
  const uint8_t* id;
  const uint8_t* delta;
  uint32_t row;
  uint32_t cells;
};

// An edge; `hash` is of its start's id, then of its name when both ends are there.
struct EdgeMention {
  uint64_t hash;
  uint64_t toHash;
  const uint8_t* delta;
  uint32_t from;
  uint32_t to;
};

inline size_t valueBytes(const uint8_t* at) {
  switch (at[0]) {
    case VALUE_NULL:
    case VALUE_MAP:
      return 1;
    case VALUE_BOOL:
      return 2;
    case VALUE_STRING:
    case VALUE_BYTES:
      return 5 + u32(at + 1);
    case VALUE_ID:
      return 17;
    default:
      return 9;
  }
}

class Ahead {
 public:
  explicit Ahead(Graph& graph) : graph_(graph) {}

  void begin(const Name* names, const uint8_t* at, uint32_t transactions, const uint8_t*& ids) {
    names_ = names;
    at_ = at;
    transactions_ = transactions;
    ids_ = &ids;
    deltas_ = 0;
    node_ = nodesEnd_ = nodes_;
    edge_ = edgesEnd_ = edges_;
  }

  const NodeMention& nextNode() {
    if (node_ == nodesEnd_) read();
    return *node_++;
  }

  const EdgeMention& nextEdge() {
    if (edge_ == edgesEnd_) read();
    return *edge_++;
  }

 private:
  static constexpr size_t MENTIONS_MAX = 64;
  static constexpr int CELLS_AHEAD = 4;

  Graph& graph_;
  const Name* names_ = nullptr;
  const uint8_t* at_ = nullptr;
  const uint8_t** ids_ = nullptr;
  uint32_t transactions_ = 0;
  uint32_t deltas_ = 0;
  NodeMention nodes_[MENTIONS_MAX];
  EdgeMention edges_[MENTIONS_MAX];
  const NodeMention* node_ = nodes_;
  const EdgeMention* edge_ = edges_;
  NodeMention* nodesEnd_ = nodes_;
  EdgeMention* edgesEnd_ = edges_;

  __attribute__((noinline)) void read() {
    collect();
    node_ = nodes_;
    edge_ = edges_;
    const HashIndex& index = graph_.nodeIndex();
    for (NodeMention* at = nodes_; at < nodesEnd_; at++) {
      at->row = index.guess(at->hash);
      prefetchNode(at->row);
    }
    for (EdgeMention* at = edges_; at < edgesEnd_; at++) {
      at->from = index.guess(at->hash);
      at->to = index.guess(at->toHash);
      prefetchNode(at->from);
      prefetchNode(at->to);
    }
    for (NodeMention* at = nodes_; at < nodesEnd_; at++) resolve(*at);
    for (EdgeMention* at = edges_; at < edgesEnd_; at++) resolve(*at);
    for (EdgeMention* at = edges_; at < edgesEnd_; at++) {
      if (at->from == 0 || at->to == 0) continue;
      __builtin_prefetch(&graph_.edges[graph_.edgeIndex().guess(at->hash)]);
    }
    for (const NodeMention* at = nodes_; at < nodesEnd_; at++) prefetchBlobs(at->cells);
  }

  void collect() {
    const uint8_t* at = at_;
    NodeMention* node = nodes_;
    EdgeMention* edge = edges_;
    const HashIndex& index = graph_.nodeIndex();
    while (node < nodes_ + MENTIONS_MAX && edge < edges_ + MENTIONS_MAX) {
      if (deltas_ == 0) {
        if (transactions_ == 0) break;
        transactions_ -= 1;
        deltas_ = u16(at + 4 + 19);
        at += 4 + TRANSACTION_HEADER_BYTES;
      }
      deltas_ -= 1;
      switch (at[0]) {
        case OP_SELECT_NODE:
          *node = {graph_.hashOfId(at + 1), at + 1, at, 0, 0};
          index.prefetch(node++->hash);
          at += NODE_NAME_BYTES;
          break;
        case OP_CREATE_NODE:
          *node = {graph_.hashOfId(*ids_), *ids_, at, 0, 0};
          index.prefetch(node++->hash);
          *ids_ += 16;
          at += CREATE_NODE_BYTES;
          break;
        case OP_SELECT_EDGE:
        case OP_CREATE_EDGE:
          *edge = {graph_.hashOfId(at + 1), graph_.hashOfId(at + 17), at, 0, 0};
          index.prefetch(edge->toHash);
          index.prefetch(edge++->hash);
          at += EDGE_NAME_BYTES;
          break;
        case OP_DELETE:
          at += 1;
          break;
        default:
          at += SET_BYTES + valueBytes(at + SET_BYTES);
      }
    }
    at_ = at;
    nodesEnd_ = node;
    edgesEnd_ = edge;
  }

  void prefetchNode(uint32_t row) const {
    __builtin_prefetch(&graph_.nodes[row]);
    __builtin_prefetch(&graph_.nodes[row].incoming);
  }

  // The row of an id, which the guess holds unless two ids share a tag or the bucket was full.
  uint32_t findId(const uint8_t* id, uint64_t hash, uint32_t guess) {
    if (guess != 0 && std::memcmp(graph_.nodes[guess].id, id, 16) == 0) return guess;
    return graph_.findNode(id, hash);
  }

  void resolve(NodeMention& mention) {
    mention.row = findId(mention.id, mention.hash, mention.row);
    if (mention.row == 0 || mention.delta[0] != OP_SELECT_NODE) return;
    const Node& node = graph_.nodes[mention.row];
    mention.cells = node.element.cells;
    __builtin_prefetch(graph_.cells.at(mention.cells));
    if (mention.delta[NODE_NAME_BYTES] != OP_DELETE) return;
    graph_.lists.prefetchBegin(node.outgoing);
    graph_.lists.prefetchBegin(node.incoming);
  }

  void resolve(EdgeMention& mention) {
    mention.from = findId(mention.delta + 1, mention.hash, mention.from);
    mention.to = findId(mention.delta + 17, mention.toHash, mention.to);
    if (mention.from == 0 || mention.to == 0) return;
    const uint32_t type = names_[u16(mention.delta + 33)].symbol;
    mention.hash = graph_.hashOfName(mention.from, mention.to, type, u32(mention.delta + 35));
    graph_.edgeIndex().prefetch(mention.hash);
    graph_.lists.prefetchEnd(graph_.nodes[mention.from].outgoing);
    graph_.lists.prefetchEnd(graph_.nodes[mention.to].incoming);
  }

  // The blobs of the first cells of a node.
  void prefetchBlobs(uint32_t cells) const {
    if (cells == 0) return;
    const Cell* cell = graph_.cells.at(cells);
    for (int left = CELLS_AHEAD; left > 0; left--, cell++) {
      if (needsBlob(cell->kind())) {
        __builtin_prefetch(graph_.blobs.bytes(static_cast<uint32_t>(cell->value)));
      }
      if (cell->isLast()) return;
    }
  }
};
