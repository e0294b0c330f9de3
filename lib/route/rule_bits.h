// Sets of rules, where a rule is a bit: sparse, as few rules hold for one path even where there are thousands.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace vexevt {

// Rules 64 * word … 64 * word + 63. A set is a run of these, `word` ascending, no `bits` zero.
struct RuleWord {
  std::uint32_t word;
  std::uint64_t bits;
  bool operator==(const RuleWord&) const = default;
};

template <typename Found>
void ForEachRule(RuleWord set, Found&& found) {
  for (; set.bits != 0; set.bits &= set.bits - 1) {
    found(set.word * 64 + static_cast<std::uint32_t>(std::countr_zero(set.bits)));
  }
}

// Adds a rule that is not below those of the set that starts at `begin`.
inline void AppendRule(std::vector<RuleWord>& words, std::size_t begin, std::uint32_t rule) {
  if (words.size() == begin || words.back().word != rule / 64) words.push_back({rule / 64, 0});
  words.back().bits |= std::uint64_t{1} << (rule % 64);
}

}  // namespace vexevt
