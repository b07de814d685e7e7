// JSON as the engine writes it (assembly/query/json.ts, value-json.ts), of what the benches read.
#pragma once

#include <charconv>
#include <vector>

#include "graph.hpp"

class Json {
 public:
  explicit Json(Graph& graph) : graph_(graph) {}

  const char* bytes() const { return bytes_.data(); }

  template <size_t length>
  char* begin(const char (&text)[length]) {
    if (bytes_.size() < BYTES_LEAST) bytes_.resize(BYTES_LEAST);
    return put(bytes_.data(), text);
  }

  // Returns the bytes of all that was written.
  template <size_t length>
  size_t end(char* to, const char (&text)[length]) {
    return static_cast<size_t>(put(to, text) - bytes_.data());
  }

  // Makes room for an object without its texts; returns where to go on.
  char* room(char* to) { return room(to, OBJECT_BYTES); }

  template <size_t length>
  static char* put(char* to, const char (&text)[length]) {
    std::memcpy(to, text, length - 1);
    return to + length - 1;
  }

  char* value(char* to, const Cell* cell) {
    if (cell == nullptr) return put(to, "null");
    const uint64_t value = cell->value;
    switch (cell->kind()) {
      case VALUE_BOOL:
        return value != 0 ? put(to, "true") : put(to, "false");
      case VALUE_INT64:
        return std::to_chars(to, to + 24, static_cast<int64_t>(value)).ptr;
      case VALUE_FLOAT64:
        // Below 1e21, as JavaScript writes it.
        return std::to_chars(to, to + 32, loadAs<double>(&value), std::chars_format::fixed).ptr;
      case VALUE_STRING:
        return text(to, static_cast<uint32_t>(value));
      default:
        stop("JSON expected a boolean, a number or a text, got another");
    }
  }

 private:
  static constexpr size_t BYTES_LEAST = 4096;
  static constexpr size_t OBJECT_BYTES = 512;

  Graph& graph_;
  std::vector<char> bytes_;

  char* room(char* to, size_t bytes) {
    const size_t written = static_cast<size_t>(to - bytes_.data());
    if (bytes_.size() < written + bytes) bytes_.resize((written + bytes) * 2);
    return bytes_.data() + written;
  }

  char* text(char* to, uint32_t blob) {
    const uint8_t* const text = graph_.blobs.bytes(blob);
    const uint32_t length = graph_.blobs.length(blob);
    to = room(to, length + OBJECT_BYTES);
    bool isPlain = true;
    for (uint32_t at = 0; at < length; at++) {
      isPlain &= text[at] >= ' ' && text[at] != '"' && text[at] != '\\';
    }
    expect(isPlain, "JSON expected text without escapes, got some");
    *to++ = '"';
    std::memcpy(to, text, length);
    to[length] = '"';
    return to + length + 1;
  }
};
