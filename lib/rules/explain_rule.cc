#include "lib/rules/explain_rule.h"

#include <fmt/format.h>

#include <algorithm>

namespace vexevt {

std::string ExplainRule(std::string_view name, const Expression* when, const EventView& event, std::string_view does) {
  if (when == nullptr) return fmt::format("rule '{}' holds: {}\n    no 'when': it always holds\n", name, does);
  std::string out = when->Matches(event) ? fmt::format("rule '{}' holds: {}\n", name, does)
                                         : fmt::format("rule '{}' does not hold\n", name);
  const std::string explanation = when->Explain(event);
  for (std::string_view rest = explanation; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    out += fmt::format("    {}\n", line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return out;
}

std::string Reservations(const Admission& admission) {
  std::string text;
  if (admission.dedupe) text += ", unless dedupe keeps it back";
  if (admission.sample) text += ", if it is in the sample";
  if (admission.limit) text += ", unless the limit keeps it back";
  return text;
}

}  // namespace vexevt
