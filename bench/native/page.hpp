// Plans as the engine runs them (assembly/query): a scan with a filter, and a page in the order of
// an index, as JSON. The index is a sorted array, which is made once and not kept up.
#pragma once

#include <algorithm>
#include <vector>

#include "json.hpp"

// The symbols of what the benches ask for.
struct PageNames {
  explicit PageNames(const Graph& graph)
      : type(graph.symbolOf("Airport")),
        flights(graph.symbolOf("flights")),
        delay(graph.symbolOf("delay")),
        name(graph.symbolOf("name")) {}

  uint32_t type, flights, delay, name;
};

struct PageQuery {
  int64_t flights;
  double delay;
  uint32_t limit;
};

class Pages {
 public:
  explicit Pages(Graph& graph) : graph_(graph), json_(graph) {}

  const char* bytes() const { return json_.bytes(); }

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
      const Cell* cell = graph_.shownCell(element, names.flights);
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
    char* to = json_.begin("{\"page\":[");
    uint32_t count = 0;
    for (; entry != index_.end() && count < query.limit; ++entry) {
      const Node& node = graph_.nodes[entry->row];
      if (!node.element.exists() || !isLate(node.element, names.delay, query.delay)) continue;
      if (count++ != 0) *to++ = ',';
      to = writeNode(to, names, node);
    }
    return json_.end(to, "]}");
  }

 private:
  struct Entry {
    int64_t flights;
    uint32_t row;
  };

  Graph& graph_;
  std::vector<Entry> index_;
  Json json_;

  bool isLate(const Element& element, uint32_t path, double delay) {
    const Cell* cell = graph_.shownCell(element, path);
    if (cell == nullptr) return false;
    if (cell->kind() != VALUE_FLOAT64) return cell->kind() > VALUE_FLOAT64;
    const uint64_t bits = cell->value;
    return loadAs<double>(&bits) > delay;
  }

  char* writeNode(char* to, const PageNames& names, const Node& node) {
    to = json_.room(to);
    to = Json::put(to, "{\"id\":\"");
    std::memcpy(to, node.id, 16);
    to = Json::put(to + 16, "\",\"flights\":");
    to = json_.value(to, graph_.shownCell(node.element, names.flights));
    to = Json::put(to, ",\"delay\":");
    to = json_.value(to, graph_.shownCell(node.element, names.delay));
    to = Json::put(to, ",\"name\":");
    to = json_.value(to, graph_.shownCell(node.element, names.name));
    *to++ = '}';
    return to;
  }
};
