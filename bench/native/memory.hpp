// Rows in one reserved stretch of addresses each: the kernel gives zeroed pages as they are
// touched, so a row never moves and its address is one multiplication away.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

[[noreturn]] inline void stop(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

inline void expect(bool holds, const char* what) {
  if (__builtin_expect(!holds, 0)) stop(what);
}

template <class Value>
inline Value loadAs(const void* at) {
  Value value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

class Reserved {
 public:
  explicit Reserved(size_t bytes) : bytes_(bytes) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    expect(address != MAP_FAILED, "address space expected more, got none");
    start_ = static_cast<char*>(address);
  }
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;
  ~Reserved() { munmap(start_, bytes_); }

  char* start() const { return start_; }
  size_t bytes() const { return bytes_; }

 private:
  char* start_;
  size_t bytes_;
};

// Row 0 is none.
template <class Row>
class Rows {
 public:
  Rows() : rows_(reinterpret_cast<Row*>(memory_.start())) {}

  Row& operator[](uint32_t row) { return rows_[row]; }
  const Row& operator[](uint32_t row) const { return rows_[row]; }
  uint32_t add() { return count_++; }
  uint32_t count() const { return count_; }

 private:
  Reserved memory_{sizeof(Row) * (size_t{1} << 26)};
  Row* rows_;
  uint32_t count_ = 1;
};

// Memory handed out upwards, named by its place in units of 16 bytes; place 0 is none.
class Arena {
 public:
  uint32_t take(size_t bytes) {
    const uint32_t place = next_;
    next_ += static_cast<uint32_t>((bytes + 15) >> 4);
    return place;
  }
  char* at(uint32_t place) const { return memory_.start() + (size_t{place} << 4); }

 private:
  Reserved memory_{size_t{1} << 34};
  uint32_t next_ = 1;
};

// Blocks that come back, by how many units of 16 bytes they have, with a free list for each; one
// that comes from there is not zeroed.
class Blocks {
 public:
  static constexpr size_t UNIT_BYTES = 16;

  uint32_t take(uint32_t units) {
    const uint32_t place = units < CLASSES ? free_[units] : 0;
    if (place == 0) return arena_.take(units * UNIT_BYTES);
    free_[units] = loadAs<uint32_t>(at(place));
    return place;
  }
  void give(uint32_t place, uint32_t units) {
    if (units >= CLASSES) return;
    std::memcpy(at(place), &free_[units], 4);
    free_[units] = place;
  }
  char* at(uint32_t place) const { return arena_.at(place); }

 private:
  static constexpr uint32_t CLASSES = 256;

  Arena arena_;
  uint32_t free_[CLASSES] = {};
};

// Byte strings: length u32, then the bytes.
class Blobs {
 public:
  uint32_t put(const uint8_t* bytes, uint32_t length) {
    const uint32_t place = blocks_.take(unitsOf(length));
    char* block = blocks_.at(place);
    std::memcpy(block, &length, 4);
    std::memcpy(block + 4, bytes, length);
    return place;
  }
  void remove(uint32_t place) { blocks_.give(place, unitsOf(length(place))); }
  uint32_t length(uint32_t place) const { return loadAs<uint32_t>(blocks_.at(place)); }
  const uint8_t* bytes(uint32_t place) const {
    return reinterpret_cast<const uint8_t*>(blocks_.at(place)) + 4;
  }

 private:
  static uint32_t unitsOf(uint32_t length) { return (length + 4 + 15) >> 4; }

  Blocks blocks_;
};
