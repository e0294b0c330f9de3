// A cache from paths to the rules that the path index found for them, bounded and direct-mapped: an entry is
// overwritten by the next path of its slot. The whole path is compared, so that no chosen collision routes an event
// wrongly. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lib/route/rule_bits.h"

namespace vexevt {

class PathCache {
 public:
  PathCache();  // about 3 MB

  std::uint64_t HashOf(std::string_view path) const;
  void Prefetch(std::uint64_t hash) const { __builtin_prefetch(&entries_[hash & (kEntries - 1)]); }

  // False: not there. Else *words are the path's, valid until Insert.
  bool Find(std::string_view path, std::uint64_t hash, std::span<const RuleWord>* words) const;

  // Paths longer than an entry holds are not kept.
  void Insert(std::string_view path, std::uint64_t hash, std::span<const RuleWord> words);

 private:
  static constexpr std::size_t kEntries = 16 * 1024;
  static constexpr std::size_t kInline = 2;  // words that need no place in pool_: all there are with up to 128 rules
  static constexpr std::size_t kMaxPath = 136;
  static constexpr std::size_t kMaxPool = 64 * 1024;

  struct alignas(64) Entry {
    std::uint64_t hash = 0;
    std::uint32_t size = 0;  // of the path; 0: free
    std::uint32_t count = 0;
    std::uint32_t in_pool = 0;  // where in pool_ its words stand, if more than kInline
    RuleWord words[kInline];
    char path[kMaxPath];
  };
  static_assert(sizeof(Entry) == 192);

  std::uint64_t seed_;
  std::vector<Entry> entries_;
  std::vector<RuleWord> pool_;
};

}  // namespace vexevt
