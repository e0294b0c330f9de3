// KeyMap: from a key's hash to a small number. Open addressing with linear probing, and deletion that moves what is
// behind back (Knuth, TAOCP 6.4, algorithm R), so that it does not wear out. Allocates when it grows, and only then.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vexevt {

class KeyMap {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::size_t size() const { return size_; }

  std::uint32_t Find(std::uint64_t hash) const {
    if (slots_.empty()) return kNone;
    return slots_[Place(hash)].value;
  }

  // `hash` is not there yet.
  void Insert(std::uint64_t hash, std::uint32_t value) {
    if ((size_ + 1) * 4 > slots_.size() * 3) Grow();
    slots_[Place(hash)] = {hash, value};
    ++size_;
  }

  void Erase(std::uint64_t hash) {
    if (slots_.empty()) return;
    std::size_t hole = Place(hash);
    if (slots_[hole].value == kNone) return;
    --size_;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t next = (hole + 1) & mask; slots_[next].value != kNone; next = (next + 1) & mask) {
      // It may move back as far as to where it wants to be.
      if (((next - Home(slots_[next].hash)) & mask) < ((next - hole) & mask)) continue;
      slots_[hole] = slots_[next];
      hole = next;
    }
    slots_[hole] = {};
  }

  void Clear() {
    for (Slot& slot : slots_) slot = {};
    size_ = 0;
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t value = kNone;
  };

  std::size_t Home(std::uint64_t hash) const { return hash & (slots_.size() - 1); }

  // Where it is, or the empty slot where it would be.
  std::size_t Place(std::uint64_t hash) const {
    std::size_t slot = Home(hash);
    while (slots_[slot].value != kNone && slots_[slot].hash != hash) slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }

  void Grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.value != kNone) slots_[Place(slot.hash)] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two, or none
  std::size_t size_ = 0;
};

}  // namespace vexevt
