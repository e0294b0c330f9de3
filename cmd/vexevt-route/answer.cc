#include "cmd/vexevt-route/answer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/cli/diagnostics.h"
#include "lib/filter/filter.h"
#include "lib/io/full.h"
#include "lib/route/explain.h"
#include "lib/route/route_examples.h"
#include "lib/rules/given_event.h"
#include "lib/rules/lint.h"

namespace vexevt {
namespace {

Status Print(const std::string& text) { return WriteAll(STDOUT_FILENO, AsBytes(text), "standard output"); }

}  // namespace

Result<ExitCode> PrintExplanation(const RoutePlan& plan, const std::string& event) {
  VEXEVT_ASSIGN(std::vector<std::byte> frame, LoadEvent(event));
  EventView view;
  EventView::Bind(frame, &view);  // always holds: LoadEvent has seen to that
  VEXEVT_TRY(Print(ExplainRoute(plan, view)));
  return ExitCode::kDone;
}

Result<ExitCode> TestRules(const RoutePlan& plan, const std::string& file) {
  VEXEVT_ASSIGN(ExamplesOutcome outcome, TestRoutes(plan, file));
  VEXEVT_TRY(Print(outcome.failures));
  ReportDetail(fmt::format("{} of {} cases as they should be", outcome.cases - outcome.failed, outcome.cases));
  return outcome.failed == 0 ? ExitCode::kDone : ExitCode::kNegative;
}

Result<ExitCode> CheckRules(const std::string& file) {
  VEXEVT_ASSIGN(RulesFile rules, ReadRules(file));
  for (const std::string& warning : Lint(rules)) ReportWarning(warning);
  return ExitCode::kDone;
}

namespace {

// A file that names no endpoint is one for vexevt-filter: what it keeps is all that it decides.
Status CheckRulesOf(const RulesFile& rules) {
  const auto sends = [](const Rule& rule) { return !rule.to.empty(); };
  if (rules.endpoints.empty() && rules.otherwise.empty() && std::ranges::none_of(rules.rules, sends)) {
    return CompileFilter(rules).status();
  }
  return CompileRoutePlan(rules).status();
}

}  // namespace

Status CheckRuleAlone(std::string text, std::string file) {
  VEXEVT_ASSIGN(RulesFile rules, ParseRules(std::move(text), std::move(file)));
  for (const Rule& rule : rules.rules) {
    for (const PlacedText& to : rule.to) {
      const auto named = [&](const EndpointRule& endpoint) { return endpoint.name == to.text; };
      if (std::ranges::any_of(rules.endpoints, named)) continue;
      EndpointRule missing;
      missing.name = to.text;
      missing.members.push_back({.to = {"/dev/null", to.at}});
      rules.endpoints.push_back(std::move(missing));
    }
  }
  return CheckRulesOf(rules);
}

Status CheckRulesFile(std::string text, std::string file) {
  VEXEVT_ASSIGN(const RulesFile rules, ParseRules(std::move(text), std::move(file)));
  return CheckRulesOf(rules);
}

}  // namespace vexevt
