// The lists of edges of a node, as the engine keeps them (assembly/graph/edge-list.ts). A word is a
// list: 0, its only entry, or the place of a block and twice its form. Nothing shrinks here.
#pragma once

#include <emmintrin.h>

#include "memory.hpp"

class EdgeLists {
 public:
  static uint32_t edgeOf(uint32_t entry) { return entry >> 1; }

  // Calls with the entries of each piece and how many they are, newest piece first, until a call
  // answers false. The word has to stay where it is meanwhile: the only entry stands in it.
  template <class Call>
  void eachPiece(const uint32_t& word, Call call) const {
    if (word == 0) return;
    if ((word & ONLY_ENTRY) != 0) call(&word, 1u);
    else if ((word & TAG_MASK) != TAG_LONG) call(entriesOf(word), smallCount(word));
    else {
      for (uint32_t at = word; at != 0;) {
        const Long& block = longOf(at);
        at = block.older;
        if (!call(block.entries, uint32_t{block.count})) return;
      }
    }
  }

  void prefetchBegin(uint32_t word) const {
    if ((word & ONLY_ENTRY) == 0) __builtin_prefetch(blocks_.at(placeOf(word)));
  }

  // Where an append looks first.
  void prefetchEnd(uint32_t word) const {
    if ((word & ONLY_ENTRY) != 0) return;
    const uint32_t units = unitsOf(word);
    __builtin_prefetch(blocks_.at(placeOf(word) + (units == 0 ? 0 : units - 1)));
  }

  void append(uint32_t& word, uint32_t edge) {
    const uint32_t entry = edge << 1 | ONLY_ENTRY;
    if (word == 0) word = entry;
    else if ((word & ONLY_ENTRY) != 0) {
      const uint32_t place = take(1);
      const uint32_t entries[4] = {word, entry, 0, 0};
      std::memcpy(blocks_.at(place), entries, sizeof entries);
      word = place << PLACE_SHIFT;
    } else if ((word & TAG_MASK) == TAG_LONG) appendLong(word, entry);
    else appendSmall(word, entry);
  }

 private:
  struct Long {
    uint32_t older;
    uint16_t count;
    uint16_t capacity;
    uint32_t entries[];
  };

  static constexpr uint32_t TAG_MASK = 15, TAG_STEP = 2, TAG_LONG = 12, ONLY_ENTRY = 1;
  static constexpr uint32_t PLACE_SHIFT = 4;
  static constexpr uint32_t UNITS_OF_FORMS = 0x864321, UNITS_BY_ONE = 4;
  static constexpr uint32_t LONG_UNITS_MIN = 16, LONG_UNITS_MAX = 256;

  Blocks blocks_;

  static uint32_t placeOf(uint32_t word) { return word >> PLACE_SHIFT; }

  // How many times 16 bytes a small block has; 0 for a long one.
  static uint32_t unitsOf(uint32_t word) {
    return UNITS_OF_FORMS >> ((word & (TAG_MASK - ONLY_ENTRY)) << 1) & 15;
  }

  static uint32_t noneCount(const uint32_t* unit) {
    const __m128i entries = _mm_loadu_si128(reinterpret_cast<const __m128i*>(unit));
    const __m128i isNone = _mm_cmpeq_epi32(entries, _mm_setzero_si128());
    const int bits = _mm_movemask_ps(_mm_castsi128_ps(isNone));
    return static_cast<uint32_t>(__builtin_popcount(static_cast<unsigned>(bits)));
  }

  uint32_t take(uint32_t units) {
    const uint32_t place = blocks_.take(units);
    expect(place >> (32 - PLACE_SHIFT) == 0, "lists of edges expected at most 4 GiB, got more");
    return place;
  }

  uint32_t* entriesOf(uint32_t word) const {
    return reinterpret_cast<uint32_t*>(blocks_.at(placeOf(word)));
  }

  Long& longOf(uint32_t word) const {
    return *reinterpret_cast<Long*>(blocks_.at(placeOf(word)));
  }

  // Only the last entries of a small block may be none.
  uint32_t smallCount(uint32_t word) const {
    const uint32_t units = unitsOf(word);
    const uint32_t* last = entriesOf(word) + units * 4 - 4;
    const uint32_t count = units * 4 - noneCount(last);
    return units <= UNITS_BY_ONE ? count : count - noneCount(last - 4);
  }

  void appendSmall(uint32_t& word, uint32_t entry) {
    const uint32_t units = unitsOf(word), count = smallCount(word);
    uint32_t* const entries = entriesOf(word);
    if (count < units * 4) {
      entries[count] = entry;
      return;
    }
    const uint32_t tag = (word & TAG_MASK) + TAG_STEP;
    const uint32_t grownUnits = tag == TAG_LONG ? LONG_UNITS_MIN : unitsOf(tag);
    const uint32_t place = take(grownUnits);
    uint32_t* grown = reinterpret_cast<uint32_t*>(blocks_.at(place));
    if (tag == TAG_LONG) grown = begin(place, grownUnits, 0, count + 1).entries;
    else std::memset(grown + count, 0, (grownUnits - units) * 16);
    std::memcpy(grown, entries, count * 4);
    grown[count] = entry;
    blocks_.give(placeOf(word), units);
    word = place << PLACE_SHIFT | tag;
  }

  void appendLong(uint32_t& word, uint32_t entry) {
    Long* block = &longOf(word);
    if (block->count == block->capacity) {
      const uint32_t units = (block->capacity * 4 + 8) / 16;
      const bool isChain = units == LONG_UNITS_MAX;
      const uint32_t grownUnits = isChain ? units : units * 2;
      const uint32_t place = take(grownUnits);
      Long& grown = begin(place, grownUnits, isChain ? word : 0, isChain ? 0 : block->count);
      std::memcpy(grown.entries, block->entries, grown.count * size_t{4});
      if (!isChain) blocks_.give(placeOf(word), units);
      word = place << PLACE_SHIFT | TAG_LONG;
      block = &grown;
    }
    block->entries[block->count++] = entry;
  }

  Long& begin(uint32_t place, uint32_t units, uint32_t older, uint32_t count) {
    Long& block = *reinterpret_cast<Long*>(blocks_.at(place));
    block.older = older;
    block.count = static_cast<uint16_t>(count);
    block.capacity = static_cast<uint16_t>((units * 16 - 8) / 4);
    return block;
  }
};
