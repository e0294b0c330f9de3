// A set of byte values, as a glob's or a regex's character class.
#pragma once

#include <array>
#include <cstdint>

namespace vexevt {

class ByteSet {
 public:
  constexpr void Add(unsigned char byte) { words_[byte / 64] |= std::uint64_t{1} << (byte % 64); }
  constexpr void AddRange(unsigned char first, unsigned char last) {
    for (unsigned byte = first; byte <= last; ++byte) Add(static_cast<unsigned char>(byte));
  }
  constexpr void Remove(unsigned char byte) { words_[byte / 64] &= ~(std::uint64_t{1} << (byte % 64)); }
  constexpr void Invert() {
    for (std::uint64_t& word : words_) word = ~word;
  }

  constexpr bool Contains(unsigned char byte) const { return (words_[byte / 64] >> (byte % 64)) & 1; }
  constexpr bool empty() const { return (words_[0] | words_[1] | words_[2] | words_[3]) == 0; }

  friend constexpr bool operator==(const ByteSet&, const ByteSet&) = default;

 private:
  std::array<std::uint64_t, 4> words_{};
};

}  // namespace vexevt
