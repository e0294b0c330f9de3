// The hashes of what goes into a HyperLogLog: the same on every machine and in every version, since sketches of many
// machines are merged. Hence not seeded: who chooses the values can choose some that make an estimate wrong.
#pragma once

#include <cstdint>
#include <string_view>

namespace vexevt {

std::uint64_t ItemHash(std::string_view bytes);  // XXH3

// One to one, so that different integers never have one hash: the last steps of SplitMix64 (lib/base/random.h).
inline std::uint64_t ItemHash(std::uint64_t integer) {
  std::uint64_t z = integer + 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

}  // namespace vexevt
