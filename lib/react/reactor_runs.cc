// What becomes of runs: the part of the reactor that moves them on.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/event/event_words.h"
#include "lib/event/json_write.h"
#include "lib/match/hash.h"
#include "lib/react/command_environment.h"
#include "lib/react/reactor.h"

namespace vexevt {

Reactor::ActiveRun& Reactor::AddActive(RunRecord record, SharedDefinition definition, std::size_t workflow) {
  auto run = std::make_unique<ActiveRun>();
  run->record = std::move(record);
  run->definition = std::move(definition);
  run->workflow = workflow;
  EventView::Bind(run->record.event, &run->event);
  run->id = std::to_string(run->record.progress.id);
  run->steps_changed.resize(run->record.steps.size());
  ActiveRun& added = *run;
  runs_[added.record.progress.id] = std::move(run);
  MarkChanged(&added);
  return added;
}

// Goes on with a run that the store has, under the text with which it began.
Status Reactor::Adopt(RunRecord record) {
  SharedDefinition definition = definition_;
  for (const auto& [id, run] : runs_) {
    if (run->definition->id == record.definition) definition = run->definition;
  }
  std::string trouble;
  if (record.definition != definition->id) {
    VEXEVT_ASSIGN(std::string text, store_->Definition(record.definition));
    auto file = ParseWorkflows(std::move(text), definition_->file.document.file);
    auto compiled = file.ok() ? CompileDefinition(std::move(*file)) : Result<Definition>(std::move(file).status());
    if (compiled.ok()) {
      compiled->id = record.definition;
      definition = std::make_shared<const Definition>(std::move(*compiled));
    } else {
      trouble = compiled.status().message();
    }
  }
  const auto workflow = FindWorkflow(*definition, record.workflow);
  EventView event;
  if (trouble.empty() && (!workflow || !EventView::Bind(record.event, &event))) trouble = "its workflow is not known";
  if (!trouble.empty()) {
    record.progress.state = RunState::kStuck;
    record.progress.reason = "it cannot go on: " + trouble;
    GiveUp(record.workflow, record.progress.reason, record.event, record.progress.id);
    return store_->SaveRun(record);
  }
  const Workflow& steps = definition->file.workflows[*workflow];
  record.progress.steps.resize(steps.steps.size());
  record.steps.resize(steps.steps.size());
  for (std::size_t i = 0; i < record.steps.size(); ++i) record.steps[i].name = steps.steps[i].name;
  RecoverRun(steps, now_ns_, &record.progress);
  report_.Run(record, "goes on");
  ActiveRun& run = AddActive(std::move(record), std::move(definition), *workflow);
  run.steps_changed.assign(run.steps_changed.size(), true);
  if (const auto now = FindWorkflow(*definition_, run.record.workflow)) {
    run.gate_key = gates_[*now].HashOf(run.event);
    gates_[*now].RestoreRunning(run.gate_key);
  }
  return {};
}

// A run like one that was undone, as somebody has asked for it.
void Reactor::Repeat(std::size_t workflow, const RunRecord& like) {
  EventView event;
  if (!EventView::Bind(like.event, &event)) return;
  const std::uint64_t key = gates_[workflow].HashOf(event);
  gates_[workflow].RestoreRunning(key);
  AddRun(workflow, event, like.count, key);
}

void Reactor::MarkChanged(ActiveRun* run) {
  if (!std::exchange(run->changed, true)) changed_.push_back(run->record.progress.id);
}

Status Reactor::AdvanceRuns() {
  while (!changed_.empty()) {
    for (std::uint64_t id : std::exchange(changed_, {})) {
      const auto found = runs_.find(id);
      if (found == runs_.end()) continue;
      found->second->changed = false;
      VEXEVT_TRY(AdvanceRun(found->second.get()));
    }
  }
  return {};
}

Status Reactor::AdvanceRun(ActiveRun* run) {
  RunProgress& progress = run->record.progress;
  const Workflow& workflow = run->definition->file.workflows[run->workflow];
  const StepHolds holds = [this, run](std::size_t step) { return Holds(*run, step); };
  const std::vector<StepProgress> before = progress.steps;
  std::vector<Task> tasks;
  do {
    for (const Task& task : std::exchange(tasks, {})) PrepareTask(run, task);
    if (draining_) {
      StopLate(now_ns_, &progress, &tasks);
    } else {
      Advance(workflow, now_ns_, holds, &progress, &tasks);
    }
  } while (!tasks.empty());

  if (progress.state != run->saved_state || progress.ended_steps != run->saved_ended_steps) {
    run->saved_state = progress.state;
    run->saved_ended_steps = progress.ended_steps;
    if (HasEnded(progress.state)) run->record.ended_ns = now_ns_;
    VEXEVT_TRY(store_->SaveRun(run->record));
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    const StepProgress& step = progress.steps[i];
    if (step.state == StepState::kSkipped && before[i].state != step.state) report_.Step(run->record, i, "skipped");
    if (run->steps_changed[i] || step != before[i]) VEXEVT_TRY(store_->SaveStep(run->record, i));
    run->steps_changed[i] = false;
  }
  if (run->due_ns != 0) due_.erase({run->due_ns, progress.id});
  run->due_ns = draining_ ? NextLate(progress) : NextDue(progress);
  if (run->due_ns != 0) due_.emplace(run->due_ns, progress.id);
  if (HasEnded(progress.state)) EndRun(run);
  return {};
}

Filling Reactor::FillingOf(const ActiveRun& run, std::size_t step) const {
  return {.event = run.event,
          .run = run.id,
          .step = run.record.steps[step].name,
          .key = run.record.key,
          .count = run.record.count};
}

// The same for every attempt, also after a crash, and nobody else's.
std::string Reactor::KeyOf(const ActiveRun& run, std::size_t step, bool undo) const {
  return fmt::format("{:016x}-{}{}-{}", store_->identity(), run.id, undo ? ".undo" : "", run.record.steps[step].name);
}

Breaker* Reactor::BreakerOf(const ActiveRun& run, std::size_t step) {
  const Workflow& workflow = run.definition->file.workflows[run.workflow];
  if (!workflow.steps[step].breaker) return nullptr;
  const std::string name = workflow.name + '\0' + workflow.steps[step].name;
  return &breakers_.try_emplace(name, *workflow.steps[step].breaker).first->second;
}

bool Reactor::Holds(const ActiveRun& run, std::size_t step) const {
  const auto& condition = run.definition->when[run.workflow][step];
  if (!condition) return true;
  if (run.definition == definition_) return condition->Matches(run.event, machines_->states());
  // The machines of the text under which it began, in the states that they have now.
  const std::vector<KeptMachine> now = machines_->Keep();
  std::vector<std::uint32_t> states;
  for (const StateMachine& machine : run.definition->file.machines) {
    const auto kept = std::ranges::find(now, machine.name, &KeptMachine::machine);
    const auto state = kept == now.end() ? machine.states.end() : std::ranges::find(machine.states, kept->state);
    states.push_back(state == machine.states.end() ? 0 : static_cast<std::uint32_t>(state - machine.states.begin()));
  }
  return condition->Matches(run.event, states);
}

// What `task` will do. The undo of a step is filled in before the step begins.
Result<ReadyAction> Reactor::ReadyOf(ActiveRun* run, const Task& task) {
  StepRecord& record = run->record.steps[task.step];
  if (task.kind == Task::Kind::kUndo) return Decode(record.undo);
  const WorkflowStep& step = run->definition->file.workflows[run->workflow].steps[task.step];
  const Filling with = FillingOf(*run, task.step);
  if (step.undo && record.undo.empty()) {
    VEXEVT_ASSIGN(ReadyAction undo, MakeReady(*step.undo, with));
    record.undo = Encode(undo);
  }
  return MakeReady(step.action, with);
}

void Reactor::PrepareTask(ActiveRun* run, const Task& task) {
  if (task.kind == Task::Kind::kStop) return StopStep(run, task.step);
  const bool undo = task.kind == Task::Kind::kUndo;
  StepRecord& record = run->record.steps[task.step];
  record.began_ns = now_ns_;
  record.ended_ns = 0;
  record.output.clear();
  run->steps_changed[task.step] = true;
  auto action = ReadyOf(run, task);
  if (!action.ok()) {
    return NoteEnd(run, task.step, Outcome::kFailed, "cannot begin: " + action.status().message(), true);
  }
  Breaker* const breaker = undo ? nullptr : BreakerOf(*run, task.step);
  if (breaker != nullptr && !breaker->Allows(now_ns_)) {
    return NoteEnd(run, task.step, Outcome::kFailed, "was not tried: it had failed too often", false);
  }
  ++counts_.actions;
  report_.Step(run->record, task.step, undo ? "undo started" : "started", Describe(*action));
  if (action->kind == ReadyAction::Kind::kSet) {
    // In the same commit as that it is done.
    for (const std::string& word : action->words) {
      const std::size_t equals = word.find('=');
      machines_->Set(std::string_view(word).substr(0, equals), std::string_view(word).substr(equals + 1), now_ns_,
                     [&](const StateChange& change) { Changed(change, CauseOf(run->record)); });
    }
    return EndStep(run, task.step, Outcome::kDone, "was done");
  }
  ready_.push_back({.ticket = {run->record.progress.id, task.step}, .action = std::move(*action), .undo = undo});
}

void Reactor::StopStep(ActiveRun* run, std::size_t step) {
  const Ticket ticket{run->record.progress.id, step};
  const auto gone = std::erase_if(ready_, [&](const Ready& ready) { return ready.ticket == ticket; });
  if (gone == 0) return performer_->Stop(ticket, now_ns_);
  NoteEnd(run, step, Outcome::kFailed, "was stopped before it began", true);
}

void Reactor::EndStep(ActiveRun* run, std::size_t step, Outcome outcome, std::string text, bool final) {
  const bool undo = run->record.progress.steps[step].state == StepState::kUndoing;
  if (Breaker* breaker = undo ? nullptr : BreakerOf(*run, step)) {
    if (outcome == Outcome::kDone) {
      breaker->Succeeded();
    } else {
      breaker->Failed(now_ns_);
    }
  }
  NoteEnd(run, step, outcome, std::move(text), final);
}

void Reactor::NoteEnd(ActiveRun* run, std::size_t step, Outcome outcome, std::string text, bool final) {
  RunProgress& progress = run->record.progress;
  const bool undo = progress.steps[step].state == StepState::kUndoing;
  const Workflow& workflow = run->definition->file.workflows[run->workflow];
  StepEnded(workflow, step, outcome, std::move(text), final, now_ns_, &progress);
  run->record.steps[step].ended_ns = now_ns_;
  run->steps_changed[step] = true;
  static constexpr std::string_view kOutcomes[] = {"done", "failed", "broken off"};
  static constexpr std::string_view kUndoOutcomes[] = {"undone", "undo failed", "undo failed"};
  report_.Step(run->record, step, (undo ? kUndoOutcomes : kOutcomes)[static_cast<std::size_t>(outcome)]);
  MarkChanged(run);
}

void Reactor::EndRun(ActiveRun* run) {
  RunRecord& record = run->record;
  report_.Run(record, NameOf(record.progress.state));
  switch (record.progress.state) {
    case RunState::kDone:
      ++counts_.done;
      break;
    case RunState::kStuck:
      ++counts_.stuck;
      GiveUp(record.workflow, record.progress.reason, record.event, record.progress.id);
      break;
    default:
      ++counts_.undone;
      messages_.push_back(
          fmt::format("workflow '{}': run {} was undone: {}", record.workflow, run->id, record.progress.reason));
  }
  ended_runs_.push_back({record.workflow, run->gate_key});
  runs_.erase(record.progress.id);
}

// What has been committed may be done.
Status Reactor::Perform(const Outlet& outlet) {
  const std::vector<Ready> ready = std::exchange(ready_, {});
  std::vector<Ticket> emitted;
  for (const Ready& one : ready) {
    ActiveRun& run = *runs_.at(one.ticket.run);
    if (one.action.kind == ReadyAction::Kind::kEmit) {
      Status status = Emit(run, one, outlet);
      if (status.ok()) {
        emitted.push_back(one.ticket);
      } else {
        EndStep(&run, one.ticket.step, Outcome::kFailed, "failed: " + status.message(), true);
      }
      continue;
    }
    Status status = StartAction(run, one);
    if (!status.ok()) EndStep(&run, one.ticket.step, Outcome::kFailed, "failed: " + status.message());
  }
  if (emitted.empty()) return {};
  // It has left before it counts as done.
  VEXEVT_TRY(outlet.flush());
  for (const Ticket& ticket : emitted) EndStep(runs_.at(ticket.run).get(), ticket.step, Outcome::kDone, "was done");
  return {};
}

Status Reactor::Emit(const ActiveRun& run, const Ready& ready, const Outlet& outlet) {
  const std::vector<std::string>& words = ready.action.words;
  VEXEVT_ASSIGN(WrittenEvent written, ReadEventWords(words.front(), std::span(words).subspan(1)));
  Event& event = written.event;
  ids_.Stamp(&event);
  // The same event whenever it is emitted, so that one that is emitted again after a crash is known for it.
  event.id = {store_->identity(), Hash(KeyOf(run, ready.ticket.step, ready.undo))};
  event.flags |= kFlagCaused;
  event.causes.push_back(run.event.id());
  outlet.write(event);
  return {};
}

Status Reactor::StartAction(const ActiveRun& run, const Ready& ready) {
  const Workflow& workflow = run.definition->file.workflows[run.workflow];
  const std::size_t step = ready.ticket.step;
  if (ready.action.kind != ReadyAction::Kind::kRun) {
    performer_->StartOther(ready.ticket, ready.action, run.record.event, workflow.steps[step].timeout_ns);
    return {};
  }
  const ProcessUser& user = run.definition->users[run.workflow];
  const std::string key = KeyOf(run, step, ready.undo);
  ProcessPlan plan;
  plan.arguments = ready.action.words;
  plan.limits = workflow.limits;
  VEXEVT_ASSIGN(plan.environment,
                CommandEnvironment(
                    workflow, user, FillingOf(run, step),
                    {.idempotency_key = key, .attempt = run.record.progress.steps[step].attempts, .undo = ready.undo}));
  if (ready.action.event_on_stdin) AppendJson(run.event, &plan.input.emplace());
  performer_->StartCommand(ready.ticket, std::move(plan), user);
  return {};
}

void Reactor::LearnProcesses() {
  for (pid_t pid : performer_->TakeStarted()) guard_.Began(static_cast<std::uint32_t>(pid));
}

void Reactor::TakePerformed() {
  std::vector<PerformedAction> all = performer_->Take(now_ns_);
  LearnProcesses();
  for (PerformedAction& performed : all) {
    if (performed.pid != 0) guard_.Ended(static_cast<std::uint32_t>(performed.pid), now_ns_);
    ActiveRun& run = *runs_.at(performed.ticket.run);
    const std::size_t step = performed.ticket.step;
    run.record.steps[step].output = std::move(performed.output);
    const StepProgress& progress = run.record.progress.steps[step];
    if (progress.stopping && performed.outcome != Outcome::kDone) {
      const bool late = run.record.progress.state == RunState::kRunning || progress.state == StepState::kUndoing;
      performed.text = late ? "took longer than it may" : "was stopped";
    }
    EndStep(&run, step, performed.outcome, std::move(performed.text));
  }
}

}  // namespace vexevt
