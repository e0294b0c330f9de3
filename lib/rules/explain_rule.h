// What one rule makes of one event, for people.
#pragma once

#include <string>
#include <string_view>

#include "lib/event/event_view.h"
#include "lib/expr/expression.h"
#include "lib/rules/admission.h"

namespace vexevt {

// "rule 'x' holds: DOES" or "rule 'x' does not hold", then each comparison of `when` (nullptr: always) with the event's
// value. Lines.
std::string ExplainRule(std::string_view name, const Expression* when, const EventView& event, std::string_view does);

// What else has a say, and depends on other events: ", unless the limit keeps it back".
std::string Reservations(const Admission& admission);

}  // namespace vexevt
