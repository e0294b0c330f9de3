// What vexevt-route answers about its rules without routing anything.
#pragma once

#include <string>

#include "lib/cli/exit_code.h"
#include "lib/route/route_plan.h"

namespace vexevt {

// --explain: `event` is an event as JSON, or a file with one, as JSON or frames.
Result<ExitCode> PrintExplanation(const RoutePlan& plan, const std::string& event);

// --test: prints what differs. kNegative where something does.
Result<ExitCode> TestRules(const RoutePlan& plan, const std::string& file);

// What `ask` makes has to be what RULES is, but that endpoints may be named that are still to be defined.
Status CheckRuleAlone(std::string text, std::string file);
Status CheckRulesFile(std::string text, std::string file);

// --check, of rules that have compiled: warns of what they say in vain.
Result<ExitCode> CheckRules(const std::string& file);

}  // namespace vexevt
