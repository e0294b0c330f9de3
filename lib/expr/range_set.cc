#include "lib/expr/range_set.h"

#include <algorithm>
#include <utility>

namespace vexevt {

RangeSet::RangeSet(std::vector<Range> ranges) : ranges_(std::move(ranges)) {
  std::ranges::sort(ranges_, {}, &Range::first);
  std::size_t kept = 0;
  for (const Range& range : ranges_) {
    bool joins = kept > 0 && (range.first <= ranges_[kept - 1].last || range.first - 1 == ranges_[kept - 1].last);
    if (joins) {
      ranges_[kept - 1].last = std::max(ranges_[kept - 1].last, range.last);
    } else {
      ranges_[kept++] = range;
    }
  }
  ranges_.resize(kept);
}

bool RangeSet::Contains(std::uint64_t value) const {
  auto it = std::ranges::lower_bound(ranges_, value, {}, &Range::last);
  return it != ranges_.end() && it->first <= value;
}

RangeSet Union(const RangeSet& a, const RangeSet& b) {
  std::vector<Range> all(a.ranges().begin(), a.ranges().end());
  all.insert(all.end(), b.ranges().begin(), b.ranges().end());
  return RangeSet(std::move(all));
}

RangeSet Intersection(const RangeSet& a, const RangeSet& b) {
  std::vector<Range> common;
  auto left = a.ranges().begin(), right = b.ranges().begin();
  while (left != a.ranges().end() && right != b.ranges().end()) {
    std::uint64_t first = std::max(left->first, right->first), last = std::min(left->last, right->last);
    if (first <= last) common.push_back({first, last});
    if (left->last < right->last) {
      ++left;
    } else {
      ++right;
    }
  }
  return RangeSet(std::move(common));
}

RangeSet Complement(const RangeSet& set, std::uint64_t max) {
  std::vector<Range> rest;
  std::uint64_t next = 0;
  for (const Range& range : set.ranges()) {
    if (range.first > max) break;
    if (range.first > next) rest.push_back({next, range.first - 1});
    if (range.last >= max) return RangeSet(std::move(rest));
    next = range.last + 1;
  }
  rest.push_back({next, max});
  return RangeSet(std::move(rest));
}

}  // namespace vexevt
