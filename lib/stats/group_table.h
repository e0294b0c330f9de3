// GroupTable: the groups of a window, each with its state in one row. From key to row by open addressing with linear
// probing, and deletion that moves what is behind back (Knuth, TAOCP 6.4, algorithm R). Row 0 is the group `other`: of
// all keys that had no room any more.
//
// Allocates when it grows, and for keys longer than 15 bytes; a table that was cleared keeps its memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/stats/cell.h"

namespace vexevt {

class GroupTable {
 public:
  static constexpr std::uint32_t kOther = 0;

  // Borrows `plan`. `most`: groups beside `other`.
  GroupTable(const StatePlan& plan, std::uint32_t most);

  // The row of a key, which is added while there is room; else kOther.
  std::uint32_t RowOf(std::string_view key) { return RowOf(key, HashOf(key)); }
  std::uint32_t RowOf(std::string_view key, std::uint64_t hash);

  // In steps, for those who ask for many keys at once: the hash; where its slot lies; where its row does.
  std::uint64_t HashOf(std::string_view key) const;
  void PrefetchSlot(std::uint64_t hash) const { __builtin_prefetch(&slots_[Home(hash)]); }
  void PrefetchRow(std::uint64_t hash) const;

  GroupState State(std::uint32_t row) {
    return {words_.data() + std::size_t{row} * plan_->words, wides_.data() + std::size_t{row} * plan_->wides};
  }
  std::string_view key(std::uint32_t row) const { return keys_[row].text; }
  // Rows from 0 to this; those without events are not in use.
  std::uint32_t rows() const { return static_cast<std::uint32_t>(keys_.size()); }
  bool InUse(std::uint32_t row) const { return words_[std::size_t{row} * plan_->words] > 0; }

  // The row may be given to another key from then on. kOther is only emptied.
  void Erase(std::uint32_t row);
  void Clear();
  // As if it had seen the events of both.
  void Merge(GroupTable& other);

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  struct Key {
    std::string text;
    std::uint64_t hash = 0;
  };

  std::uint32_t AddRow(std::string_view key, std::uint64_t hash);
  void EmptyRow(std::uint32_t row);
  void Grow();
  std::size_t Home(std::uint64_t hash) const { return hash & (slots_.size() - 1); }

  const StatePlan* plan_;
  std::uint64_t seed_;
  std::uint32_t most_, size_ = 0;
  struct Slot {
    std::uint32_t hash_high = 0;  // tells most keys that differ without a look at their row
    std::uint32_t row = kNone;
  };
  std::vector<Slot> slots_;  // a power of two
  std::vector<Key> keys_;    // by row
  std::vector<std::uint64_t> words_;
  std::vector<WideState> wides_;
  std::vector<std::uint32_t> free_;
};

}  // namespace vexevt
