#include "lib/filter/explain.h"

#include "lib/rules/explain_rule.h"

namespace vexevt {

std::string ExplainFilter(const Filter& filter, const EventView& event) {
  if (TellsOfStream(event.type())) return "it tells of the stream, so it always passes\nkept\n";
  std::string out;
  for (const FilterRule& rule : filter.rules()) {
    const Expression* when = rule.when ? &*rule.when : nullptr;
    const std::string does = rule.drop ? "dropped" : "kept" + Reservations(rule.admission);
    out += ExplainRule(rule.name, when, event, does);
    if (when == nullptr || when->Matches(event)) return out + (rule.drop ? "dropped\n" : "kept\n");
  }
  return out + (filter.keeps_by_default() ? "no rule holds: kept\n" : "no rule holds: dropped\n");
}

}  // namespace vexevt
