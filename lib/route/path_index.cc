#include "lib/route/path_index.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "lib/route/path_pattern.h"

namespace vexevt {
namespace {

using Clause = std::vector<std::uint32_t>;  // literals

struct Collected {
  std::vector<StringPattern> patterns;
  std::map<std::pair<PatternKind, std::string>, std::uint32_t> ids;

  std::uint32_t Id(StringPattern pattern) {
    const auto [at, is_new] =
        ids.try_emplace({pattern.kind, pattern.text}, static_cast<std::uint32_t>(patterns.size()));
    if (is_new) patterns.push_back(std::move(pattern));
    return at->second;
  }
};

// The clauses of a rule that patterns can say; exact is cleared where they say less than the requirement does.
std::vector<Clause> ClausesOf(const Requirement& rule, Collected& collected, bool& exact) {
  std::vector<Clause> clauses;
  for (const AnyOf& any : rule.paths) {
    Clause clause;
    std::vector<Clause> also;  // "not under X" is two patterns that must both fail
    bool usable = true;
    for (const PathCondition& condition : any) {
      PathPatterns patterns = PatternsOf(condition);
      exact &= patterns.possible && patterns.exact;
      const bool splits = condition.negated && patterns.any.size() > 1;
      if (!patterns.possible || (condition.negated && !patterns.exact) || (splits && any.size() > 1)) {
        usable = false;
        exact = false;
        break;
      }
      for (StringPattern& pattern : patterns.any) {
        const std::uint32_t literal = collected.Id(std::move(pattern)) * 2 + (condition.negated ? 1 : 0);
        if (splits) {
          also.push_back({literal});
        } else {
          clause.push_back(literal);
        }
      }
    }
    if (!usable) continue;
    if (!clause.empty()) clauses.push_back(std::move(clause));
    clauses.insert(clauses.end(), also.begin(), also.end());
  }
  return clauses;
}

// How many paths a pattern is likely to hold for: what triggers a rule should be rare, and cheap to find.
int Cost(const StringPattern& pattern) {
  switch (pattern.kind) {
    case PatternKind::kExact:
    case PatternKind::kInSet:
      return 0;
    case PatternKind::kPrefix:
    case PatternKind::kGlob:
      return 1;
    case PatternKind::kSuffix:
      return 2;
    case PatternKind::kContains:
    case PatternKind::kRegex:
      return 3;
  }
  return 3;
}

}  // namespace

Result<PathIndex> PathIndex::Build(std::span<const Requirement* const> rules) {
  PathIndex index;
  Collected collected;
  std::vector<std::vector<Clause>> clauses(rules.size());
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    bool exact = true;
    if (rules[rule] != nullptr) clauses[rule] = ClausesOf(*rules[rule], collected, exact);
    index.known_.push_back(!clauses[rule].empty());
    index.exact_.push_back(exact);
  }
  VEXEVT_ASSIGN(index.patterns_, PatternSet::Compile(collected.patterns));

  std::vector<std::vector<std::uint32_t>> triggered(collected.patterns.size());
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    const auto begin = static_cast<std::uint32_t>(index.clauses_.size());
    const auto cost = [&](const Clause& clause) {
      int most = 0;
      for (const std::uint32_t literal : clause)
        most = std::max(most, literal & 1 ? 100 : Cost(collected.patterns[literal / 2]));
      return std::pair(most, clause.size());
    };
    const auto best = std::min_element(clauses[rule].begin(), clauses[rule].end(),
                                       [&](const Clause& a, const Clause& b) { return cost(a) < cost(b); });
    const bool triggers = best != clauses[rule].end() && cost(*best).first < 100;
    for (auto clause = clauses[rule].begin(); clause != clauses[rule].end(); ++clause) {
      if (triggers && clause == best) {
        for (const std::uint32_t literal : *clause) triggered[literal / 2].push_back(rule);
        continue;
      }
      const auto first = static_cast<std::uint32_t>(index.literals_.size());
      index.literals_.insert(index.literals_.end(), clause->begin(), clause->end());
      index.clauses_.push_back({first, static_cast<std::uint32_t>(index.literals_.size())});
    }
    index.clauses_of_.push_back({begin, static_cast<std::uint32_t>(index.clauses_.size())});
    if (!index.known_[rule] || triggers) continue;
    index.untriggered_.push_back(rule);
    if (index.Holds(rule, {})) AppendRule(index.without_path_, 0, rule);
  }
  for (const std::vector<std::uint32_t>& of_pattern : triggered) {
    const auto begin = static_cast<std::uint32_t>(index.triggered_rules_.size());
    index.triggered_rules_.insert(index.triggered_rules_.end(), of_pattern.begin(), of_pattern.end());
    index.triggered_.push_back({begin, static_cast<std::uint32_t>(index.triggered_rules_.size())});
  }
  return index;
}

bool PathIndex::Holds(std::uint32_t rule, std::span<const std::uint32_t> hits) const {
  for (std::uint32_t c = clauses_of_[rule].begin; c < clauses_of_[rule].end; ++c) {
    bool any = false;
    for (std::uint32_t l = clauses_[c].begin; l < clauses_[c].end && !any; ++l) {
      const bool hit = std::binary_search(hits.begin(), hits.end(), literals_[l] / 2);
      any = hit != static_cast<bool>(literals_[l] & 1);
    }
    if (!any) return false;
  }
  return true;
}

void PathIndex::Find(std::span<const std::string_view> paths, Scratch& scratch, PathRules& found) const {
  found.words.clear();
  found.ends.clear();
  patterns_->MatchBatch(paths, scratch.patterns, scratch.hits);
  std::vector<std::uint32_t>& candidates = scratch.candidates;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::span<const std::uint32_t> hits = scratch.hits[i];
    candidates.assign(untriggered_.begin(), untriggered_.end());
    for (const std::uint32_t pattern : hits) {
      const Span rules = triggered_[pattern];
      candidates.insert(candidates.end(), triggered_rules_.begin() + rules.begin, triggered_rules_.begin() + rules.end);
    }
    if (candidates.size() > 1) {
      std::sort(candidates.begin(), candidates.end());
      candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    }
    const std::size_t begin = found.words.size();
    for (const std::uint32_t rule : candidates) {
      if (Holds(rule, hits)) AppendRule(found.words, begin, rule);
    }
    found.ends.push_back(found.words.size());
  }
}

}  // namespace vexevt
