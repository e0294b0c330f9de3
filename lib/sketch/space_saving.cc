#include "lib/sketch/space_saving.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <tuple>

#include "lib/sketch/saturating.h"

namespace vexevt {
namespace {

constexpr std::uint8_t kSpaceSavingForm = 1;

bool ComesFirst(const SpaceSaving::Item& a, const SpaceSaving::Item& b) {
  return std::tie(b.count, a.error, a.key) < std::tie(a.count, b.error, b.key);
}

}  // namespace

std::uint32_t SpaceSaving::HashOf(std::string_view key) {
  return static_cast<std::uint32_t>(XXH3_64bits(key.data(), key.size()));
}

void SpaceSaving::AddHashed(std::string_view key, std::uint32_t hash, std::uint64_t weight) {
  total_ = SaturatingSum(total_, weight);
  if (const std::uint32_t at = Find(hash, key); at != kNone) {
    entries_[at].count = SaturatingSum(entries_[at].count, weight);
    return;
  }
  if (entries_.size() < capacity_) return Append(hash, {key, weight, 0});
  // Another gives it its place, and may have been seen as often before.
  const std::uint32_t at = TakeLeast();
  Unlink(at);
  Entry& entry = entries_[at];
  entry.key.assign(key);
  entry.hash = hash;
  entry.error = entry.count;
  entry.count = SaturatingSum(entry.count, weight);
  Link(at);
}

std::uint32_t SpaceSaving::Find(std::uint32_t hash, std::string_view key) const {
  if (heads_.empty()) return kNone;
  std::uint32_t at = heads_[hash & (heads_.size() - 1)];
  while (at != kNone && (entries_[at].hash != hash || entries_[at].key != key)) at = entries_[at].next;
  return at;
}

void SpaceSaving::Link(std::uint32_t entry) {
  std::uint32_t& head = HeadOf(entries_[entry].hash);
  entries_[entry].next = head;
  head = entry;
}

void SpaceSaving::Unlink(std::uint32_t entry) {
  std::uint32_t* link = &HeadOf(entries_[entry].hash);
  while (*link != entry) link = &entries_[*link].next;
  *link = entries_[entry].next;
}

// A key that is not there yet.
void SpaceSaving::Append(std::uint32_t hash, const Item& item) {
  entries_.push_back({item.count, std::string(item.key), item.error, hash, kNone});
  if (entries_.size() * 2 <= heads_.size()) return Link(static_cast<std::uint32_t>(entries_.size() - 1));
  heads_.assign(std::max<std::size_t>(8, heads_.size() * 2), kNone);
  for (std::uint32_t entry = 0; entry < entries_.size(); ++entry) Link(entry);
}

// Counts only grow, so one that is still the least of then is the least of now.
std::uint32_t SpaceSaving::TakeLeast() {
  for (;;) {
    if (least_.empty()) FindLeast();
    const std::uint32_t entry = least_.back();
    least_.pop_back();
    if (entries_[entry].count == least_count_) return entry;
  }
}

void SpaceSaving::FindLeast() {
  least_count_ = ErrorBound();
  least_.resize(entries_.size());
  std::size_t found = 0;
  for (std::uint32_t entry = 0; entry < entries_.size(); ++entry) {
    least_[found] = entry;  // without a branch, which no one could foresee
    found += entries_[entry].count == least_count_;
  }
  least_.resize(found);
}

std::uint64_t SpaceSaving::ErrorBound() const {
  if (entries_.size() < capacity_) return 0;
  std::uint64_t least = ~std::uint64_t{0};
  for (const Entry& entry : entries_) least = std::min(least, entry.count);
  return least;
}

std::vector<SpaceSaving::Item> SpaceSaving::Top(std::size_t most) const {
  std::vector<Item> items;
  items.reserve(entries_.size());
  for (const Entry& entry : entries_) items.push_back({entry.key, entry.count, entry.error});
  const auto end = items.begin() + static_cast<std::ptrdiff_t>(std::min(most, items.size()));
  std::partial_sort(items.begin(), end, items.end(), ComesFirst);
  items.erase(end, items.end());
  return items;
}

// What only one of the two keeps may have been seen by the other as often as its bound says. Counts of more keys than
// may be kept are cut from the least.
void SpaceSaving::Merge(const SpaceSaving& other) {
  const std::uint64_t bound = ErrorBound(), other_bound = other.ErrorBound();
  SpaceSaving mine(capacity_);
  std::swap(mine, *this);
  total_ = SaturatingSum(mine.total_, other.total_);

  std::vector<Item> items;
  items.reserve(mine.entries_.size() + other.entries_.size());
  for (const Entry& entry : mine.entries_) {
    const std::uint32_t there = other.Find(entry.hash, entry.key);
    const bool is_there = there != kNone;
    items.push_back({entry.key, SaturatingSum(entry.count, is_there ? other.entries_[there].count : other_bound),
                     SaturatingSum(entry.error, is_there ? other.entries_[there].error : other_bound)});
  }
  for (const Entry& entry : other.entries_) {
    if (mine.Find(entry.hash, entry.key) != kNone) continue;
    items.push_back({entry.key, SaturatingSum(entry.count, bound), SaturatingSum(entry.error, bound)});
  }
  std::sort(items.begin(), items.end(), ComesFirst);
  if (items.size() > capacity_) items.resize(capacity_);
  for (const Item& item : items) Append(HashOf(item.key), item);
}

void SpaceSaving::Clear() {
  total_ = 0;
  entries_.clear();
  least_.clear();
  std::fill(heads_.begin(), heads_.end(), kNone);
}

void SpaceSaving::Save(Packer* packer) const {
  packer->Put(kSpaceSavingForm);
  packer->PutVarint(capacity_);
  packer->PutVarint(total_);
  packer->PutVarint(entries_.size());
  for (const Item& item : Top(entries_.size())) {
    packer->PutVarint(item.count);
    packer->PutVarint(item.error);
    packer->PutText(item.key);
  }
}

bool SpaceSaving::Load(Unpacker* unpacker) {
  Clear();
  if (LoadItems(unpacker)) return true;
  Clear();
  return false;
}

bool SpaceSaving::LoadItems(Unpacker* unpacker) {
  if (unpacker->Get<std::uint8_t>() != kSpaceSavingForm || unpacker->GetVarint() != capacity_) return false;
  const std::uint64_t total = unpacker->GetVarint();
  const std::uint64_t size = unpacker->GetVarint();
  if (size > capacity_) return false;
  std::uint64_t counted = 0;
  std::vector<Item> items;
  for (std::uint64_t at = 0; at < size; ++at) {
    Item item;
    item.count = unpacker->GetVarint();
    item.error = unpacker->GetVarint();
    item.key = unpacker->GetText();
    if (!unpacker->ok() || item.count == 0 || item.error > item.count) return false;
    if (at > 0 && !ComesFirst(items.back(), item)) return false;
    if (size < capacity_ && item.error != 0) return false;
    counted = SaturatingSum(counted, item.count);
    items.push_back(item);
  }
  if (counted > total || (size < capacity_ && counted != total)) return false;
  for (const Item& item : items) {
    const std::uint32_t hash = HashOf(item.key);
    if (Find(hash, item.key) != kNone) return false;
    Append(hash, item);
  }
  total_ = total;
  return unpacker->ok();
}

}  // namespace vexevt
