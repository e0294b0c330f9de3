#include "lib/react/report.h"

#include <utility>

#include "lib/base/utf8.h"
#include "lib/event/event_view.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostOutput = 4096;

decltype(Attribute::value) ValueOf(std::string_view text) {
  if (IsUtf8(text)) return AttributeText{text};
  return AttributeBytes{text};
}

}  // namespace

EventId CauseOf(const RunRecord& run) {
  EventView event;
  return EventView::Bind(run.event, &event) ? event.id() : EventId{};
}

std::string_view Report::Keep(std::string_view text) { return texts_.emplace_back(text); }

void Report::Clear() {
  events_.clear();
  texts_.clear();
}

void Report::Audit(std::string_view operation, std::string_view object, std::string_view outcome, EventId cause,
                   std::vector<Attribute> attributes) {
  Event& event = events_.emplace_back();
  event.type = kVexevtAudit;
  event.boundary = Boundary::kUser;
  event.payload = AuditPayload{
      .actor = "vexevt-react", .operation = Keep(operation), .object = Keep(object), .outcome = Keep(outcome)};
  if (cause != EventId()) event.causes.push_back(cause);
  for (Attribute& attribute : attributes) {
    if (auto* text = std::get_if<AttributeText>(&attribute.value)) attribute.value = ValueOf(Keep(text->value));
  }
  event.attributes = std::move(attributes);
}

void Report::Run(const RunRecord& run, std::string_view outcome) {
  std::vector<Attribute> attributes = {{"run", static_cast<std::int64_t>(run.progress.id)}};
  if (!run.key.empty()) attributes.push_back({"key", AttributeText{run.key}});
  if (run.count > 1) attributes.push_back({"events", static_cast<std::int64_t>(run.count)});
  if (!run.progress.reason.empty()) attributes.push_back({"reason", AttributeText{run.progress.reason}});
  Audit("run", run.workflow, outcome, CauseOf(run), std::move(attributes));
  if (run.progress.state == RunState::kStuck) events_.back().priority = Priority::kHigh;
}

void Report::Step(const RunRecord& run, std::size_t step, std::string_view outcome, std::string_view what) {
  const StepProgress& progress = run.progress.steps[step];
  Event& event = events_.emplace_back();
  event.type = kVexevtAction;
  event.boundary = Boundary::kUser;
  event.payload = ActionPayload{.workflow = Keep(run.workflow),
                                .step = Keep(run.steps[step].name),
                                .outcome = Keep(outcome),
                                .attempt = progress.attempts};
  event.causes.push_back(CauseOf(run));
  event.attributes.push_back({"run", static_cast<std::int64_t>(run.progress.id)});
  const auto add = [&](std::string_view key, std::string_view text) {
    if (!text.empty()) event.attributes.push_back({key, ValueOf(Keep(text))});
  };
  add("action", what.substr(0, kMostOutput));
  if (what.empty()) {
    add("how", progress.outcome);
    add("output", std::string_view(run.steps[step].output).substr(0, kMostOutput));
  }
}

}  // namespace vexevt
