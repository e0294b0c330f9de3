// Which rules may hold for a path: the path conditions of all rules, their patterns matched together.
// Immutable after Build; a Scratch per thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/expr/requirement.h"
#include "lib/match/pattern_set.h"
#include "lib/route/rule_bits.h"

namespace vexevt {

// The rules of each path of a batch.
struct PathRules {
  std::vector<RuleWord> words;
  std::vector<std::size_t> ends;  // of each path's run in words
};

class PathIndex {
 public:
  struct Scratch {
    PatternSet::Scratch patterns;
    PatternHits hits;
    std::vector<std::uint32_t> candidates;
  };

  // Rule i requires rules[i]->paths; nullptr: it has no part in the index.
  static Result<PathIndex> Build(std::span<const Requirement* const> rules);

  // Rules with a path condition that the index knows of; all others must be looked at whatever the path.
  bool Knows(std::uint32_t rule) const { return known_[rule]; }
  // The rule's path conditions hold if and only if it is found.
  bool IsExact(std::uint32_t rule) const { return exact_[rule]; }

  // For paths that are not empty.
  void Find(std::span<const std::string_view> paths, Scratch& scratch, PathRules& found) const;

  // For events without a path: conditions fail, negated ones hold.
  const std::vector<RuleWord>& WithoutPath() const { return without_path_; }

  void Warm() const { patterns_->Warm(); }

 private:
  // A clause holds if one of its literals does: pattern id * 2, plus 1 where negated.
  struct Span {
    std::uint32_t begin, end;
  };

  bool Holds(std::uint32_t rule, std::span<const std::uint32_t> hits) const;

  std::optional<PatternSet> patterns_;
  std::vector<bool> known_;
  std::vector<bool> exact_;
  std::vector<Span> clauses_of_;  // of each rule, beyond the one that triggers it: into clauses_
  std::vector<Span> clauses_;     // into literals_
  std::vector<std::uint32_t> literals_;
  std::vector<Span> triggered_;  // of each pattern: into triggered_rules_
  std::vector<std::uint32_t> triggered_rules_;
  std::vector<std::uint32_t> untriggered_;  // rules of which no clause is positive: candidates for every path
  std::vector<RuleWord> without_path_;
};

}  // namespace vexevt
