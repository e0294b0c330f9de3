// A cache from paths to the rules that the path index found for them, bounded and direct-mapped: an entry is
// overwritten by the next path of its slot. The whole path is compared, so that no chosen collision routes an event
// wrongly. A path is kept when it comes for the second time: those that come once cost a tag, not an entry. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lib/route/rule_bits.h"

namespace vexevt {

class PathCache {
 public:
  PathCache();  // about 3 MB, once all of it is in use

  std::uint64_t HashOf(std::string_view path) const;
  void Prefetch(std::uint64_t hash) const { __builtin_prefetch(&tags_[hash & (kEntries - 1)]); }

  void PrefetchEntry(std::uint64_t hash) const {
    const std::size_t slot = hash & (kEntries - 1);
    if (tags_[slot].kept == TagOf(hash)) {
      __builtin_prefetch(&entries_[slot]);
      __builtin_prefetch(&entries_[slot].path[kMaxPath / 4]);
    }
  }

  // False: not there. Else *words are the path's, valid until Insert.
  bool Find(std::string_view path, std::uint64_t hash, std::span<const RuleWord>* words) const;

  // May keep it: not at first sight, nor a path longer than an entry holds.
  void Insert(std::string_view path, std::uint64_t hash, std::span<const RuleWord> words);

 private:
  static constexpr std::size_t kEntries = 16 * 1024;
  static constexpr std::size_t kInline = 2;  // words that need no place in pool_: all there are with up to 128 rules
  static constexpr std::size_t kMaxPath = 144;
  static constexpr std::size_t kMaxPool = 64 * 1024;

  // Apart from the entries, and small, so that what is not there is known without touching them.
  struct Tag {
    std::uint32_t kept = 0;  // of the path in the entry; 0: none
    std::uint32_t seen = 0;  // of the last path that was not kept
  };
  static std::uint32_t TagOf(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32) | 1; }

  // Read only where the tag says that it is kept, so never set to zero: a tool that routes few events touches few
  // pages.
  struct alignas(64) Entry {
    std::uint32_t size;  // of the path
    std::uint32_t count;
    std::uint32_t in_pool;  // where in pool_ its words stand, if more than kInline
    RuleWord words[kInline];
    char path[kMaxPath];
  };
  static_assert(sizeof(Entry) == 192);

  std::uint64_t seed_;
  std::vector<Tag> tags_;
  std::unique_ptr<Entry[]> entries_;
  std::vector<RuleWord> pool_;
};

}  // namespace vexevt
