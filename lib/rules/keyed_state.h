// KeyedState: a bounded table from a key's hash to a little state, for limits and duplicates by key. It grows with its
// keys up to a bound; from there the entry that was of use longest ago makes room: keys in a stream have no bound,
// memory has.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vexevt {

// Open addressing over a power of two of slots; a key may stand in any of kProbe slots from its own on, so a look-up
// reads a few cache lines at most. State is trivially copyable; its `time_ns` is when it was last of use.
template <typename State>
class KeyedState {
 public:
  explicit KeyedState(std::size_t most_slots = std::size_t{1} << 16)
      : most_slots_(std::bit_ceil(most_slots)), slots_(std::min<std::size_t>(most_slots_, 256) + kProbe) {}

  // The state of `hash`; a new one is value-initialised. Valid until the next call.
  State& At(std::uint64_t hash) {
    if (hash == 0) hash = 1;  // 0 marks an empty slot
    for (;;) {
      Slot* first = &slots_[hash & (slots_.size() - kProbe - 1)];
      Slot* oldest = first;
      for (Slot* slot = first; slot != first + kProbe; ++slot) {
        if (slot->hash == hash) return slot->state;
        if (slot->hash == 0) {
          slot->hash = hash;
          return slot->state;
        }
        if (slot->state.time_ns < oldest->state.time_ns) oldest = slot;
      }
      if (slots_.size() - kProbe < most_slots_) {
        Grow();
        continue;
      }
      ++evicted_;
      *oldest = Slot{hash, State{}};
      return oldest->state;
    }
  }

  // How many keys had to make room since the start.
  std::uint64_t evicted() const { return evicted_; }

 private:
  static constexpr std::size_t kProbe = 8;

  struct Slot {
    std::uint64_t hash = 0;
    State state{};
  };

  // Twice the slots: what shared one run of kProbe is spread over two, so every key finds a place.
  void Grow() {
    std::vector<Slot> old((slots_.size() - kProbe) * 2 + kProbe);
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
