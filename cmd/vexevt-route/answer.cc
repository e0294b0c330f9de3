#include "cmd/vexevt-route/answer.h"

#include <fmt/format.h>
#include <unistd.h>

#include "lib/base/bytes.h"
#include "lib/cli/diagnostics.h"
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

}  // namespace vexevt
