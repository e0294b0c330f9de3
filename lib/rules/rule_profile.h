// RuleProfile: what each rule of a file costs, so that the one expensive expression among thousands can be found.
//
// Now and then every rule is evaluated by itself on some events of a batch, apart from the real decision and with the
// clock read around each rule only. That takes at most a twentieth of the time. The answer is what a rule would cost
// alone; where rules are decided together (lib/route/decide.h) it costs less. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/event_view.h"
#include "lib/expr/expression.h"

namespace vexevt {

// What is counted of a rule, as it stands. Borrows from the rule.
struct RuleTally {
  std::string_view name;
  const Expression* when;  // nullptr: always
  std::uint64_t held;
  std::uint64_t stopped;  // of these, those that no later rule saw
};

class RuleProfile {
 public:
  // `rules` in the order in which they are tried; they and `clock` outlive this.
  RuleProfile(std::vector<RuleTally> rules, Clock& clock);

  // After a batch was decided.
  void Look(std::span<const EventView> batch);

  // Of rule `index`, since the start. `rules` are the same with what is counted now.
  struct Cost {
    std::uint64_t looked_at;  // events that came as far as this rule
    std::uint64_t held;
    double ns;  // of one evaluation, estimated; 0: not known yet, or no condition
  };
  std::vector<Cost> Costs(std::span<const RuleTally> rules) const;

  // For people: a line for each rule, the most expensive first.
  std::string Table(std::span<const RuleTally> rules) const;

 private:
  std::uint64_t Time(const Expression& rule, std::span<const EventView> sample);
  void Measure(std::span<const EventView> sample);

  const std::vector<RuleTally> start_;
  Clock& clock_;
  std::uint64_t events_ = 0;    // that rules decide about
  std::uint64_t measured_ = 0;  // events on which every rule was evaluated
  std::vector<std::uint64_t> spent_ns_;
  std::uint64_t due_ns_ = 0;
  std::vector<EventView> sample_;  // scratch
};

}  // namespace vexevt
