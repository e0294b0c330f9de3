#include "lib/sketch/space_saving.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <tuple>

#include "lib/sketch/saturating.h"

namespace vexevt {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChildren = 4;

std::uint32_t HashOf(std::string_view key) { return static_cast<std::uint32_t>(XXH3_64bits(key.data(), key.size())); }

bool ComesFirst(const SpaceSaving::Item& a, const SpaceSaving::Item& b) {
  return std::tie(b.count, a.error, a.key) < std::tie(a.count, b.error, b.key);
}

}  // namespace

void SpaceSaving::Add(std::string_view key, std::uint64_t weight) {
  total_ = SaturatingSum(total_, weight);
  const std::uint32_t hash = HashOf(key);
  if (!places_.empty()) {
    if (const std::uint32_t entry = places_[PlaceOf(hash, key)].entry; entry != kNone) {
      const std::size_t at = entries_[entry].node;
      heap_[at].count = SaturatingSum(heap_[at].count, weight);
      SiftDown(at);
      return;
    }
  }
  if (heap_.size() < capacity_) {
    Append(hash, key, weight, 0);
  } else {
    Replace(hash, key, weight);
  }
}

// Where it is, or where it would be.
std::size_t SpaceSaving::PlaceOf(std::uint32_t hash, std::string_view key) const {
  const std::size_t mask = places_.size() - 1;
  std::size_t at = hash & mask;
  while (places_[at].entry != kNone && (places_[at].hash != hash || entries_[places_[at].entry].key != key)) {
    at = (at + 1) & mask;
  }
  return at;
}

void SpaceSaving::Append(std::uint32_t hash, std::string_view key, std::uint64_t count, std::uint64_t error) {
  if ((entries_.size() + 1) * 2 > places_.size()) GrowPlaces();
  const auto entry = static_cast<std::uint32_t>(entries_.size());
  places_[PlaceOf(hash, key)] = {hash, entry};
  entries_.push_back({std::string(key), error, entry});
  heap_.push_back({count, entry});
  SiftUp(heap_.size() - 1);
}

// The key on top gives its place to another, which may have been seen as often before.
void SpaceSaving::Replace(std::uint32_t hash, std::string_view key, std::uint64_t weight) {
  Node& top = heap_.front();
  Entry& entry = entries_[top.entry];
  ErasePlace(PlaceOf(HashOf(entry.key), entry.key));
  places_[PlaceOf(hash, key)] = {hash, top.entry};
  entry.key.assign(key);
  entry.error = top.count;
  top.count = SaturatingSum(top.count, weight);
  SiftDown(0);
}

// Moves what is behind back (Knuth, TAOCP 6.4, algorithm R).
void SpaceSaving::ErasePlace(std::size_t hole) {
  const std::size_t mask = places_.size() - 1;
  for (std::size_t next = (hole + 1) & mask; places_[next].entry != kNone; next = (next + 1) & mask) {
    // It may move back as far as to where it wants to be.
    if (((next - places_[next].hash) & mask) < ((next - hole) & mask)) continue;
    places_[hole] = places_[next];
    hole = next;
  }
  places_[hole] = {};
}

void SpaceSaving::GrowPlaces() {
  std::vector<Place> old(std::max<std::size_t>(8, places_.size() * 2));
  old.swap(places_);
  const std::size_t mask = places_.size() - 1;
  for (const Place& place : old) {
    if (place.entry == kNone) continue;
    std::size_t at = place.hash & mask;
    while (places_[at].entry != kNone) at = (at + 1) & mask;
    places_[at] = place;
  }
}

void SpaceSaving::SiftUp(std::size_t at) {
  const Node node = heap_[at];
  while (at > 0) {
    const std::size_t parent = (at - 1) / kChildren;
    if (heap_[parent].count <= node.count) break;
    SetNode(at, heap_[parent]);
    at = parent;
  }
  SetNode(at, node);
}

void SpaceSaving::SiftDown(std::size_t at) {
  const Node node = heap_[at];
  const std::size_t start = at;
  for (;;) {
    const std::size_t first = at * kChildren + 1;
    if (first >= heap_.size()) break;
    const std::size_t end = std::min(first + kChildren, heap_.size());
    std::size_t least = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (heap_[child].count < heap_[least].count) least = child;
    }
    if (heap_[least].count >= node.count) break;
    SetNode(at, heap_[least]);
    at = least;
  }
  if (at != start) SetNode(at, node);
}

std::vector<SpaceSaving::Item> SpaceSaving::Top(std::size_t most) const {
  std::vector<Item> items;
  items.reserve(heap_.size());
  for (const Node& node : heap_) items.push_back({entries_[node.entry].key, node.count, entries_[node.entry].error});
  const auto end = items.begin() + static_cast<std::ptrdiff_t>(std::min(most, items.size()));
  std::partial_sort(items.begin(), end, items.end(), ComesFirst);
  items.erase(end, items.end());
  return items;
}

// What only one of the two keeps may have been seen by the other as often as its bound says. Counts of more keys than
// may be kept are cut from the least.
void SpaceSaving::Merge(const SpaceSaving& other) {
  SpaceSaving mine(capacity_);
  std::swap(mine, *this);
  total_ = SaturatingSum(mine.total_, other.total_);

  std::vector<Item> items = mine.Top(mine.heap_.size());
  for (Item& item : items) {
    std::uint64_t count = other.ErrorBound(), error = count;
    if (!other.places_.empty()) {
      const Place& place = other.places_[other.PlaceOf(HashOf(item.key), item.key)];
      if (place.entry != kNone) {
        count = other.heap_[other.entries_[place.entry].node].count;
        error = other.entries_[place.entry].error;
      }
    }
    item.count = SaturatingSum(item.count, count);
    item.error = SaturatingSum(item.error, error);
  }
  const std::uint64_t bound = mine.ErrorBound();
  for (const Node& node : other.heap_) {
    const Entry& entry = other.entries_[node.entry];
    if (!mine.places_.empty() && mine.places_[mine.PlaceOf(HashOf(entry.key), entry.key)].entry != kNone) continue;
    items.push_back({entry.key, SaturatingSum(node.count, bound), SaturatingSum(entry.error, bound)});
  }
  std::sort(items.begin(), items.end(), ComesFirst);
  if (items.size() > capacity_) items.resize(capacity_);
  // From the least, which is a heap already.
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    Append(HashOf(item->key), item->key, item->count, item->error);
  }
}

void SpaceSaving::Clear() {
  total_ = 0;
  heap_.clear();
  entries_.clear();
  std::fill(places_.begin(), places_.end(), Place());
}

void SpaceSaving::Save(Packer* packer) const {
  packer->Put(kVersion);
  packer->PutVarint(capacity_);
  packer->PutVarint(total_);
  packer->PutVarint(heap_.size());
  for (const Item& item : Top(heap_.size())) {
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
  if (unpacker->Get<std::uint8_t>() != kVersion || unpacker->GetVarint() != capacity_) return false;
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
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    const std::uint32_t hash = HashOf(item->key);
    if (!places_.empty() && places_[PlaceOf(hash, item->key)].entry != kNone) return false;
    Append(hash, item->key, item->count, item->error);
  }
  total_ = total;
  return unpacker->ok();
}

}  // namespace vexevt
