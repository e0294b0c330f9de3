#include "lib/sketch/count_min.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <utility>

#include "lib/sketch/saturating.h"

namespace vexevt {
namespace {

constexpr std::uint8_t kCountMinForm = 1;

}  // namespace

void CountMin::Add(std::uint64_t hash, std::uint64_t count) {
  total_ = SaturatingSum(total_, count);
  if (exact()) return AddExact(hash, count);
  AddToCounters(hash, count);
}

std::size_t CountMin::SlotOf(std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].count != 0 && slots_[at].hash != hash) at = (at + 1) & mask;
  return at;
}

void CountMin::AddExact(std::uint64_t hash, std::uint64_t count) {
  if (slots_.empty()) slots_.resize(8);
  std::size_t at = SlotOf(hash);
  if (slots_[at].count == 0) {
    if (used_ == kMostExact) {
      BecomeCounters();
      return AddToCounters(hash, count);
    }
    if ((used_ + 1) * 4 > slots_.size() * 3) {
      GrowSlots();
      at = SlotOf(hash);
    }
    slots_[at].hash = hash;
    ++used_;
  }
  slots_[at].count = SaturatingSum(slots_[at].count, count);
}

void CountMin::GrowSlots() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.count != 0) slots_[SlotOf(slot.hash)] = slot;
  }
}

void CountMin::BecomeCounters() {
  counters_ = NarrowCounts(kWidth * kDepth);
  for (const Slot& slot : slots_) {
    if (slot.count != 0) AddToCounters(slot.hash, slot.count);
  }
  slots_ = std::vector<Slot>();
  used_ = 0;
}

std::uint64_t CountMin::Estimate(std::uint64_t hash) const {
  if (exact()) return slots_.empty() ? 0 : slots_[SlotOf(hash)].count;
  std::uint64_t least = counters_[CounterOf(hash, 0)];
  for (std::size_t row = 1; row < kDepth; ++row) least = std::min(least, counters_[CounterOf(hash, row)]);
  return least;
}

std::uint64_t CountMin::ErrorBound() const {
  if (exact()) return 0;
  return static_cast<std::uint64_t>(std::numbers::e / kWidth * static_cast<double>(total_));
}

void CountMin::Merge(const CountMin& other) {
  if (other.exact()) {
    for (const Slot& slot : other.slots_) {
      if (slot.count != 0) Add(slot.hash, slot.count);
    }
    return;
  }
  if (exact()) BecomeCounters();
  total_ = SaturatingSum(total_, other.total_);
  counters_.AddAll(other.counters_);
}

void CountMin::Clear() {
  total_ = 0;
  used_ = 0;
  slots_.clear();
  counters_ = NarrowCounts();
}

void CountMin::Save(Packer* packer) const {
  packer->Put(kCountMinForm);
  packer->Put(!exact());
  if (!exact()) {
    for (std::size_t at = 0; at < counters_.size(); ++at) packer->PutVarint(counters_[at]);
    return;
  }
  std::vector<Slot> kept;
  kept.reserve(used_);
  std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(kept),
               [](const Slot& slot) { return slot.count != 0; });
  std::ranges::sort(kept, {}, &Slot::hash);
  packer->PutVarint(kept.size());
  for (const Slot& slot : kept) {
    packer->Put(slot.hash);
    packer->PutVarint(slot.count);
  }
}

bool CountMin::Load(Unpacker* unpacker) {
  Clear();
  if (unpacker->Get<std::uint8_t>() == kCountMinForm) {
    const auto form = unpacker->Get<std::uint8_t>();
    if (form == 0 && LoadExact(unpacker)) return true;
    if (form == 1 && LoadCounters(unpacker)) return true;
  }
  Clear();
  return false;
}

bool CountMin::LoadExact(Unpacker* unpacker) {
  const std::uint64_t size = unpacker->GetVarint();
  if (size > kMostExact) return false;
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < size; ++i) {
    const auto hash = unpacker->Get<std::uint64_t>();
    const std::uint64_t count = unpacker->GetVarint();
    if (count == 0 || (i > 0 && hash <= last)) return false;
    Add(hash, count);
    last = hash;
  }
  return unpacker->ok();
}

// Each value has added to one counter of each row, so all rows have one sum.
bool CountMin::LoadCounters(Unpacker* unpacker) {
  counters_ = NarrowCounts(kWidth * kDepth);
  for (std::size_t row = 0; row < kDepth; ++row) {
    std::uint64_t sum = 0;
    for (std::size_t at = row * kWidth; at < (row + 1) * kWidth; ++at) {
      const std::uint64_t count = unpacker->GetVarint();
      counters_.Add(at, count);
      sum = SaturatingSum(sum, count);
    }
    if (row > 0 && sum != total_) return false;
    total_ = sum;
  }
  return unpacker->ok() && total_ > kMostExact;
}

}  // namespace vexevt
