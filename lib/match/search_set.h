// Regexes, and globs without a literal, which no index finds. For PatternSet.
//
// Until enough texts came to pay for it, and while Hyperscan compiles in a thread of its own, each pattern is tried by
// itself; then all at once. Both give the same answers.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/match/glob.h"
#include "lib/match/line_scanner.h"
#include "lib/match/regex.h"

namespace vexevt {

class SearchSet {
 public:
  struct Scratch {
    LineScanner::Scratch scanner;
    std::vector<std::uint64_t> rows;  // of bits: which items hold for each text
    std::uint64_t tried = 0;          // patterns, one by one
  };

  void Add(std::uint32_t id, Regex regex, std::string_view text);
  void Add(std::uint32_t id, Glob glob);
  void Seal();  // after the last Add

  bool empty() const { return items_.empty(); }

  void Find(std::span<const std::string_view> texts, Scratch& scratch) const;

  // Calls found(id) for each item that the last Find found to hold for texts[text].
  template <typename Found>
  void ForEachHit(const Scratch& scratch, std::size_t text, Found&& found) const {
    for (std::size_t w = 0; w < words(); ++w) {
      for (std::uint64_t left = scratch.rows[text * words() + w]; left != 0; left &= left - 1)
        found(items_[w * 64 + static_cast<std::size_t>(std::countr_zero(left))].id);
    }
  }

  void Warm() const;  // has the scanner compiled when it returns

 private:
  struct Item {
    std::uint32_t id;
    std::variant<Regex, Glob> pattern;
    bool scanned = false;  // by the scanner,
    bool exact = false;    // whose answer is final
    bool Matches(std::string_view text) const;
  };
  struct Compilation;

  void AddScanned(std::uint32_t id, std::variant<Regex, Glob> pattern, std::string_view regex);
  std::size_t words() const { return (items_.size() + 63) / 64; }  // of a row
  void TryAll(std::span<const std::string_view> texts, Scratch& scratch) const;
  void StartCompilation() const;

  std::vector<Item> items_;
  std::vector<std::string> lines_;        // regexes for the scanner until Seal, like items_; empty: not scanned
  std::vector<std::uint64_t> all_;        // a row of all the items,
  std::vector<std::uint64_t> inexact_;    // of those whose scan does not settle it,
  std::vector<std::uint64_t> unscanned_;  // and of those among them that are not scanned for
  bool any_inexact_ = false;
  // Shared with the thread that compiles, which may outlive this set.
  std::shared_ptr<Compilation> compilation_;
};

}  // namespace vexevt
