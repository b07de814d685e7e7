// Groups of commits as the engine takes them (assembly/delta): prepare checks every byte, computes
// the ids of created nodes and makes room; apply then cannot fail.
#pragma once

#include <vector>

#include "ahead.hpp"
#include "sha256.hpp"

constexpr uint32_t GROUP_HEADER_BYTES = 8, DESCRIPTOR_BYTES = 96;
constexpr uint32_t SYMBOL_NODE_TYPE = 1, SYMBOL_EDGE_TYPE = 2, SYMBOL_PATH = 3, SYMBOL_ACTOR = 4;
constexpr uint32_t SYMBOL_AUTHOR = 5;
constexpr uint32_t VALUE_BYTES_MAX = 1 << 20;

inline bool isId(const uint8_t* at) {
  bool valid = true;
  for (int index = 0; index < 16; index++) {
    const uint8_t digit = at[index] - '0', upper = at[index] - 'A', lower = at[index] - 'a';
    valid &= (digit <= 9) | (upper <= 25) | (lower <= 25);
  }
  return valid;
}

inline bool isUtf8(const uint8_t* at, const uint8_t* end) {
  while (at < end) {
    const uint8_t lead = *at;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const int size = lead >= 0xc2 && lead <= 0xdf   ? 2
                     : lead >= 0xe0 && lead <= 0xef ? 3
                     : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                    : 0;
    if (size == 0 || end - at < size) return false;
    for (int index = 1; index < size; index++) {
      if ((at[index] & 0xc0) != 0x80) return false;
    }
    if (lead == 0xe0 && at[1] < 0xa0) return false;
    if (lead == 0xed && at[1] >= 0xa0) return false;
    if (lead == 0xf0 && at[1] < 0x90) return false;
    if (lead == 0xf4 && at[1] >= 0x90) return false;
    at += size;
  }
  return true;
}

class Deltas {
 public:
  explicit Deltas(Graph& graph) : graph_(graph), ahead_(graph) {}

  void prepare(const uint8_t* group) {
    commits_ = u32(group);
    group_ = group;
    ids_.clear();
    names_.clear();
    nodes_ = edges_ = changes_ = 0;
    for (uint32_t ordinal = 0; ordinal < commits_; ordinal++) checkCommit(ordinal);
    graph_.ensure(nodes_, edges_, commits_);
    if (changeRoom_.size() < changes_) changeRoom_.resize(changes_ * 2);
  }

  // Returns the number of changes.
  size_t apply() {
    const uint8_t* id = ids_.data();
    Name* names = names_.data();
    graph_.changes = changeRoom_.data();
    for (uint32_t ordinal = 0; ordinal < commits_; ordinal++) {
      const uint8_t* at = descriptor(ordinal);
      const uint8_t* payload = group_ + u32(at);
      applyCommit(at, payload, names, id);
      names += u16(payload + 4);
    }
    return static_cast<size_t>(graph_.changes - changeRoom_.data());
  }

 private:
  static constexpr size_t WAITING_TYPE_BYTES_MAX = 64 - 2 - 8 - 9;

  struct Subject {
    bool isNode;
    uint32_t row;
    // Of the transaction.
    const uint8_t* end;
  };

  Graph& graph_;
  Ahead ahead_;
  const uint8_t* group_ = nullptr;
  uint32_t commits_ = 0;
  uint32_t nodes_ = 0, edges_ = 0, changes_ = 0;
  std::vector<uint8_t> ids_;
  // Last blocks of the ids that wait, and where those are to be written.
  uint8_t blocks_[4][64] = {};
  size_t targets_[4] = {};
  size_t waiting_ = 0;
  std::vector<Name> names_;
  std::vector<Change> changeRoom_;

  const uint8_t* descriptor(uint32_t ordinal) const {
    return group_ + GROUP_HEADER_BYTES + ordinal * DESCRIPTOR_BYTES;
  }

  void checkCommit(uint32_t ordinal) {
    const uint8_t* at = descriptor(ordinal);
    const uint8_t* payload = group_ + u32(at);
    const uint8_t* end = payload + u32(at + 4);
    expect(graph_.findCommit(at + 48) == 0, "a commit expected to be new, got a known one");
    for (uint32_t earlier = 0; earlier < ordinal; earlier++) {
      expect(std::memcmp(descriptor(earlier) + 48, at + 48, 32) != 0, "a commit expected once");
    }
    const size_t first = names_.size();
    const uint8_t* transaction = checkDictionary(payload, end);
    const size_t count = names_.size() - first;
    Sha256 author;
    author.update(graph_.space, 32);
    author.update(at + 16, 32);
    uint32_t transactions = 0;
    while (transaction < end) {
      expect(end - transaction >= 4 + TRANSACTION_HEADER_BYTES, "a transaction is cut");
      const uint32_t bytes = u32(transaction);
      expect(bytes <= end - transaction - 4 && bytes >= TRANSACTION_HEADER_BYTES, "bad length");
      checkTransaction({names_.data() + first, count, author}, transaction + 4, bytes);
      transaction += 4 + bytes;
      transactions += 1;
    }
    if (waiting_ != 0) writeWaiting(author);
    expect(transactions != 0 && transactions == u32(at + 80), "a commit expected its transactions");
  }

  const uint8_t* checkDictionary(const uint8_t* payload, const uint8_t* end) {
    expect(end - payload >= 8, "a dictionary expected 8 bytes");
    expect(u32(payload) + size_t{4} <= static_cast<size_t>(end - payload), "a dictionary is cut");
    const uint8_t* const last = payload + 4 + u32(payload);
    expect(u16(payload + 6) == 0, "a dictionary expected no references, got some");
    const uint8_t* at = payload + 8;
    for (uint32_t left = u16(payload + 4); left > 0; left--) {
      expect(last - at >= 2 && last - at >= 2 + at[1] && at[1] > 0, "a name is cut");
      expect(at[0] >= SYMBOL_NODE_TYPE && at[0] <= SYMBOL_ACTOR, "a name expected a known kind");
      expect(isUtf8(at + 2, at + 2 + at[1]), "a name expected UTF-8");
      names_.push_back({at, 0});
      at += 2 + at[1];
    }
    expect(at == last, "a dictionary expected to end");
    return last;
  }

  struct Names {
    const Name* first;
    size_t count;
    const Sha256& author;

    bool isKind(uint32_t number, uint8_t kind) const {
      return number < count && first[number].at[0] == kind;
    }
  };

  void checkTransaction(const Names& names, const uint8_t* at, uint32_t bytes) {
    expect(at[0] == 0 && names.isKind(u16(at + 17), SYMBOL_ACTOR), "a transaction is malformed");
    const uint8_t* const end = at + bytes;
    const uint32_t count = u16(at + 19);
    expect(count != 0, "a transaction expected a delta, got none");
    bool hasSubject = false;
    at += TRANSACTION_HEADER_BYTES;
    for (uint32_t delta = 0; delta < count; delta++) {
      expect(at < end, "a delta is cut");
      expect(at[0] < OP_DELETE || hasSubject, "a delta expected a subject");
      hasSubject = true;
      at = checkDelta(names, at, end);
    }
    expect(at == end, "a transaction expected to end");
  }

  const uint8_t* checkDelta(const Names& names, const uint8_t* at, const uint8_t* end) {
    const size_t left = static_cast<size_t>(end - at);
    switch (at[0]) {
      case OP_SELECT_NODE:
        expect(left >= NODE_NAME_BYTES && isId(at + 1), "a select is malformed");
        nodes_ += 1;
        return at + NODE_NAME_BYTES;
      case OP_SELECT_EDGE:
      case OP_CREATE_EDGE:
        expect(left >= EDGE_NAME_BYTES && isId(at + 1) && isId(at + 17), "an edge is malformed");
        expect(names.isKind(u16(at + 33), SYMBOL_EDGE_TYPE), "an edge expected a type");
        nodes_ += 2;
        edges_ += 1;
        changes_ += at[0] == OP_CREATE_EDGE;
        return at + EDGE_NAME_BYTES;
      case OP_CREATE_NODE:
        expect(left >= CREATE_NODE_BYTES, "a create is cut");
        expect(names.isKind(u16(at + 1), SYMBOL_NODE_TYPE), "a create expected a type");
        addId(names, names.first[u16(at + 1)].at, at + 3);
        nodes_ += 1;
        changes_ += 1;
        return at + CREATE_NODE_BYTES;
      case OP_DELETE:
        changes_ += 1;
        return at + 1;
      case OP_SET:
        expect(left >= SET_BYTES + 1, "a set is cut");
        expect(names.isKind(u16(at + 1), SYMBOL_PATH), "a set expected a path");
        changes_ += 1;
        return checkValue(at + SET_BYTES, end);
      default:
        stop("a delta expected an opcode that the benches send, got another");
    }
  }

  static const uint8_t* checkValue(const uint8_t* at, const uint8_t* end) {
    const uint8_t* const content = at + 1;
    const size_t left = static_cast<size_t>(end - content);
    switch (at[0]) {
      case VALUE_NULL:
      case VALUE_MAP:
        return content;
      case VALUE_BOOL:
        expect(left >= 1 && content[0] <= 1, "a bool is malformed");
        return content + 1;
      case VALUE_INT64:
      case VALUE_TIMESTAMP:
        expect(left >= 8, "a value is cut");
        return content + 8;
      case VALUE_FLOAT64: {
        expect(left >= 8, "a value is cut");
        const uint64_t bits = u64(content);
        const bool isNan = (bits & 0x7fffffffffffffff) > 0x7ff0000000000000;
        expect(!isNan || bits == 0x7ff8000000000000, "a float expected the one form of NaN");
        return content + 8;
      }
      case VALUE_ID:
        expect(left >= 16 && isId(content), "an id is malformed");
        return content + 16;
      case VALUE_STRING:
      case VALUE_BYTES: {
        expect(left >= 4 && u32(content) <= VALUE_BYTES_MAX, "a value is malformed");
        const uint8_t* const last = content + 4 + u32(content);
        expect(last <= end, "a value is cut");
        expect(at[0] == VALUE_BYTES || isUtf8(content + 4, last), "a string expected UTF-8");
        return last;
      }
      default:
        stop("a value expected a known kind, got another");
    }
  }

  // Ids wait until there are four, which are hashed together; a long type's is hashed at once.
  void addId(const Names& names, const uint8_t* type, const uint8_t* number) {
    const size_t length = type[1];
    const size_t at = ids_.size();
    ids_.resize(at + 16);
    if (length > WAITING_TYPE_BYTES_MAX) {
      Sha256 hash = names.author;
      hash.byte(0);
      hash.update(type + 1, 1 + length);
      hash.update(number, 8);
      uint8_t digest[32];
      hash.finish(digest);
      Lanes words;
      for (int word = 0; word < 4; word++) words[word] = __builtin_bswap32(u32(digest + word * 4));
      writeId(words, ids_.data() + at);
      return;
    }
    uint8_t* const block = blocks_[waiting_];
    std::memset(block, 0, 64);
    std::memcpy(block + 1, type + 1, 1 + length);
    std::memcpy(block + 2 + length, number, 8);
    block[10 + length] = 0x80;
    const uint16_t bits = __builtin_bswap16(static_cast<uint16_t>((64 + 10 + length) * 8));
    std::memcpy(block + 62, &bits, 2);
    targets_[waiting_++] = at;
    if (waiting_ == 4) writeWaiting(names.author);
  }

  void writeWaiting(const Sha256& author) {
    uint32_t words[4][4];
    Sha256::finishFour(author.state(), blocks_, words);
    for (size_t lane = 0; lane < waiting_; lane++) {
      writeId(loadAs<Lanes>(words[lane]), ids_.data() + targets_[lane]);
    }
    waiting_ = 0;
  }

  // Each of four words gives four characters, by repeated multiplication with 62.
  static void writeId(Lanes fraction, uint8_t* id) {
    typedef uint8_t Bytes __attribute__((vector_size(16)));
    Lanes digits = {};
    for (int place = 0; place < 32; place += 8) {
      const Lanes low = fraction & 0xffff, high = fraction >> 16;
      const Lanes digit = (high * 62 + (low * 62 >> 16)) >> 16;
      digits |= digit << place;
      fraction *= 62;
    }
    Bytes text;
    std::memcpy(&text, &digits, 16);
    const Bytes afterDigits = (Bytes)(text > 9) & ('A' - '9' - 1);
    const Bytes afterUpper = (Bytes)(text > 35) & ('a' - 'Z' - 1);
    text += '0' + afterDigits + afterUpper;
    std::memcpy(id, &text, 16);
  }

  void applyCommit(const uint8_t* at, const uint8_t* payload, Name* names, const uint8_t*& id) {
    const uint32_t author = graph_.intern(SYMBOL_AUTHOR, at + 16, 32);
    for (uint32_t number = 0; number < u16(payload + 4); number++) {
      const uint8_t* name = names[number].at;
      if (name[0] != SYMBOL_ACTOR) names[number].symbol = graph_.intern(name[0], name + 2, name[1]);
    }
    const uint32_t count = u32(at + 80);
    const uint32_t commit = graph_.addCommit(at + 48, u64(at + 8), author, count);
    uint32_t transaction = graph_.commits[commit].firstTransaction;
    const uint8_t* bytes = payload + 4 + u32(payload);
    ahead_.begin(names, bytes, count, id);
    for (uint32_t position = 0; position < count; position++, transaction++) {
      uint32_t deltas = u16(bytes + 4 + 19);
      const uint8_t* delta = bytes + 4 + TRANSACTION_HEADER_BYTES;
      Subject subject = {true, 0, bytes + 4 + u32(bytes)};
      for (; deltas > 0; deltas--) delta = applyDelta(names, subject, transaction, delta);
      bytes += 4 + u32(bytes);
    }
  }

  const uint8_t* applyDelta(const Name* names, Subject& subject, uint32_t transaction,
                            const uint8_t* at) {
    switch (at[0]) {
      case OP_SELECT_NODE:
        subject = {true, nodeOf(ahead_.nextNode()), subject.end};
        return at + NODE_NAME_BYTES;
      case OP_CREATE_NODE: {
        subject = {true, nodeOf(ahead_.nextNode()), subject.end};
        Node& node = graph_.nodes[subject.row];
        if (node.element.type() == 0) node.element.typeAndFlags |= names[u16(at + 1)].symbol;
        graph_.createNode(subject.row, transaction);
        return at + CREATE_NODE_BYTES;
      }
      case OP_SELECT_EDGE:
      case OP_CREATE_EDGE: {
        const uint32_t edge = edgeOf(ahead_.nextEdge(), names[u16(at + 33)].symbol, at);
        subject = {false, edge, subject.end};
        if (at[0] == OP_CREATE_EDGE) graph_.createEdge(subject.row, transaction);
        return at + EDGE_NAME_BYTES;
      }
      case OP_DELETE:
        if (subject.isNode) graph_.deleteNode(subject.row, transaction);
        else graph_.deleteEdge(subject.row, transaction);
        return at + 1;
      default:
        return applySet(names, subject, transaction, at);
    }
  }

  uint32_t nodeOf(const NodeMention& mention) {
    return mention.row != 0 ? mention.row : graph_.touchNode(mention.id, mention.hash);
  }

  uint32_t edgeOf(const EdgeMention& mention, uint32_t type, const uint8_t* at) {
    uint32_t from = mention.from, to = mention.to;
    uint64_t hash = mention.hash;
    if (from == 0 || to == 0) {
      if (from == 0) from = graph_.touchNode(at + 1, hash);
      if (to == 0) to = graph_.touchNode(at + 17, mention.toHash);
      hash = graph_.hashOfName(from, to, type, u32(at + 35));
    }
    return graph_.touchEdge(from, to, type, u32(at + 35), hash);
  }

  static uint32_t setsFrom(const uint8_t* at, const uint8_t* end) {
    uint32_t sets = 0;
    for (; at < end && at[0] == OP_SET; at += SET_BYTES + valueBytes(at + SET_BYTES)) sets += 1;
    return sets;
  }

  const uint8_t* applySet(const Name* names, const Subject& subject, uint32_t transaction,
                          const uint8_t* at) {
    const uint32_t path = names[u16(at + 1)].symbol;
    const uint8_t* const content = at + SET_BYTES + 1;
    NewValue value = {content[-1], 0, nullptr, 0};
    const uint8_t* end = content;
    if (value.kind == VALUE_STRING || value.kind == VALUE_BYTES) {
      value.bytes = content + 4;
      value.length = u32(content);
      end = value.bytes + value.length;
    } else if (value.kind == VALUE_ID) {
      value.bytes = content;
      value.length = 16;
      end = content + 16;
    } else if (value.kind == VALUE_BOOL) {
      value.word = content[0];
      end = content + 1;
    } else if (value.kind != VALUE_NULL && value.kind != VALUE_MAP) {
      value.word = u64(content);
      end = content + 8;
    }
    const auto setsToCome = [&] { return setsFrom(end, subject.end); };
    if (subject.isNode) graph_.setOfNode(subject.row, transaction, path, value, setsToCome);
    else graph_.setOfEdge(subject.row, transaction, path, value, setsToCome);
    return end;
  }
};
