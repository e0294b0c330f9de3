#include "lib/stats/group_table.h"

#include <algorithm>
#include <random>

#include "lib/match/hash.h"

namespace vexevt {
namespace {

constexpr std::size_t kFirstSlots = 16;

// Of this process: who chooses the keys shall not choose where they collide.
std::uint64_t Seed() {
  static const std::uint64_t kSeed = std::random_device{}();
  return kSeed;
}

std::uint32_t High(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

GroupTable::GroupTable(const StatePlan& plan, std::uint32_t most) : plan_(&plan), seed_(Seed()), most_(most) {
  Clear();
}

std::uint64_t GroupTable::HashOf(std::string_view key) const { return Hash(key, seed_); }

// That of the first slot, which is the right one for most keys.
void GroupTable::PrefetchRow(std::uint64_t hash) const {
  const Slot slot = slots_[Home(hash)];
  if (slot.row == kNone || slot.hash_high != High(hash)) return;
  __builtin_prefetch(&keys_[slot.row]);
  __builtin_prefetch(&words_[std::size_t{slot.row} * plan_->words], 1);
}

std::uint32_t GroupTable::RowOf(std::string_view key, std::uint64_t hash) {
  for (std::size_t at = Home(hash);; at = (at + 1) & (slots_.size() - 1)) {
    const Slot slot = slots_[at];
    if (slot.row == kNone) return AddRow(key, hash);
    if (slot.hash_high == High(hash) && keys_[slot.row].text == key) return slot.row;
  }
}

std::uint32_t GroupTable::AddRow(std::string_view key, std::uint64_t hash) {
  if (size_ == most_) return kOther;
  if ((size_ + 1) * 4 > slots_.size() * 3) Grow();
  std::uint32_t row = rows();
  if (free_.empty()) {
    keys_.emplace_back();
    words_.resize(words_.size() + plan_->words);
    wides_.resize(wides_.size() + plan_->wides);
  } else {
    row = free_.back();
    free_.pop_back();
  }
  keys_[row].text = key;
  keys_[row].hash = hash;
  std::size_t at = Home(hash);
  while (slots_[at].row != kNone) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {High(hash), row};
  ++size_;
  return row;
}

void GroupTable::Grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.row == kNone) continue;
    std::size_t at = Home(keys_[slot.row].hash);
    while (slots_[at].row != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

void GroupTable::EmptyRow(std::uint32_t row) {
  const GroupState state = State(row);
  std::fill_n(state.words, plan_->words, 0);
  std::fill_n(state.wides, plan_->wides, WideState());
}

void GroupTable::Erase(std::uint32_t row) {
  EmptyRow(row);
  if (row == kOther) return;
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = Home(keys_[row].hash);
  while (slots_[hole].row != row) hole = (hole + 1) & mask;
  for (std::size_t next = (hole + 1) & mask; slots_[next].row != kNone; next = (next + 1) & mask) {
    // It may move back as far as to where it wants to be.
    if (((next - Home(keys_[slots_[next].row].hash)) & mask) < ((next - hole) & mask)) continue;
    slots_[hole] = slots_[next];
    hole = next;
  }
  slots_[hole] = {};
  free_.push_back(row);
  --size_;
}

void GroupTable::Clear() {
  slots_.assign(std::max(slots_.size(), kFirstSlots), Slot());
  keys_.resize(1);
  words_.assign(plan_->words, 0);
  wides_.assign(plan_->wides, WideState());
  free_.clear();
  size_ = 0;
}

void GroupTable::Merge(GroupTable& other) {
  for (std::uint32_t row = 0; row < other.rows(); ++row) {
    if (!other.InUse(row)) continue;
    const std::uint32_t into = row == kOther ? kOther : RowOf(other.key(row));
    MergeState(*plan_, State(into), other.State(row));
  }
}

}  // namespace vexevt
