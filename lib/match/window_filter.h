// Where in a buffer may one of many short windows of bytes stand: the first step of a search for many literals, 32
// bytes at once where the processor has AVX2. After the "Teddy" of Hyperscan (Wang et al., NSDI 2019): windows are put
// into eight buckets; a table for each byte of a window and each half of that byte tells the buckets that admit it. For
// lib/match itself. Filled by Add; immutable after.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vexevt {

class WindowFilter {
 public:
  static constexpr std::size_t kWindow = 4;  // bytes
  static constexpr std::size_t kBuckets = 8;
  static constexpr std::size_t kPadding = 64;  // bytes that may be read past the end

  // Whether this processor has AVX2. Without it the same positions are found, more slowly.
  static bool HasVectors();
  explicit WindowFilter(bool vectors = HasVectors()) : vectors_(vectors) {}

  // `window` has one to kWindow bytes. Alike ones are best put together.
  void Add(std::size_t bucket, std::string_view window);

  // Writes, ascending, each position below `size` where a window stands, and few others; returns how many. Windows may
  // reach into the padding behind `text`, whatever it holds. `positions` has place for size + kPadding.
  std::size_t Find(const char* text, std::size_t size, std::uint32_t* positions) const;

 private:
  std::size_t FindPortably(const char* text, std::size_t size, std::uint32_t* positions) const;
  std::size_t FindByVectors(const char* text, std::size_t size, std::uint32_t* positions) const;

  // [i][x]: the buckets that have a window whose byte i has x as its lower or upper half.
  alignas(16) std::uint8_t low_[kWindow][16] = {};
  alignas(16) std::uint8_t high_[kWindow][16] = {};
  bool vectors_;
};

}  // namespace vexevt
