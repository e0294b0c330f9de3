#include "lib/sketch/narrow_counts.h"

#include <utility>

#include "lib/sketch/saturating.h"

namespace vexevt {

void NarrowCounts::Widen() {
  if (wide_) return;
  std::vector<std::uint16_t> wide(parts_.size() * kParts);
  for (std::size_t i = 0; i < parts_.size(); ++i) Store(&wide[i * kParts], std::uint64_t{parts_[i]});
  parts_ = std::move(wide);
  wide_ = true;
}

void NarrowCounts::AddWide(std::size_t at, std::uint64_t count) {
  Widen();
  Store(&parts_[at * kParts], SaturatingSum((*this)[at], count));
}

// Loops without a branch, which compilers turn into sums of several counts at once.
void NarrowCounts::AddAll(const NarrowCounts& other) {
  if (!wide_ && !other.wide_) {
    bool outgrown = false;
    for (std::size_t at = 0; at < parts_.size(); ++at) {
      outgrown |= static_cast<std::uint16_t>(parts_[at] + other.parts_[at]) < parts_[at];
    }
    if (!outgrown) {
      for (std::size_t at = 0; at < parts_.size(); ++at) {
        parts_[at] = static_cast<std::uint16_t>(parts_[at] + other.parts_[at]);
      }
      return;
    }
  }
  Widen();
  const std::size_t size = other.size();
  for (std::size_t at = 0; at < size; ++at) {
    Store(&parts_[at * kParts], SaturatingSum(Load<std::uint64_t>(&parts_[at * kParts]), other[at]));
  }
}

}  // namespace vexevt
