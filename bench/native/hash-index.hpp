// The engine's index (assembly/container/hash-index.ts, keyed-hash.ts) as one table: buckets of one
// cache line with 12 tags and 12 entries, keyed by SipHash-1-3. It doubles at once, where the
// engine's grows by pages, so that no write waits for all of it: this is simpler, and a lookup costs
// less. An entry is a row number, the next bits of the hash and whether it stands away from its home,
// so that most doublings read few rows.
#pragma once

#include "memory.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

template <class Row>
class Rows;

struct Secret {
  uint64_t word0;
  uint64_t word1;
};

inline uint64_t rotate(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

inline uint64_t hashWords(const Secret& secret, uint64_t word0, uint64_t word1) {
  uint64_t v0 = 0x736f6d6570736575 ^ secret.word0;
  uint64_t v1 = 0x646f72616e646f6d ^ secret.word1;
  uint64_t v2 = 0x6c7967656e657261 ^ secret.word0;
  uint64_t v3 = 0x7465646279746573 ^ secret.word1;
  const auto round = [&] {
    v0 += v1;
    v1 = rotate(v1, 13) ^ v0;
    v0 = rotate(v0, 32);
    v2 += v3;
    v3 = rotate(v3, 16) ^ v2;
    v0 += v3;
    v3 = rotate(v3, 21) ^ v0;
    v2 += v1;
    v1 = rotate(v1, 17) ^ v2;
    v2 = rotate(v2, 32);
  };
  v3 ^= word0;
  round();
  v0 ^= word0;
  v3 ^= word1;
  round();
  v0 ^= word1;
  v2 ^= 0xff;
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}

struct alignas(64) Bucket {
  uint8_t tags[12];
  uint16_t passed;
  uint16_t unused;
  uint32_t entries[12];
};
static_assert(sizeof(Bucket) == 64);

inline uint32_t tagMask(const Bucket& bucket, uint8_t tag) {
#ifdef __SSE2__
  const __m128i tags = _mm_load_si128(reinterpret_cast<const __m128i*>(&bucket));
  const __m128i equal = _mm_cmpeq_epi8(tags, _mm_set1_epi8(static_cast<char>(tag)));
  return static_cast<uint32_t>(_mm_movemask_epi8(equal)) & 0xfff;
#else
  uint32_t mask = 0;
  for (uint32_t slot = 0; slot < 12; slot++) mask |= uint32_t{bucket.tags[slot] == tag} << slot;
  return mask;
#endif
}

class HashIndex {
 public:
  HashIndex() = default;
  HashIndex(const HashIndex&) = delete;
  HashIndex& operator=(const HashIndex&) = delete;
  ~HashIndex() { delete table_; }

  template <class IsSame>
  uint32_t find(uint64_t hash, IsSame isSame) const {
    if (buckets_ == 0) return 0;
    const Bucket* const start = first();
    const Bucket* bucket = start + home(hash);
    const uint8_t tag = tagOf(hash);
    for (;;) {
      for (uint32_t mask = tagMask(*bucket, tag); mask != 0; mask &= mask - 1) {
        const uint32_t row = bucket->entries[__builtin_ctz(mask)] & ROW_MASK;
        if (isSame(row)) return row;
      }
      if (bucket->passed == 0) return 0;
      bucket += 1;
      if (bucket == start + buckets_) bucket = start;
    }
  }

  void prefetch(uint64_t hash) const { __builtin_prefetch(first() + home(hash)); }

  // The first row of the home bucket whose tag fits, or 0.
  uint32_t guess(uint64_t hash) const {
    const Bucket& bucket = first()[home(hash)];
    const uint32_t mask = tagMask(bucket, tagOf(hash));
    return mask == 0 ? 0 : bucket.entries[__builtin_ctz(mask)] & ROW_MASK;
  }

  void insert(uint64_t hash, uint32_t row) {
    put(hash, row);
    count_ += 1;
  }

  // Room for `extra` more.
  template <class Row, class HashOf>
  void ensure(uint32_t extra, const Rows<Row>& rows, HashOf hashOf) {
    const uint64_t wanted = uint64_t{count_} + extra;
    if (wanted * 100 <= buckets_ * 12 * 85) return;
    const uint64_t oldBuckets = buckets_;
    if (buckets_ == 0) buckets_ = 64;
    uint32_t doublings = 0;
    for (; wanted * 100 > buckets_ * 12 * 85; buckets_ *= 2) doublings += 1;
    Reserved* const old = table_;
    table_ = new Reserved(buckets_ * sizeof(Bucket));
    // A page that is read before it is written would be mapped twice.
    std::memset(table_->start(), 0, buckets_ * sizeof(Bucket));
    const bool knowsBits = oldBuckets != 0 && doublings <= nextBits_;
    nextBits_ = knowsBits ? nextBits_ - doublings : NEXT_BITS;
    const uint32_t asked = knowsBits ? AWAY : ROW_MASK;
    for (uint64_t index = 0; index < oldBuckets; index++) {
      const Bucket& bucket = reinterpret_cast<Bucket*>(old->start())[index];
      if (index + BUCKETS_AHEAD < oldBuckets) {
        for (const uint32_t entry : (&bucket)[BUCKETS_AHEAD].entries) {
          if ((entry & asked) == 0) continue;
          const char* const row = reinterpret_cast<const char*>(&rows[entry & ROW_MASK]);
          __builtin_prefetch(row);
          __builtin_prefetch(row + KEY_BYTES_MAX);
        }
      }
      for (uint32_t slot = 0; slot < 12; slot++) {
        if (bucket.tags[slot] == 0) continue;
        const uint32_t entry = bucket.entries[slot];
        const uint32_t row = entry & ROW_MASK;
        if ((entry & asked) != 0) {
          put(hashOf(row), row);
          continue;
        }
        const uint32_t next = entry >> NEXT_SHIFT & NEXT_MASK;
        const uint64_t home = index << doublings | next >> (NEXT_BITS - doublings);
        put(home, bucket.tags[slot], row | (next << doublings & NEXT_MASK) << NEXT_SHIFT);
      }
    }
    delete old;
  }

 private:
  static constexpr uint64_t BUCKETS_AHEAD = 4;
  // Where the key of any row ends at most; it may lie in two cache lines.
  static constexpr size_t KEY_BYTES_MAX = 16;

  static constexpr uint32_t ROW_MASK = 0x0fffffff;
  static constexpr uint32_t NEXT_BITS = 3;
  static constexpr uint32_t NEXT_SHIFT = 28;
  static constexpr uint32_t NEXT_MASK = 7;
  static constexpr uint32_t AWAY = uint32_t{1} << 31;

  void put(uint64_t hash, uint32_t row) {
    const uint64_t place = (hash >> 32) * buckets_;
    const uint32_t next = static_cast<uint32_t>(place) >> (32 - NEXT_BITS);
    put(place >> 32, tagOf(hash), row | next << NEXT_SHIFT);
  }

  void put(uint64_t home, uint8_t tag, uint32_t entry) {
    Bucket* const start = first();
    Bucket* bucket = start + home;
    for (;;) {
      const uint32_t mask = tagMask(*bucket, 0);
      if (mask != 0) {
        const int slot = __builtin_ctz(mask);
        bucket->tags[slot] = tag;
        bucket->entries[slot] = entry;
        return;
      }
      if (bucket->passed != 0xffff) bucket->passed += 1;
      bucket += 1;
      if (bucket == start + buckets_) bucket = start;
      entry |= AWAY;
    }
  }

  Bucket* first() const { return reinterpret_cast<Bucket*>(table_->start()); }
  uint64_t home(uint64_t hash) const { return ((hash >> 32) * buckets_) >> 32; }
  static uint8_t tagOf(uint64_t hash) {
    const uint8_t tag = static_cast<uint8_t>(hash);
    return tag == 0 ? 1 : tag;
  }

  Reserved* table_ = nullptr;
  uint64_t buckets_ = 0;
  uint32_t count_ = 0;
  uint32_t nextBits_ = 0;
};
