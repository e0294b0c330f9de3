// Filter: what vexevt-filter decides about each event, by the rules of vexevt-rules(5). One expression on the command
// line is a file of one rule.
//
// Events that tell of the stream itself, vexevt.lost and vexevt.barrier, are no rule's business: they always pass, so
// that a gap reaches whoever counts. Decisions depend on the events alone. Not thread-safe; nothing is allocated per
// event.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/expr/expression.h"
#include "lib/rules/admission.h"
#include "lib/rules/rule_profile.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

struct FilterRule {
  std::string name;
  std::optional<Expression> when;  // none: always
  bool drop = false;
  Admission admission;
  std::uint64_t delay_ns = 0;
  std::vector<Redaction> redact;
  std::optional<double> mark;  // the rate of the sample, where what is kept says it

  bool changes() const { return !redact.empty() || mark; }

  std::uint64_t held = 0;     // events for which the rule held
  std::uint64_t refused = 0;  // of these, those that dedupe, sample or limit kept back
};

class Filter {
 public:
  Filter() = default;
  // Of one rule, which holds where `when` does.
  static Filter Of(const Rule& rule, Expression when);

  // The rule that keeps `event`, nullptr where it is dropped.
  const FilterRule* Decide(const EventView& event) {
    if (TellsOfStream(event.type())) [[unlikely]]
      return &pass_;
    for (FilterRule& rule : rules_) {
      if (rule.when && !rule.when->Matches(event)) continue;
      ++rule.held;
      if (rule.drop) return nullptr;
      if (rule.admission.Admit(event)) return &rule;
      ++rule.refused;
      return nullptr;
    }
    return keep_by_default_ ? &pass_ : nullptr;
  }

  // The first rule that holds for `event`, whatever its admission says; nullptr: none.
  const FilterRule* FindRule(const EventView& event) const;

  const std::vector<FilterRule>& rules() const { return rules_; }
  bool keeps_by_default() const { return keep_by_default_; }
  std::vector<RuleTally> Tally() const;  // borrows from the rules

 private:
  friend Result<Filter> CompileFilter(const RulesFile& rules);

  void Add(const Rule& rule, std::optional<Expression> when);

  std::vector<FilterRule> rules_;
  FilterRule pass_;
  bool keep_by_default_ = false;
};

// Errors name the place in the file. Rules that only vexevt-route understands (to, set, boost) and endpoints are
// refused.
Result<Filter> CompileFilter(const RulesFile& rules);

}  // namespace vexevt
