#include "lib/react/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "lib/base/random.h"

namespace vexevt {
namespace {

bool IsOver(StepState state) { return state == StepState::kDone || state == StepState::kSkipped; }
bool IsUnderWay(StepState state) { return state == StepState::kRunning || state == StepState::kUndoing; }

std::uint64_t TimeOut(const WorkflowStep& step, std::uint64_t now_ns) {
  return step.timeout_ns == 0 ? 0 : now_ns + step.timeout_ns;
}

bool IsDue(std::uint64_t due_ns, std::uint64_t now_ns) { return due_ns != 0 && due_ns <= now_ns; }

void Start(const WorkflowStep& step, Task::Kind kind, std::size_t place, std::uint64_t now_ns, StepProgress* progress,
           std::vector<Task>* tasks) {
  progress->state = kind == Task::Kind::kUndo ? StepState::kUndoing : StepState::kRunning;
  progress->stopping = false;
  ++progress->attempts;
  progress->due_ns = TimeOut(step, now_ns);
  tasks->push_back({kind, place});
}

void Stop(std::size_t place, StepProgress* progress, std::vector<Task>* tasks) {
  if (std::exchange(progress->stopping, true)) return;
  progress->due_ns = 0;
  tasks->push_back({Task::Kind::kStop, place});
}

void GoOn(const Workflow& workflow, std::uint64_t now_ns, const StepHolds& holds, RunProgress* run,
          std::vector<Task>* tasks) {
  // A step that is skipped lets others begin, which may stand before it.
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < run->steps.size(); ++i) {
      const WorkflowStep& step = workflow.steps[i];
      StepProgress& progress = run->steps[i];
      if (progress.state == StepState::kResting && progress.due_ns <= now_ns) {
        Start(step, Task::Kind::kDo, i, now_ns, &progress, tasks);
      }
      if (progress.state != StepState::kWaiting) continue;
      const bool ready =
          std::ranges::all_of(step.after, [&](std::uint32_t before) { return IsOver(run->steps[before].state); });
      if (!ready) continue;
      if (step.when.text.empty() || holds(i)) {
        Start(step, Task::Kind::kDo, i, now_ns, &progress, tasks);
      } else {
        progress.state = StepState::kSkipped;
        changed = true;
      }
    }
  }
  if (std::ranges::all_of(run->steps, [](const StepProgress& step) { return IsOver(step.state); })) {
    run->state = RunState::kDone;
  }
}

// The step to be undone next; nullptr: none is left. Steps without an undo stay as they are.
StepProgress* LastToUndo(const Workflow& workflow, RunProgress* run) {
  StepProgress* last = nullptr;
  for (std::size_t i = 0; i < run->steps.size(); ++i) {
    StepProgress& progress = run->steps[i];
    const bool to_undo = progress.state == StepState::kDone ||
                         (progress.state == StepState::kFailed && progress.begun) ||
                         progress.state == StepState::kUndoResting;
    if (!to_undo || !workflow.steps[i].undo) continue;
    if (last == nullptr || progress.order > last->order) last = &progress;
  }
  return last;
}

void UndoOn(const Workflow& workflow, std::uint64_t now_ns, RunProgress* run, std::vector<Task>* tasks) {
  bool under_way = false;
  for (std::size_t i = 0; i < run->steps.size(); ++i) {
    StepProgress& progress = run->steps[i];
    if (progress.state == StepState::kRunning) Stop(i, &progress, tasks);
    if (progress.state == StepState::kResting) {
      progress.state = StepState::kFailed;
      progress.due_ns = 0;
      progress.order = ++run->ended_steps;
    }
    under_way |= IsUnderWay(progress.state);
  }
  if (under_way) return;
  StepProgress* last = LastToUndo(workflow, run);
  if (last == nullptr) {
    run->state = RunState::kUndone;
    return;
  }
  if (last->state != StepState::kUndoResting) last->attempts = 0;
  if (last->state == StepState::kUndoResting && last->due_ns > now_ns) return;
  const auto place = static_cast<std::size_t>(last - run->steps.data());
  Start(workflow.steps[place], Task::Kind::kUndo, place, now_ns, last, tasks);
}

void UndoEnded(const WorkflowStep& step, std::size_t place, bool done, bool final, std::uint64_t now_ns,
               RunProgress* run) {
  StepProgress& progress = run->steps[place];
  if (done) {
    progress.state = StepState::kUndone;
  } else if (!final && progress.attempts < step.retry.times) {
    progress.state = StepState::kUndoResting;
    progress.due_ns = now_ns + BackOff(step.retry, progress.attempts + 1, run->id, place);
  } else {
    progress.state = StepState::kUndoFailed;
    run->state = RunState::kStuck;
  }
}

}  // namespace

std::string_view NameOf(StepState state) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "waiting", "under way", "will be retried",      "done",   "skipped",
      "failed",  "undoing",   "undo will be retried", "undone", "undo failed"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view NameOf(RunState state) {
  static constexpr std::array<std::string_view, 5> kNames = {"running", "undoing", "done", "undone", "stuck"};
  return kNames[static_cast<std::size_t>(state)];
}

RunProgress NewRun(const Workflow& workflow, std::uint64_t id, std::uint64_t now_ns) {
  RunProgress run;
  run.id = id;
  run.due_ns = workflow.timeout_ns == 0 ? 0 : now_ns + workflow.timeout_ns;
  run.steps.resize(workflow.steps.size());
  return run;
}

void Advance(const Workflow& workflow, std::uint64_t now_ns, const StepHolds& holds, RunProgress* run,
             std::vector<Task>* tasks) {
  if (run->state == RunState::kRunning && IsDue(run->due_ns, now_ns)) CancelRun("its time was over", run);
  StopLate(now_ns, run, tasks);
  if (run->state == RunState::kRunning) GoOn(workflow, now_ns, holds, run, tasks);
  if (run->state == RunState::kUndoing) UndoOn(workflow, now_ns, run, tasks);
}

void StopLate(std::uint64_t now_ns, RunProgress* run, std::vector<Task>* tasks) {
  for (std::size_t i = 0; i < run->steps.size(); ++i) {
    StepProgress& progress = run->steps[i];
    if (IsUnderWay(progress.state) && IsDue(progress.due_ns, now_ns)) Stop(i, &progress, tasks);
  }
}

void StepEnded(const Workflow& workflow, std::size_t step, Outcome outcome, std::string outcome_text, bool final,
               std::uint64_t now_ns, RunProgress* run) {
  StepProgress& progress = run->steps[step];
  const WorkflowStep& definition = workflow.steps[step];
  progress.outcome = std::move(outcome_text);
  progress.stopping = false;
  progress.due_ns = 0;
  if (progress.state == StepState::kUndoing) {
    UndoEnded(definition, step, outcome == Outcome::kDone, final, now_ns, run);
    return;
  }
  progress.begun |= outcome != Outcome::kFailed;
  if (outcome == Outcome::kDone) {
    progress.state = StepState::kDone;
    progress.order = ++run->ended_steps;
  } else if (run->state == RunState::kRunning && !final && progress.attempts < definition.retry.times) {
    progress.state = StepState::kResting;
    progress.due_ns = now_ns + BackOff(definition.retry, progress.attempts + 1, run->id, step);
  } else {
    progress.state = StepState::kFailed;
    progress.order = ++run->ended_steps;
    CancelRun(fmt::format("step '{}' {}", definition.name, progress.outcome), run);
  }
}

void CancelRun(std::string reason, RunProgress* run) {
  if (run->state != RunState::kRunning) return;
  run->state = RunState::kUndoing;
  run->due_ns = 0;
  run->reason = std::move(reason);
}

void RetryUndo(std::uint64_t now_ns, RunProgress* run) {
  if (run->state != RunState::kStuck) return;
  run->state = RunState::kUndoing;
  for (StepProgress& progress : run->steps) {
    if (progress.state != StepState::kUndoFailed) continue;
    progress.state = StepState::kUndoResting;
    progress.attempts = 0;
    progress.due_ns = now_ns;
  }
}

void RecoverRun(const Workflow& workflow, std::uint64_t now_ns, RunProgress* run) {
  for (std::size_t i = 0; i < run->steps.size(); ++i) {
    StepProgress& progress = run->steps[i];
    const bool again =
        progress.state == StepState::kUndoing ||
        (progress.state == StepState::kRunning && workflow.steps[i].idempotent && run->state == RunState::kRunning);
    if (again) {
      // Not its fault: the attempt does not count.
      --progress.attempts;
      progress.begun = true;
      progress.state = progress.state == StepState::kUndoing ? StepState::kUndoResting : StepState::kResting;
      progress.due_ns = now_ns;
    } else if (progress.state == StepState::kRunning) {
      StepEnded(workflow, i, Outcome::kBroken, "was broken off, as vexevt-react ended", true, now_ns, run);
    }
  }
}

std::uint64_t NextDue(const RunProgress& run) {
  if (HasEnded(run.state)) return 0;
  std::uint64_t next = run.due_ns;
  for (const StepProgress& step : run.steps) {
    if (step.due_ns != 0 && (next == 0 || step.due_ns < next)) next = step.due_ns;
  }
  return next;
}

std::uint64_t NextLate(const RunProgress& run) {
  std::uint64_t next = 0;
  for (const StepProgress& step : run.steps) {
    if (IsUnderWay(step.state) && step.due_ns != 0 && (next == 0 || step.due_ns < next)) next = step.due_ns;
  }
  return next;
}

std::uint64_t BackOff(const StepRetry& policy, std::uint32_t attempt, std::uint64_t run, std::size_t step) {
  std::uint64_t wait = std::min(policy.first_ns, policy.most_ns);
  for (std::uint32_t i = 2; i < attempt && wait < policy.most_ns; ++i) {
    wait = wait > policy.most_ns / 2 ? policy.most_ns : wait * 2;
  }
  const std::uint64_t half = wait / 2;
  if (half == 0) return wait;
  return wait - Random(run * 0x9e3779b97f4a7c15 ^ step << 32 ^ attempt).Next() % half;
}

}  // namespace vexevt
