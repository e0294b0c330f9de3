#include "cmd/vexevt-react/dry_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/cli/pipeline.h"
#include "lib/io/full.h"
#include "lib/react/gate.h"
#include "lib/react/machines.h"
#include "lib/react/ready_action.h"

namespace vexevt {
namespace {

class DryStep final : public Step {
 public:
  DryStep(const Definition& definition, Machines machines) : definition_(definition), machines_(std::move(machines)) {
    for (std::size_t i = 0; i < definition_.file.workflows.size(); ++i) {
      gates_.emplace_back(definition_.file.workflows[i]);
      tells_.push_back([this, i](Verdict verdict, const Occasion& occasion) {
        if (verdict == Verdict::kBegins) begun_.emplace_back(i, occasion);
      });
    }
  }

  Status Process(std::span<const EventView> batch, EventSink&) override {
    for (const EventView& event : batch) {
      if (TellsOfStream(event.type())) continue;
      // Time does not go back.
      now_ns_ = std::max(now_ns_, event.wall_ns());
      TakeTime();
      machines_.See(event, now_ns_, &Ignore);
      definition_.triggers.Find(event, machines_.states(), [&](std::size_t workflow) {
        gates_[workflow].Offer(event, now_ns_, tells_[workflow]);
      });
      TellBegun();
    }
    return Print();
  }

  // What a debounce holds is let go in the end.
  Status Finish(EventSink&) override {
    for (;;) {
      std::optional<std::uint64_t> next;
      for (const Gate& gate : gates_) {
        const auto deadline = gate.next_deadline_ns();
        if (gate.held() > 0 && deadline && (!next || *deadline < *next)) next = deadline;
      }
      if (!next) return Print();
      now_ns_ = std::max(now_ns_, *next);
      TakeTime();
    }
  }

  bool has_own_outputs() const override { return true; }

 private:
  static void Ignore(const StateChange&) {}

  void TakeTime() {
    machines_.Advance(now_ns_, &Ignore);
    for (std::size_t i = 0; i < gates_.size(); ++i) gates_[i].Advance(now_ns_, tells_[i]);
    TellBegun();
  }

  void TellBegun() {
    while (!begun_.empty()) {
      const auto [workflow, occasion] = std::move(begun_.front());
      begun_.erase(begun_.begin());
      TellRun(workflow, occasion);
      gates_[workflow].Ended(occasion.key, now_ns_, tells_[workflow]);
    }
  }

  void TellRun(std::size_t index, const Occasion& occasion) {
    const Workflow& workflow = definition_.file.workflows[index];
    EventView event;
    if (!EventView::Bind(occasion.frame, &event)) return;
    const std::string key = gates_[index].KeyText(event), run = std::to_string(++runs_);
    text_ += fmt::format("{} {}", PrintTime(now_ns_), Escaped(workflow.name));
    if (!key.empty()) text_ += fmt::format(" ({})", Escaped(key));
    if (occasion.count > 1) text_ += fmt::format(", for {} events", occasion.count);
    text_ += '\n';
    for (std::size_t i = 0; i < workflow.steps.size(); ++i) {
      const WorkflowStep& step = workflow.steps[i];
      const auto& when = definition_.when[index][i];
      text_ += fmt::format("  {}: ", Escaped(step.name));
      if (when && !when->Matches(event, machines_.states())) {
        text_ += "skipped\n";
        continue;
      }
      const Filling with = {.event = event, .run = run, .step = step.name, .key = key, .count = occasion.count};
      TellAction(step.action, with);
      if (!step.undo) continue;
      text_ += "    undo: ";
      TellAction(*step.undo, with);
    }
  }

  void TellAction(const Action& action, const Filling& with) {
    auto ready = MakeReady(action, with);
    text_ += ready.ok() ? Escaped(vexevt::Describe(*ready)) : "cannot begin: " + ready.status().message();
    text_ += '\n';
  }

  Status Print() {
    Status status = WriteAll(STDOUT_FILENO, AsBytes(text_), "standard output");
    text_.clear();
    return status;
  }

  const Definition& definition_;
  Machines machines_;
  std::vector<Gate> gates_;
  std::vector<Gate::Tell> tells_;
  std::vector<std::pair<std::size_t, Occasion>> begun_;
  std::uint64_t now_ns_ = 0, runs_ = 0;
  std::string text_;
};

}  // namespace

Result<ExitCode> DryRun(const ReactOptions& options, const Definition& definition) {
  VEXEVT_ASSIGN(Machines machines, Machines::Compile(definition.file, definition.lists, 0));
  DryStep step(definition, std::move(machines));
  CommonOptions common = options.common;
  common.output = "/dev/null";  // the pipeline's own
  Ledger ledger;
  return RunPipeline(kReactTool, common, step, ledger);
}

}  // namespace vexevt
