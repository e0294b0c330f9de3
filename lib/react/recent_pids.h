// RecentPids: processes of which something is known until a time. Bounded: where more than half of kMost have come
// since, those that were not heard of meanwhile are forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace vexevt {

class RecentPids {
 public:
  static constexpr std::size_t kMost = 65'536;

  bool Has(std::uint32_t pid, std::uint64_t now_ns) const {
    const auto young = young_.find(pid);
    if (young != young_.end()) return now_ns < young->second;
    const auto old = old_.find(pid);
    return old != old_.end() && now_ns < old->second;
  }

  void Remember(std::uint32_t pid, std::uint64_t until_ns) {
    if (young_.size() >= kMost / 2 && !young_.contains(pid)) old_ = std::exchange(young_, {});
    young_[pid] = until_ns;
  }

  void Forget(std::uint32_t pid) {
    young_.erase(pid);
    old_.erase(pid);
  }

 private:
  std::unordered_map<std::uint32_t, std::uint64_t> young_, old_;  // until when
};

}  // namespace vexevt
