// KeyedState: a bounded table from a key's hash to a little state, for limits and duplicates by key. It grows with its
// keys up to a bound; from there the entry that was of use longest ago makes room: keys in a stream have no bound,
// memory has.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/base/packing.h"

namespace vexevt {

// Open addressing over a power of two of slots: a key stands in one of two runs of kRun slots, where it came in that
// which was less full. So runs fill evenly, up to three quarters of all slots, and a look-up reads a few cache lines.
// State is trivially copyable; its `time_ns` is when it was last of use.
template <typename State>
class KeyedState {
 public:
  // Remembers `most_keys` at least, and not many more.
  explicit KeyedState(std::size_t most_keys = std::size_t{1} << 16)
      : most_slots_(std::bit_ceil(most_keys + most_keys / 2)), slots_(std::min<std::size_t>(most_slots_, 256) + kRun) {}

  // The state of `hash`; a new one is value-initialised. Valid until the next call.
  State& At(std::uint64_t hash) {
    if (hash == 0) hash = 1;  // 0 marks an empty slot
    for (;;) {
      const std::size_t mask = slots_.size() - kRun - 1;
      Slot* const runs[] = {&slots_[hash & mask], &slots_[(hash >> 32) & mask]};
      std::size_t used[2];
      for (int i : {0, 1}) {
        for (used[i] = 0; used[i] < kRun && runs[i][used[i]].hash != 0; ++used[i]) {
          if (runs[i][used[i]].hash == hash) return runs[i][used[i]].state;
        }
      }
      const int roomier = used[1] < used[0];
      if (used[roomier] < kRun) {
        Slot& slot = runs[roomier][used[roomier]];
        slot.hash = hash;
        return slot.state;
      }
      if (slots_.size() - kRun < most_slots_) {
        Grow();
        continue;
      }
      ++evicted_;
      Slot* oldest = runs[0];
      for (Slot* run : runs) {
        for (Slot* slot = run; slot != run + kRun; ++slot) {
          if (slot->state.time_ns < oldest->state.time_ns) oldest = slot;
        }
      }
      *oldest = Slot{hash, State{}};
      return oldest->state;
    }
  }

  // How many keys had to make room since the start.
  std::uint64_t evicted() const { return evicted_; }

  // As it is, to the slot: which key makes room for another depends on where they stand.
  void Save(Packer* packer) const {
    packer->PutCount(slots_.size());
    packer->PutCount(
        static_cast<std::size_t>(std::ranges::count_if(slots_, [](const Slot& s) { return s.hash != 0; })));
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].hash == 0) continue;
      packer->Put(std::uint64_t{i});
      packer->Put(slots_[i].hash);
      packer->Put(slots_[i].state);
    }
  }
  // Of a table of the same bound. False: that is nothing that Save wrote.
  bool Load(Unpacker* unpacker) {
    const auto size = unpacker->Get<std::uint64_t>();
    if (size <= kRun || size - kRun > most_slots_ || !std::has_single_bit(size - kRun)) return false;
    slots_.assign(size, Slot());
    for (std::size_t count = unpacker->GetCount(2 * sizeof(std::uint64_t) + sizeof(State)); count > 0; --count) {
      const auto place = unpacker->Get<std::uint64_t>();
      if (place >= size) return false;
      slots_[place].hash = unpacker->Get<std::uint64_t>();
      slots_[place].state = unpacker->Get<State>();
    }
    return unpacker->ok();
  }

 private:
  static constexpr std::size_t kRun = 8;

  struct Slot {
    std::uint64_t hash = 0;
    State state{};
  };

  // Twice the slots: what shared a run is spread over two, so every key finds a place.
  void Grow() {
    std::vector<Slot> old((slots_.size() - kRun) * 2 + kRun);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.hash != 0) At(slot.hash) = slot.state;
    }
  }

  std::size_t most_slots_;
  std::vector<Slot> slots_;
  std::uint64_t evicted_ = 0;
};

}  // namespace vexevt
