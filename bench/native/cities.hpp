// Nodes by id as JSON, with five fields each.
#pragma once

#include "json.hpp"

class Cities {
 public:
  explicit Cities(Graph& graph) : graph_(graph), json_(graph) {}

  const char* bytes() const { return json_.bytes(); }

  // Of ids of 16 bytes each; returns the bytes of the JSON.
  __attribute__((noinline)) size_t write(const uint8_t* ids, size_t count) {
    const uint32_t name = graph_.symbolOf("name"), country = graph_.symbolOf("country"),
                   population = graph_.symbolOf("population"),
                   latitude = graph_.symbolOf("latitude"),
                   isCapital = graph_.symbolOf("isCapital");
    char* to = json_.begin("{\"cities\":[");
    for (size_t index = 0; index < count; index++) {
      const uint8_t* const id = ids + index * 16;
      const Element& city = graph_.nodes[graph_.findNode(id, graph_.hashOfId(id))].element;
      expect(city.exists(), "a city expected to be there");
      to = json_.room(to);
      if (index != 0) *to++ = ',';
      to = json_.value(Json::put(to, "{\"name\":"), graph_.shownCell(city, name));
      to = json_.value(Json::put(to, ",\"country\":"), graph_.shownCell(city, country));
      to = json_.value(Json::put(to, ",\"population\":"), graph_.shownCell(city, population));
      to = json_.value(Json::put(to, ",\"latitude\":"), graph_.shownCell(city, latitude));
      to = json_.value(Json::put(to, ",\"isCapital\":"), graph_.shownCell(city, isCapital));
      *to++ = '}';
    }
    return json_.end(to, "]}");
  }

 private:
  Graph& graph_;
  Json json_;
};
