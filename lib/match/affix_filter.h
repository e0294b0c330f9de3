// May a text start with (or end with) one of many keys? Each key is known by four bytes at one of a few distances from
// where texts start (end), which a table has; most texts that have no key are told by that, without a branch that the
// processor cannot foresee. For AffixTrie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"

namespace vexevt {

enum class TrieDirection : std::uint8_t { kForward, kBackward };  // keys that texts start with, or end with

template <TrieDirection direction>
class AffixFilter {
 public:
  AffixFilter() = default;  // nothing may
  explicit AffixFilter(std::span<const std::string_view> keys);

  bool Admits(std::string_view text) const {
    bool admits = admits_all_;
    for (std::size_t i = 0; i < distances_.size(); ++i) {
      if (text.size() < distances_[i] + kProbe) break;
      const std::size_t slot = SlotOf(i, Probe(text, distances_[i]));
      admits |= (slots_[slot / 64] >> (slot % 64)) & 1;
    }
    return admits;
  }

 private:
  static constexpr std::size_t kProbe = 4;  // bytes

  static std::uint32_t Probe(std::string_view text, std::size_t distance) {
    return Load<std::uint32_t>(direction == TrieDirection::kForward ? text.data() + distance
                                                                    : text.data() + text.size() - distance - kProbe);
  }
  std::size_t SlotOf(std::size_t i, std::uint32_t probe) const {
    return ((probe + static_cast<std::uint32_t>(i)) * 0x9e3779b1u) >> shift_;
  }

  std::vector<std::uint32_t> distances_;  // ascending
  std::vector<std::uint64_t> slots_;      // bits
  int shift_ = 0;
  bool admits_all_ = false;  // some key is too short to be probed
};

}  // namespace vexevt
