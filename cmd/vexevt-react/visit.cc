#include "cmd/vexevt-react/visit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/cli/diagnostics.h"
#include "lib/event/text_line.h"
#include "lib/io/full.h"
#include "lib/react/nudge.h"
#include "lib/react/ready_action.h"
#include "lib/react/workflows_file.h"

namespace vexevt {
namespace {

Status Print(const std::string& text) { return WriteAll(STDOUT_FILENO, AsBytes(text), "standard output"); }

std::string Took(std::uint64_t began_ns, std::uint64_t ended_ns) {
  return ended_ns < began_ns ? "" : RoundedDuration(ended_ns - began_ns);
}

Result<RunRecord> Find(RunStore& store, std::uint64_t run) {
  VEXEVT_ASSIGN(std::optional<RunRecord> record, store.FindRun(run));
  if (!record) return InvalidArgument(fmt::format("there is no run {}", run));
  return std::move(*record);
}

// Names of the steps that have not begun, which the store does not have.
void NameSteps(const std::string& definition, RunRecord* run) {
  auto file = ParseWorkflows(definition, "workflows");
  if (!file.ok()) return;
  for (const Workflow& workflow : file->workflows) {
    if (workflow.name != run->workflow) continue;
    run->steps.resize(workflow.steps.size());
    run->progress.steps.resize(workflow.steps.size());
    for (std::size_t i = 0; i < run->steps.size(); ++i) run->steps[i].name = workflow.steps[i].name;
  }
}

std::string TextOf(const std::vector<std::byte>& frame) {
  EventView event;
  if (!EventView::Bind(frame, &event)) return "";
  std::string line;
  TextLine(false).Append(event, &line);
  line.pop_back();
  return line;
}

std::string StepText(const StepRecord& record, const StepProgress& progress) {
  std::string text = fmt::format("\n{}: {}", Escaped(record.name), NameOf(progress.state));
  if (progress.attempts > 1) text += fmt::format(", attempt {}", progress.attempts);
  if (record.ended_ns != 0) text += fmt::format(", took {}", Took(record.began_ns, record.ended_ns));
  text += '\n';
  if (!progress.outcome.empty()) text += fmt::format("  {}\n", Escaped(progress.outcome));
  if (!record.undo.empty()) {
    auto undo = Decode(record.undo);
    if (undo.ok()) text += fmt::format("  undo: {}\n", Escaped(Describe(*undo)));
  }
  for (std::string_view rest = record.output; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += fmt::format("  | {}\n", Escaped(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text;
}

}  // namespace

Result<ExitCode> ListRuns(const std::string& folder, std::uint64_t count) {
  VEXEVT_ASSIGN(auto store, RunStore::Open(folder, RunStore::Use::kVisit));
  VEXEVT_ASSIGN(std::vector<RunRecord> runs, store->LastRuns(count));
  std::size_t width = std::string_view("WORKFLOW").size();
  for (const RunRecord& run : runs) width = std::max(width, run.workflow.size());
  std::string table = fmt::format("{:>6}  {:<30}  {:<{}}  {:<8}  {:>8}  {}\n", "RUN", "BEGAN", "WORKFLOW", width,
                                  "STATE", "TOOK", "KEY, REASON");
  for (const RunRecord& run : runs) {
    std::string last = Escaped(run.key);
    if (!run.progress.reason.empty()) last += (last.empty() ? "" : ": ") + Escaped(run.progress.reason);
    std::string line =
        fmt::format("{:>6}  {:<30}  {:<{}}  {:<8}  {:>8}  {}", run.progress.id, PrintTime(run.began_ns),
                    Escaped(run.workflow), width, NameOf(run.progress.state), Took(run.began_ns, run.ended_ns), last);
    line.erase(line.find_last_not_of(' ') + 1);
    table += line + '\n';
  }
  VEXEVT_TRY(Print(table));
  return ExitCode::kDone;
}

Result<ExitCode> ListDeadLetters(const std::string& folder, std::uint64_t count) {
  VEXEVT_ASSIGN(auto store, RunStore::Open(folder, RunStore::Use::kVisit));
  VEXEVT_ASSIGN(std::vector<KeptLetter> letters, store->DeadLetters(count));
  std::string text;
  for (const KeptLetter& letter : letters) {
    text += fmt::format("{}  {}{}: {}\n  {}\n", PrintTime(letter.at_ns), Escaped(letter.workflow),
                        letter.run == 0 ? "" : fmt::format(", run {}", letter.run), Escaped(letter.reason),
                        TextOf(letter.event));
  }
  VEXEVT_TRY(Print(text));
  return ExitCode::kDone;
}

Result<ExitCode> ShowRun(const std::string& folder, std::uint64_t id) {
  VEXEVT_ASSIGN(auto store, RunStore::Open(folder, RunStore::Use::kVisit));
  VEXEVT_ASSIGN(RunRecord run, Find(*store, id));
  VEXEVT_ASSIGN(std::string definition, store->Definition(run.definition));
  NameSteps(definition, &run);
  std::string text = fmt::format("run {} of {}: {}\n", id, Escaped(run.workflow), NameOf(run.progress.state));
  if (!run.progress.reason.empty()) text += fmt::format("why: {}\n", Escaped(run.progress.reason));
  if (!run.key.empty()) text += fmt::format("key: {}\n", Escaped(run.key));
  text += fmt::format("began: {}\n", PrintTime(run.began_ns));
  if (run.ended_ns != 0) text += fmt::format("took: {}\n", Took(run.began_ns, run.ended_ns));
  const std::string last = run.count > 1 ? fmt::format(" (the last of {})", run.count) : "";
  text += fmt::format("event{}: {}\n", last, TextOf(run.event));
  for (std::size_t i = 0; i < run.steps.size(); ++i) text += StepText(run.steps[i], run.progress.steps[i]);
  VEXEVT_TRY(Print(text));
  return ExitCode::kDone;
}

Result<ExitCode> AskForRun(const std::string& folder, Request request) {
  VEXEVT_ASSIGN(auto store, RunStore::Open(folder, RunStore::Use::kVisit));
  VEXEVT_ASSIGN(RunRecord run, Find(*store, request.run));
  const RunState state = run.progress.state;
  const bool possible =
      request.kind == RequestKind::kCancel ? !HasEnded(state) : state == RunState::kStuck || state == RunState::kUndone;
  if (!possible) {
    return InvalidArgument(fmt::format("run {} is {}: there is nothing to {}", request.run, NameOf(state),
                                       request.kind == RequestKind::kCancel ? "cancel" : "retry"));
  }
  VEXEVT_TRY(store->AddRequest(request));
  VEXEVT_TRY(store->Commit());
  if (!Nudge(folder)) ReportNotice("no vexevt-react runs on this state: it will be done when one starts");
  return ExitCode::kDone;
}

}  // namespace vexevt
