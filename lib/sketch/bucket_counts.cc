#include "lib/sketch/bucket_counts.h"

#include <algorithm>
#include <utility>

#include "lib/sketch/saturating.h"

namespace vexevt {
namespace {

// Room at either end, so that the window is not moved for each new bucket.
constexpr std::int32_t kSlack = 16;

constexpr std::int32_t kMaxIndex = 1 << 24;

}  // namespace

BucketCounts::Range BucketCounts::Filled() const {
  Range range{0, counts_.size()};
  while (range.first < range.end && counts_[range.first] == 0) ++range.first;
  if (range.first == range.end) return {};
  while (counts_[range.end - 1] == 0) --range.end;
  return range;
}

bool BucketCounts::empty() const { return Filled().end == 0; }

std::uint64_t BucketCounts::total() const {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < counts_.size(); ++at) sum = SaturatingSum(sum, counts_[at]);
  return sum;
}

void BucketCounts::AddOutside(std::int32_t index, std::uint64_t count) {
  // Without a look at the rest where the window is as it must be, and the bucket below it.
  const bool ends_with_highest = counts_.size() == limit_ && counts_[limit_ - 1] != 0;
  if (!ends_with_highest || index >= first_) Cover(index, index);
  if (index < first_) {
    collapsed_ = SaturatingSum(collapsed_, count);
    index = first_;
  }
  counts_.Add(static_cast<std::uint32_t>(index - first_), count);
}

// Moves the window so that it has what is counted and from `low` to `high`, or as much of that as may be, from the top.
void BucketCounts::Cover(std::int32_t low, std::int32_t high) {
  const Range filled = Filled();
  if (filled.end != 0) {
    low = std::min(low, lowest());
    high = std::max(high, highest());
  }
  const auto limit = static_cast<std::int32_t>(limit_);
  low = std::max(low, high - limit + 1);
  const std::int32_t size = std::min(high - low + 1 + 2 * kSlack, limit);
  const std::int32_t begin = low - (size - (high - low + 1)) / 2;

  NarrowCounts counts(static_cast<std::size_t>(size));
  std::uint64_t lower = 0;
  for (std::size_t at = filled.first; at < filled.end; ++at) {
    const std::int32_t to = first_ + static_cast<std::int32_t>(at) - begin;
    if (to < 0) {
      lower = SaturatingSum(lower, counts_[at]);
    } else {
      counts.Add(static_cast<std::size_t>(to), counts_[at]);
    }
  }
  if (lower != 0) {
    collapsed_ = lower;  // those of before were in a bucket of these
    counts.Add(0, lower);
  }
  counts_ = std::move(counts);
  first_ = begin;
}

void BucketCounts::Merge(const BucketCounts& other) {
  if (other.empty()) return;
  Cover(other.lowest(), other.highest());
  for (std::size_t at = 0; at < other.counts_.size(); ++at) {
    if (other.counts_[at] != 0) Add(other.first_ + static_cast<std::int32_t>(at), other.counts_[at]);
  }
  // Where the window begins higher, they have just been collapsed again.
  if (first_ == other.first_) collapsed_ = SaturatingSum(collapsed_, other.collapsed_);
}

void BucketCounts::Clear() {
  counts_.Clear();
  collapsed_ = 0;
}

void BucketCounts::Save(Packer* packer) const {
  const Range filled = Filled();
  packer->PutVarint(filled.end - filled.first);
  if (filled.end == 0) return;
  packer->Put(lowest());
  packer->PutVarint(collapsed_);
  for (std::size_t at = filled.first; at < filled.end; ++at) packer->PutVarint(counts_[at]);
}

bool BucketCounts::Load(Unpacker* unpacker) {
  Clear();
  const std::uint64_t size = unpacker->GetVarint();
  if (size == 0) return unpacker->ok();
  if (size > limit_) return false;
  const auto low = unpacker->Get<std::int32_t>();
  if (low < -kMaxIndex || low > kMaxIndex) return false;
  collapsed_ = unpacker->GetVarint();
  if (collapsed_ != 0 && size != limit_) return false;
  counts_ = NarrowCounts(size);
  for (std::uint64_t at = 0; at < size; ++at) counts_.Add(at, unpacker->GetVarint());
  first_ = low;
  return unpacker->ok() && counts_[0] != 0 && counts_[size - 1] != 0 && counts_[0] >= collapsed_;
}

}  // namespace vexevt
