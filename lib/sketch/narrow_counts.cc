#include "lib/sketch/narrow_counts.h"

#include <utility>

#include "lib/sketch/saturating.h"

namespace vexevt {

void NarrowCounts::AddWide(std::size_t at, std::uint64_t count) {
  if (!wide_) {
    std::vector<std::uint16_t> wide(parts_.size() * kParts);
    for (std::size_t i = 0; i < parts_.size(); ++i) Store(&wide[i * kParts], std::uint64_t{parts_[i]});
    parts_ = std::move(wide);
    wide_ = true;
  }
  Store(&parts_[at * kParts], SaturatingSum((*this)[at], count));
}

}  // namespace vexevt
