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
#include "lib/rules/rules_file.h"

namespace vexevt {

struct FilterRule {
  std::string name;
  std::optional<Expression> when;  // none: always
  bool drop = false;
  std::optional<Deduplicator> dedupe;
  std::optional<Sampler> sample;
  std::optional<RateLimiter> limit;
  std::uint64_t delay_ns = 0;
  std::vector<Redaction> redact;

  std::uint64_t held = 0;     // events for which the rule held
  std::uint64_t refused = 0;  // of these, those that dedupe, sample or limit kept back
};

class Filter {
 public:
  // The rule that keeps `event`, nullptr where it is dropped.
  const FilterRule* Decide(const EventView& event) {
    if (TellsOfStream(event.type())) [[unlikely]]
      return &pass_;
    for (FilterRule& rule : rules_) {
      if (rule.when && !rule.when->Matches(event)) continue;
      ++rule.held;
      return rule.drop || !Admit(rule, event) ? nullptr : &rule;
    }
    return keep_by_default_ ? &pass_ : nullptr;
  }

  const std::vector<FilterRule>& rules() const { return rules_; }

 private:
  friend Result<Filter> CompileFilter(const RulesFile& rules);

  static bool Admit(FilterRule& rule, const EventView& event) {
    if ((rule.dedupe && !rule.dedupe->Admit(event)) || (rule.sample && !rule.sample->Admit(event)) ||
        (rule.limit && !rule.limit->Admit(event))) {
      ++rule.refused;
      return false;
    }
    return true;
  }

  std::vector<FilterRule> rules_;
  FilterRule pass_;
  bool keep_by_default_ = false;
};

// Errors name the place in the file. Rules that only vexevt-route understands (to, set, boost) and endpoints are
// refused.
Result<Filter> CompileFilter(const RulesFile& rules);

}  // namespace vexevt
