// RangeSet: a set of unsigned integers as sorted, disjoint, non-adjacent closed ranges. What a comparison of integers
// comes down to, be it `=`, `<` or `in`; also the set of event types that an expression admits (a family is one range).
// A plain value.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vexevt {

struct Range {
  std::uint64_t first, last;  // both belong to it; first <= last
  bool operator==(const Range&) const = default;
};

class RangeSet {
 public:
  RangeSet() = default;  // empty
  explicit RangeSet(Range range) : ranges_{range} {}
  explicit RangeSet(std::vector<Range> ranges);  // in any order, may overlap

  bool empty() const { return ranges_.empty(); }
  std::span<const Range> ranges() const { return ranges_; }
  bool Contains(std::uint64_t value) const;  // logarithmic

  bool operator==(const RangeSet&) const = default;

 private:
  std::vector<Range> ranges_;
};

RangeSet Union(const RangeSet& a, const RangeSet& b);
RangeSet Intersection(const RangeSet& a, const RangeSet& b);
RangeSet Complement(const RangeSet& set, std::uint64_t max);  // within 0 … max

}  // namespace vexevt
