#include "cmd/vexevt-route/answer.h"

#include <fmt/format.h>
#include <unistd.h>

#include "lib/base/bytes.h"
#include "lib/cli/diagnostics.h"
#include "lib/event/encode.h"
#include "lib/io/full.h"
#include "lib/route/examples.h"
#include "lib/route/explain.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20;

Status Print(const std::string& text) { return WriteAll(STDOUT_FILENO, AsBytes(text), "standard output"); }

Result<std::vector<std::byte>> FirstEvent(std::string_view text) {
  if (text.starts_with('{')) return FrameOfJson(text.substr(0, text.find('\n')));
  auto bytes = AsBytes(text);
  FrameSize size = MeasureFrame(bytes);
  if (size.state != FrameState::kOk || size.bytes > bytes.size()) {
    return InvalidArgument("no event, neither as JSON nor as a frame");
  }
  return std::vector<std::byte>(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size.bytes));
}

Result<std::vector<std::byte>> LoadEvent(const std::string& event) {
  if (event.starts_with('{')) return FrameOfJson(event);
  Result<std::string> text = ReadFile(event, kMaxFileBytes);
  if (!text.ok()) return std::move(text).status();
  Result<std::vector<std::byte>> frame = FirstEvent(*text);
  if (!frame.ok()) return std::move(frame).status().WithContext(event);
  return frame;
}

}  // namespace

Result<ExitCode> PrintExplanation(const RoutePlan& plan, const std::string& event) {
  VEXEVT_ASSIGN(std::vector<std::byte> frame, LoadEvent(event));
  EventView view;
  if (!EventView::Bind(frame, &view)) return InvalidArgument(fmt::format("'{}' holds no event", event));
  VEXEVT_TRY(Print(ExplainRoute(plan, view)));
  return ExitCode::kDone;
}

Result<ExitCode> TestRules(const RoutePlan& plan, const std::string& file) {
  VEXEVT_ASSIGN(std::string text, ReadFile(file, kMaxFileBytes));
  VEXEVT_ASSIGN(ExamplesOutcome outcome, TestExamples(plan, std::move(text), file));
  std::string lines;
  for (const std::string& failure : outcome.failures) lines += failure + "\n";
  VEXEVT_TRY(Print(lines));
  ReportDetail(fmt::format("{} of {} cases as they should be", outcome.cases - outcome.failures.size(), outcome.cases));
  return outcome.failures.empty() ? ExitCode::kDone : ExitCode::kNegative;
}

}  // namespace vexevt
