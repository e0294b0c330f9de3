// One glob over the bytes of a text, as a rule a path.
//
//   *       any bytes but '/'                  [a-z]   one byte of the class, never '/'; [!a] and [^a] invert;
//   [[:digit:]]
//   **      any bytes, '/' included            {a,b}   either; may be nested and empty
//   ?       one byte but '/'                   \x      x itself
//
// "**/" at the start or after a '/' also matches nothing: "/a/**/b" holds for "/a/b" and "/a/x/y/b", "**/b" for "b".
// The whole text must match. A leading dot is not special; a byte is a byte, whatever the locale; a newline is one as
// well.
//
// Matching takes time in proportion to the text, times the glob's length / 64 in the worst case; there is no
// backtracking. A glob that is a literal, "dir/**", "**/*.x" or both ends costs as much as comparing those bytes.
// Immutable after Compile: any number of threads may match.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/match/literal_finder.h"

namespace vexevt {

struct GlobBranch;

// One alternative of a glob, its braces multiplied out: fixed bytes at both ends and what may stand between them.
class GlobAlternative {
 public:
  bool Matches(std::string_view text) const;

  // What an index can use. Every text that matches starts with prefix() and ends with suffix(), the two not
  // overlapping, and holds inner(), the longest other run of fixed bytes ("" if there is none), between them.
  const std::string& prefix() const { return prefix_; }
  const std::string& suffix() const { return suffix_; }
  const std::string& inner() const { return inner_; }
  // inner() stands at the start of a component in every match: at the start of the text or after a '/'.
  bool inner_starts_component() const { return inner_starts_component_; }

  bool IsLiteral() const { return middle_ == Middle::kEmpty && suffix_.empty(); }  // the text is prefix()
  bool IsPrefix() const { return middle_ == Middle::kAnything && suffix_.empty(); }
  bool IsSuffix() const { return middle_ == Middle::kAnything && prefix_.empty(); }
  bool IsContains() const {
    return middle_ == Middle::kFind && prefix_.empty() && suffix_.empty();
  }  // inner() anywhere

 private:
  friend class Glob;
  enum class Middle : std::uint8_t {
    kEmpty,
    kAnything,
    kNoSlash,        // '*'
    kDirs,           // "**/"
    kFind,           // "**lit**"
    kFindComponent,  // "**/lit**"
    kRun,            // the bit-parallel automaton below
  };

  explicit GlobAlternative(const GlobBranch& branch);
  void BuildAutomaton(const GlobBranch& branch, std::size_t first, std::size_t last);
  bool Run(std::string_view text) const;
  bool RunWide(std::string_view text) const;

  std::string prefix_;
  std::string suffix_;
  std::string inner_;
  Middle middle_ = Middle::kEmpty;
  bool inner_starts_component_ = false;
  std::size_t min_size_ = 0;
  LiteralFinder finder_;

  // State i of the middle is bit i. On byte c, the states that step to their successor are those in
  // step_[class_of_[c]], the ones that stay are those in stay_, for a '/' those in stay_on_slash_; entering a state of
  // skip_ enters its successor too. All rows are words_ long. After Shift-And (Baeza-Yates and Gonnet 1992) with the
  // gaps as self-loops.
  std::size_t words_ = 0;
  std::size_t states_ = 0;
  std::vector<std::uint8_t> class_of_;
  std::vector<std::uint64_t> step_;
  std::vector<std::uint64_t> stay_;
  std::vector<std::uint64_t> stay_on_slash_;
  std::vector<std::uint64_t> skip_;
};

class Glob {
 public:
  // kInvalidArgument, "column N: …" with N in bytes from 1, when `glob` is not one.
  static Result<Glob> Compile(std::string_view glob);

  bool Matches(std::string_view text) const {
    for (const GlobAlternative& alternative : alternatives_) {
      if (alternative.Matches(text)) return true;
    }
    return false;
  }

  const std::vector<GlobAlternative>& alternatives() const { return alternatives_; }  // at least one

  // The equivalent regex, anchored at both ends; '.' in it stands for every byte, newline included.
  const std::string& regex() const { return regex_; }

 private:
  std::vector<GlobAlternative> alternatives_;
  std::string regex_;
};

}  // namespace vexevt
