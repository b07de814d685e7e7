// SHA-256 (FIPS 180-4) in plain C++, one block at a time.
#pragma once

#include "memory.hpp"

// Four blocks at once, each in a lane of the vectors; each goes on from one state.
typedef uint32_t Lanes __attribute__((vector_size(16)));

class Sha256 {
 public:
  void update(const void* source, size_t length) {
    const uint8_t* at = static_cast<const uint8_t*>(source);
    size_t filled = length_ & 63;
    length_ += length;
    if (filled != 0) {
      const size_t part = length < 64 - filled ? length : 64 - filled;
      std::memcpy(block_ + filled, at, part);
      at += part;
      length -= part;
      if (filled + part < 64) return;
      compress(block_);
    }
    for (; length >= 64; length -= 64, at += 64) compress(at);
    std::memcpy(block_, at, length);
  }

  void byte(uint8_t value) { update(&value, 1); }
  void word(uint32_t value) { update(&value, 4); }

  const uint32_t* state() const { return state_; }

  // The first four words of the digests of four messages that go on from `state`, after whole
  // blocks, and end with one block each; a block has its padding and length already.
  static void finishFour(const uint32_t* state, const uint8_t (*blocks)[64], uint32_t (*words)[4]) {
    Lanes w[16];
    for (int t = 0; t < 16; t++) {
      for (int lane = 0; lane < 4; lane++) {
        w[t][lane] = __builtin_bswap32(loadAs<uint32_t>(blocks[lane] + t * 4));
      }
    }
    Lanes sums[8];
    for (int word = 0; word < 8; word++) sums[word] = Lanes{} + state[word];
    rounds(sums, w);
    for (int word = 0; word < 4; word++) {
      for (int lane = 0; lane < 4; lane++) words[lane][word] = sums[word][lane];
    }
  }

  void finish(uint8_t* digest) {
    const uint64_t bits = length_ << 3;
    size_t filled = length_ & 63;
    block_[filled++] = 0x80;
    if (filled > 56) {
      std::memset(block_ + filled, 0, 64 - filled);
      compress(block_);
      filled = 0;
    }
    std::memset(block_ + filled, 0, 56 - filled);
    const uint64_t swapped = __builtin_bswap64(bits);
    std::memcpy(block_ + 56, &swapped, 8);
    compress(block_);
    for (size_t word = 0; word < 8; word++) {
      const uint32_t bigEndian = __builtin_bswap32(state_[word]);
      std::memcpy(digest + word * 4, &bigEndian, 4);
    }
  }

 private:
  static constexpr uint32_t K[64] = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
      0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
      0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
      0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
      0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
      0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
      0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
      0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
      0xc67178f2};

  template <class Word>
  static Word right(Word value, int bits) {
    return value >> bits | value << (32 - bits);
  }

  // One block, its words in `w`; adds to the state in `sums`.
  template <class Word>
  static void rounds(Word* sums, Word* w) {
    Word a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    Word e = sums[4], f = sums[5], g = sums[6], h = sums[7];
    for (int first = 0;; first += 16) {
      for (int t = 0; t < 16; t += 8) {
        const auto mix = [&](Word& a, Word& b, Word& c, Word& d, Word& e, Word& f, Word& g,
                             Word& h, int index) {
          const Word sum1 = right(e, 6) ^ right(e, 11) ^ right(e, 25);
          const Word sum0 = right(a, 2) ^ right(a, 13) ^ right(a, 22);
          const Word t1 = h + sum1 + (g ^ (e & (f ^ g))) + K[first + t + index] + w[t + index];
          d += t1;
          h = t1 + sum0 + ((a & b) | (c & (a | b)));
        };
        mix(a, b, c, d, e, f, g, h, 0);
        mix(h, a, b, c, d, e, f, g, 1);
        mix(g, h, a, b, c, d, e, f, 2);
        mix(f, g, h, a, b, c, d, e, 3);
        mix(e, f, g, h, a, b, c, d, 4);
        mix(d, e, f, g, h, a, b, c, 5);
        mix(c, d, e, f, g, h, a, b, 6);
        mix(b, c, d, e, f, g, h, a, 7);
      }
      if (first == 48) break;
      for (int t = 0; t < 16; t++) {
        const Word w2 = w[(t + 14) & 15], w15 = w[(t + 1) & 15];
        w[t] += (right(w2, 17) ^ right(w2, 19) ^ w2 >> 10) + w[(t + 9) & 15] +
                (right(w15, 7) ^ right(w15, 18) ^ w15 >> 3);
      }
    }
    sums[0] += a;
    sums[1] += b;
    sums[2] += c;
    sums[3] += d;
    sums[4] += e;
    sums[5] += f;
    sums[6] += g;
    sums[7] += h;
  }

  void compress(const uint8_t* block) {
    uint32_t w[16];
    for (int t = 0; t < 16; t++) w[t] = __builtin_bswap32(loadAs<uint32_t>(block + t * 4));
    rounds(state_, w);
  }

  uint32_t state_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint64_t length_ = 0;
  uint8_t block_[64] = {};
};
