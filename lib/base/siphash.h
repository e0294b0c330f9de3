// SipHash-2-4 with 128 bits (Aumasson and Bernstein, https://www.aumasson.jp/siphash/siphash.pdf): a keyed hash from
// which, without the key, neither the input nor another hash follows. For tables and routing, where nothing is secret,
// xxhash is faster.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vexevt {

using SipKey = std::array<std::uint64_t, 2>;  // its 16 bytes in memory, low half first

struct SipHash {
  std::uint64_t first, second;  // little-endian halves of the 16 bytes
  bool operator==(const SipHash&) const = default;
};

SipHash SipHash128(const SipKey& key, std::string_view bytes);

}  // namespace vexevt
