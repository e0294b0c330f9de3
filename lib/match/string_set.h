// An exact set of texts, for lists of up to many millions: a Bloom filter that answers most misses from one cache line,
// in front of an open-addressing table over one arena.
//
// Memory: the texts themselves and a byte each, 10.7 to 21.3 bytes a text for the table, 2 to 4 for the filter.
// Immutable: any number of threads may look up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

class StringSet {
 public:
  StringSet() = default;  // empty

  // Duplicates are kept once. kInvalidArgument when a text holds a NUL byte, kResourceExhausted above 1 TiB of text.
  static Result<StringSet> FromTexts(const std::vector<std::string>& texts);

  // One text a line, every byte of it, as `grep -f` reads patterns: no comments, no trimming; empty lines are skipped,
  // and the last line need not end. Reads pipes too. Errors name the file, and the line where one is wrong.
  static Result<StringSet> FromFile(const std::string& path);

  bool Contains(std::string_view text) const;

  // Calls visit(text) for each text, in the order in which they were given.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (std::size_t at = 0; at < arena_.size();) {
      std::string_view text(arena_.data() + at);
      visit(text);
      at += text.size() + 1;
    }
  }

  std::size_t size() const { return size_; }
  std::size_t memory() const;  // bytes allocated

 private:
  Status Index();

  std::string arena_;                 // each text with a NUL behind it
  std::vector<std::uint64_t> slots_;  // 0 free, else 24 bits of hash above 40 bits of 1 + offset into arena_
  std::vector<std::uint64_t> bloom_;  // blocks of one word, four bits set for each text
  std::size_t size_ = 0;
};

}  // namespace vexevt
