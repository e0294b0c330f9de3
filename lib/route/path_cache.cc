#include "lib/route/path_cache.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "lib/match/hash.h"

namespace vexevt {

// The seed changes what is cached, never what is found: a replay decides the same.
PathCache::PathCache()
    : seed_(std::random_device{}()), tags_(kEntries), entries_(std::make_unique_for_overwrite<Entry[]>(kEntries)) {}

std::uint64_t PathCache::HashOf(std::string_view path) const { return Hash(path, seed_); }

bool PathCache::Find(std::string_view path, std::uint64_t hash, std::span<const RuleWord>* words) const {
  const std::size_t slot = hash & (kEntries - 1);
  if (tags_[slot].kept != TagOf(hash)) return false;
  const Entry& entry = entries_[slot];
  if (entry.size != path.size() || std::memcmp(entry.path, path.data(), path.size()) != 0) return false;
  *words = {entry.count <= kInline ? entry.words : pool_.data() + entry.in_pool, entry.count};
  return true;
}

void PathCache::Insert(std::string_view path, std::uint64_t hash, std::span<const RuleWord> words) {
  if (path.size() > kMaxPath || words.size() > kMaxPool) return;
  const std::size_t slot = hash & (kEntries - 1);
  if (tags_[slot].seen != TagOf(hash)) {
    tags_[slot].seen = TagOf(hash);
    return;
  }
  Entry& entry = entries_[slot];
  if (words.size() > kInline) {
    if (pool_.size() + words.size() > kMaxPool) {
      for (Tag& tag : tags_) tag.kept = 0;
      pool_.clear();
    }
    entry.in_pool = static_cast<std::uint32_t>(pool_.size());
    pool_.insert(pool_.end(), words.begin(), words.end());
  } else {
    std::copy(words.begin(), words.end(), entry.words);
  }
  tags_[slot].kept = TagOf(hash);
  entry.size = static_cast<std::uint32_t>(path.size());
  entry.count = static_cast<std::uint32_t>(words.size());
  std::memcpy(entry.path, path.data(), path.size());
}

}  // namespace vexevt
