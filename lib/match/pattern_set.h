// PatternSet: many patterns on one text field, each with an id from 0; which of them hold for a text?
//
// What is fixed in a pattern is looked for first, for all patterns together: what texts start and end with in one walk
// from either end, what stands inside in one search for many literals. That costs about the same for ten patterns as
// for hundreds; only the globs and regexes that it leaves are then tried. What has nothing fixed, as "[0-9]+",
// Hyperscan scans for: cheapest for many texts at once.
//
// Text is bytes and may hold any, newline and NUL included. Matching allocates only to grow the scratch to the largest
// batch seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

class StringSet;

enum class PatternKind : std::uint8_t {
  kExact,     // the text is `text`
  kPrefix,    // it starts with it
  kSuffix,    // it ends with it
  kContains,  // it holds it
  kGlob,      // glob.h
  kRegex,     // regex.h, found anywhere in the text
  kInSet,     // `set` holds it
};

struct StringPattern {
  PatternKind kind = PatternKind::kExact;
  std::string text;                      // not for kInSet
  std::shared_ptr<const StringSet> set;  // only for kInSet: lists are shared by all the patterns that name them
};

// The ids that hold for each text of a batch, ascending.
class PatternHits {
 public:
  std::size_t size() const { return ends_.size(); }
  std::span<const std::uint32_t> operator[](std::size_t text) const {
    const std::size_t begin = text == 0 ? 0 : ends_[text - 1];
    return {ids_.data() + begin, ends_[text] - begin};
  }

 private:
  friend class PatternSet;
  std::vector<std::uint32_t> ids_;
  std::vector<std::size_t> ends_;
};

class PatternSet {
 public:
  // What matching writes to. One for each thread; may serve several sets in turn.
  class Scratch {
   public:
    Scratch();
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;
    ~Scratch();

   private:
    friend class PatternSet;
    struct Rep;
    std::unique_ptr<Rep> rep_;
  };

  // Pattern i has id i. The failure of a glob or regex is that of Glob::Compile and Regex::Compile; `failed`, if given,
  // gets its id.
  static Result<PatternSet> Compile(std::span<const StringPattern> patterns, std::uint32_t* failed = nullptr);

  PatternSet(PatternSet&&) noexcept;
  PatternSet& operator=(PatternSet&&) noexcept;
  ~PatternSet();

  // Immutable: the following may be called from any number of threads, each with its own scratch.

  // For each of the texts; hits.size() is theirs.
  void MatchBatch(std::span<const std::string_view> texts, Scratch& scratch, PatternHits& hits) const;

  // Compiles now what else is compiled beside the traffic once that pays: for who swaps in a new set while the old
  // still works.
  void Warm() const;

 private:
  struct Rep;
  explicit PatternSet(std::unique_ptr<const Rep> rep);
  std::unique_ptr<const Rep> rep_;
};

}  // namespace vexevt
