#include "lib/react/reactor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "lib/base/host_name.h"
#include "lib/react/leftovers.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kNever = ~std::uint64_t{0};
constexpr char kNoWorkflow[] = "there is no such workflow any more";
// What a debounce holds changes with each event: it is saved so often, and what came since is read again where the
// input has a checkpoint.
constexpr std::uint64_t kSaveHeldNs = kNsPerSecond;
// Of what follows at once from what was done, so that input and signals have their turn, too.
constexpr int kRoundsOfATurn = 16;
// Events come in floods, and so does what is given up.
constexpr std::uint64_t kTellGivenUpNs = kNsPerSecond;

std::string_view NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBegins:
      return "begins";
    case Verdict::kHeld:
      return "is held";
    case Verdict::kWaits:
      return "waits";
    case Verdict::kCooling:
      return "cooldown";
    case Verdict::kBusy:
      return "busy";
    case Verdict::kReplaced:
      return "replaced by a later one";
    case Verdict::kQueueFull:
      return "queue full";
  }
  return "";
}

}  // namespace

Reactor::Reactor(std::unique_ptr<RunStore> store, std::unique_ptr<Performer> performer, Clock& clock)
    : clock_(clock),
      store_(std::move(store)),
      performer_(std::move(performer)),
      guard_(static_cast<std::uint32_t>(::getpid()), HostName(), &ParentOfProcess),
      next_run_(store_->next_run()) {
  const Instant now = clock.Now();
  offset_ns_ = now.wall_ns - now.mono_ns;
  guard_.SetCgroup(OwnServiceCgroup());
  guard_.AddSource(ids_.source());
  guard_.AddSource(store_->identity());
}

Result<std::unique_ptr<Reactor>> Reactor::Start(Definition definition, std::unique_ptr<RunStore> store, Clock& clock) {
  VEXEVT_ASSIGN(auto performer, Performer::Make());
  VEXEVT_ASSIGN(definition.id, store->KeepDefinition(definition.file.document.text));
  std::unique_ptr<Reactor> reactor(new Reactor(std::move(store), std::move(performer), clock));
  reactor->definition_ = std::make_shared<const Definition>(std::move(definition));
  reactor->now_ns_ = reactor->Now();
  // KeyOf is in the environment of every command.
  const int left = KillProcessesWith(fmt::format("VEXEVT_IDEMPOTENCY_KEY={:016x}-", reactor->store_->identity()));
  if (left > 0) reactor->messages_.push_back(fmt::format("killed {} processes that an earlier run has left", left));
  VEXEVT_TRY(reactor->Restore());
  return reactor;
}

Status Reactor::Restore() {
  VEXEVT_ASSIGN(machines_, Machines::Compile(definition_->file, definition_->lists, now_ns_));
  VEXEVT_ASSIGN(std::vector<MachineRecord> states, store_->Machines());
  std::vector<KeptMachine> kept;
  for (MachineRecord& state : states) kept.push_back({std::move(state.name), std::move(state.state), state.since_ns});
  machines_->Restore(kept);
  MakeGates();
  VEXEVT_TRY(RestoreRuns());
  VEXEVT_TRY(RestoreOccasions());
  return store_->Commit();
}

Status Reactor::RestoreRuns() {
  VEXEVT_ASSIGN(std::vector<RunRecord> unfinished, store_->UnfinishedRuns());
  for (RunRecord& record : unfinished) VEXEVT_TRY(Adopt(std::move(record)));

  const std::vector<Workflow>& workflows = definition_->file.workflows;
  std::uint64_t longest = 0;
  for (const Workflow& workflow : workflows) longest = std::max(longest, workflow.cooldown_ns);
  if (longest == 0) return {};
  VEXEVT_ASSIGN(std::vector<RunRecord> recent, store_->RunsSince(now_ns_ - std::min(longest, now_ns_)));
  for (const RunRecord& run : recent) {
    const auto workflow = FindWorkflow(*definition_, run.workflow);
    EventView event;
    if (!workflow || !EventView::Bind(run.event, &event)) continue;
    const std::uint64_t until = run.began_ns + workflows[*workflow].cooldown_ns;
    Gate& gate = gates_[*workflow];
    if (until > now_ns_) gate.RestoreCooling(gate.HashOf(event), until);
  }
  return {};
}

Status Reactor::RestoreOccasions() {
  VEXEVT_ASSIGN(std::vector<KeptOccasion> kept, store_->Occasions());
  for (KeptOccasion& one : kept) {
    const auto workflow = FindWorkflow(*definition_, one.workflow);
    if (!workflow || one.held) {
      VEXEVT_TRY(store_->DropOccasion(one.workflow, one.held, one.held ? one.occasion.key : one.occasion.number));
    }
    if (!workflow) {
      GiveUp(one.workflow, kNoWorkflow, one.occasion.frame, 0);
    } else if (one.held) {
      gates_[*workflow].RestoreHeld(std::move(one.occasion));
      save_held_ns_ = now_ns_;
    } else {
      gates_[*workflow].RestoreWaiting(std::move(one.occasion));
    }
  }
  return {};
}

void Reactor::MakeGates() {
  gates_.clear();
  tells_.clear();
  for (std::size_t i = 0; i < definition_->file.workflows.size(); ++i) {
    gates_.emplace_back(definition_->file.workflows[i]);
    tells_.push_back([this, i](Verdict verdict, Occasion& occasion) { Told(i, verdict, occasion); });
  }
}

Status Reactor::Reload(Definition definition) {
  VEXEVT_ASSIGN(auto machines, Machines::Compile(definition.file, definition.lists, Now()));
  VEXEVT_ASSIGN(definition.id, store_->KeepDefinition(definition.file.document.text));
  now_ns_ = Now();
  SaveHeld();
  const std::vector<KeptMachine> states = machines_->Keep();
  machines.Restore(states);
  machines_ = std::move(machines);
  const SharedDefinition before = std::exchange(definition_, std::make_shared<const Definition>(std::move(definition)));
  std::vector<Gate> gates = std::exchange(gates_, {});
  MakeGates();
  for (std::size_t i = 0; i < gates.size(); ++i) {
    if (const auto now = FindWorkflow(*definition_, before->file.workflows[i].name)) {
      gates_[*now].Inherit(std::move(gates[i]));
    }
  }
  breakers_.clear();
  save_held_ns_ = now_ns_;
  VEXEVT_ASSIGN(std::vector<KeptOccasion> kept, store_->Occasions());
  for (const KeptOccasion& one : kept) {
    if (FindWorkflow(*definition_, one.workflow)) continue;
    GiveUp(one.workflow, kNoWorkflow, one.occasion.frame, 0);
    VEXEVT_TRY(store_->DropOccasion(one.workflow, one.held, one.held ? one.occasion.key : one.occasion.number));
  }
  return {};
}

void Reactor::See(std::span<const EventView> batch) {
  now_ns_ = Now();
  LearnProcesses();  // these events may be the doing of some that have begun since the last turn
  for (const EventView& event : batch) {
    if (TellsOfStream(event.type())) [[unlikely]]
      continue;
    std::optional<bool> ours;  // asked where it matters, as it may read /proc
    const auto is_ours = [&] {
      if (!ours) ours = guard_.IsOurs(event, now_ns_);
      return *ours;
    };
    if (machines_->AsksFor(event.type()) && !is_ours()) {
      machines_->See(event, now_ns_, [&](const StateChange& change) { Changed(change, event.id()); });
    }
    definition_->triggers.Find(event, machines_->states(),
                               [&](std::size_t workflow) { Trigger(workflow, event, is_ours()); });
  }
}

void Reactor::Trigger(std::size_t workflow, const EventView& event, bool ours) {
  ++counts_.triggers;
  if (ours && !definition_->file.workflows[workflow].loops) {
    ++counts_.loops;
    report_.Audit("trigger", definition_->file.workflows[workflow].name, "caused by ourselves", event.id());
    return;
  }
  offering_ = true;
  const Verdict verdict = gates_[workflow].Offer(event, now_ns_, tells_[workflow]);
  offering_ = false;
  if (verdict == Verdict::kHeld) {
    if (save_held_ns_ == 0) save_held_ns_ = now_ns_ + kSaveHeldNs;
  } else if (verdict == Verdict::kCooling || verdict == Verdict::kBusy) {
    ++counts_.given_up;
    report_.Audit("trigger", definition_->file.workflows[workflow].name, NameOf(verdict), event.id());
  }
}

// What a gate says of an occasion that it has kept, or would have.
void Reactor::Told(std::size_t workflow, Verdict verdict, Occasion& occasion) {
  const std::string& name = definition_->file.workflows[workflow].name;
  // What is offered has not been stored yet.
  if (verdict != Verdict::kWaits && (!offering_ || verdict == Verdict::kReplaced)) {
    Keep(store_->DropOccasion(name, false, occasion.number));
  }
  if (verdict == Verdict::kBegins) return BeginRun(workflow, occasion);
  if (verdict == Verdict::kWaits) {
    Keep(store_->SaveOccasion(name, false, occasion));
  } else if (verdict == Verdict::kQueueFull) {
    ++counts_.given_up;
    GiveUp(name, "the queue was full", occasion.frame, 0);
  }
  EventView event;
  if (EventView::Bind(occasion.frame, &event)) report_.Audit("trigger", name, NameOf(verdict), event.id());
}

void Reactor::BeginRun(std::size_t workflow, const Occasion& occasion) {
  const Workflow& definition = definition_->file.workflows[workflow];
  EventView event;
  EventView::Bind(occasion.frame, &event);
  // It may have been read before we were killed, and be read again.
  auto known = store_->HasRun(definition.name, event.id());
  if (!known.ok()) return Keep(std::move(known).status());
  if (*known && event.id() != EventId()) {
    ended_runs_.push_back({definition.name, occasion.key});
    return report_.Audit("trigger", definition.name, "had its run already", event.id());
  }
  AddRun(workflow, event, occasion.count, occasion.key);
}

void Reactor::AddRun(std::size_t workflow, const EventView& event, std::uint64_t count, std::uint64_t gate_key) {
  const Workflow& definition = definition_->file.workflows[workflow];
  RunRecord record;
  record.workflow = definition.name;
  record.definition = definition_->id;
  record.key = gates_[workflow].KeyText(event);
  record.count = count;
  record.event = {event.frame().begin(), event.frame().end()};
  record.began_ns = now_ns_;
  record.progress = NewRun(definition, next_run_++, now_ns_);
  record.steps.resize(definition.steps.size());
  for (std::size_t i = 0; i < record.steps.size(); ++i) record.steps[i].name = definition.steps[i].name;
  Keep(store_->AddRun(record));
  ++counts_.begun;
  report_.Run(record, "began");
  AddActive(std::move(record), definition_, workflow).gate_key = gate_key;
}

void Reactor::Changed(const StateChange& change, EventId cause) {
  Keep(store_->SaveMachine({std::string(change.machine), std::string(change.to), change.at_ns}));
  report_.Audit("state", change.machine, change.to, cause, {{"from", AttributeText{change.from}}});
}

void Reactor::GiveUp(const std::string& workflow, std::string reason, std::span<const std::byte> frame,
                     std::uint64_t run) {
  ++counts_.dead_letters;
  if (run == 0) {
    ++given_up_[fmt::format("workflow '{}': {}", workflow, reason)];
  } else {
    messages_.push_back(fmt::format("workflow '{}': run {} is stuck: {}", workflow, run, reason));
  }
  Keep(store_->AddDeadLetter({.at_ns = now_ns_,
                              .workflow = workflow,
                              .run = run,
                              .reason = std::move(reason),
                              .event = {frame.begin(), frame.end()}}));
}

std::vector<std::string> Reactor::TakeMessages() {
  if (!given_up_.empty() && now_ns_ >= tell_given_up_ns_) {
    for (const auto& [what, count] : given_up_) {
      messages_.push_back(count == 1 ? what + ": an event was given up"
                                     : fmt::format("{}: {} events were given up", what, count));
    }
    given_up_.clear();
    tell_given_up_ns_ = now_ns_ + kTellGivenUpNs;
  }
  return std::exchange(messages_, {});
}

Status Reactor::TakeRequests() {
  look_for_requests_ = false;
  VEXEVT_ASSIGN(std::vector<Request> requests, store_->TakeRequests());
  for (const Request& request : requests) {
    const auto active = runs_.find(request.run);
    if (request.kind == RequestKind::kCancel) {
      if (active == runs_.end()) continue;
      report_.Audit("cancel", active->second->record.workflow, "asked for", CauseOf(active->second->record),
                    {{"run", static_cast<std::int64_t>(request.run)}});
      CancelRun("it was cancelled", &active->second->record.progress);
      MarkChanged(active->second.get());
      continue;
    }
    if (active != runs_.end()) continue;
    VEXEVT_ASSIGN(std::optional<RunRecord> record, store_->FindRun(request.run));
    if (!record) continue;
    report_.Audit("retry", record->workflow, "asked for", CauseOf(*record),
                  {{"run", static_cast<std::int64_t>(request.run)}});
    if (record->progress.state == RunState::kStuck) {
      RetryUndo(now_ns_, &record->progress);
      VEXEVT_TRY(Adopt(std::move(*record)));
    } else if (const auto workflow = FindWorkflow(*definition_, record->workflow);
               workflow && record->progress.state == RunState::kUndone) {
      Repeat(*workflow, *record);
    }
  }
  return {};
}

void Reactor::SaveHeld() {
  save_held_ns_ = 0;
  for (std::size_t i = 0; i < gates_.size(); ++i) {
    const std::string& name = definition_->file.workflows[i].name;
    gates_[i].TakeHeldChanges([&](std::uint64_t key, const Occasion* held) {
      Keep(held != nullptr ? store_->SaveOccasion(name, true, *held) : store_->DropOccasion(name, true, key));
    });
  }
}

void Reactor::TakeTime() {
  machines_->Advance(now_ns_, [this](const StateChange& change) { Changed(change, {}); });
  for (const EndedRun& ended : std::exchange(ended_runs_, {})) {
    const auto workflow = FindWorkflow(*definition_, ended.workflow);
    if (workflow) gates_[*workflow].Ended(ended.gate_key, now_ns_, tells_[*workflow]);
  }
  for (std::size_t i = 0; i < gates_.size(); ++i) gates_[i].Advance(now_ns_, tells_[i]);
  if (save_held_ns_ != 0 && save_held_ns_ <= now_ns_) SaveHeld();
}

Status Reactor::Save() {
  SaveHeld();
  tell_given_up_ns_ = 0;
  VEXEVT_TRY(std::exchange(failure_, {}));
  return store_->Commit();
}

Status Reactor::Turn(const Outlet& outlet) {
  for (int round = 0; round < kRoundsOfATurn; ++round) {
    now_ns_ = Now();
    TakePerformed();
    if (!draining_) {
      if (look_for_requests_) VEXEVT_TRY(TakeRequests());
      TakeTime();
    } else {
      ended_runs_.clear();
      if (save_held_ns_ != 0) SaveHeld();
    }
    while (!due_.empty() && due_.begin()->first <= now_ns_) {
      ActiveRun& run = *runs_.at(due_.begin()->second);
      due_.erase(due_.begin());
      run.due_ns = 0;
      MarkChanged(&run);
    }
    VEXEVT_TRY(AdvanceRuns());
    VEXEVT_TRY(std::exchange(failure_, {}));
    VEXEVT_TRY(store_->Commit());
    VEXEVT_TRY(WriteReport(outlet));
    VEXEVT_TRY(Perform(outlet));
    if (changed_.empty() && ended_runs_.empty()) break;
  }
  return {};
}

Status Reactor::WriteReport(const Outlet& outlet) {
  for (Event& event : report_.events()) {
    ids_.Stamp(&event);
    outlet.write(event);
  }
  report_.Clear();
  return {};
}

std::uint64_t Reactor::next_due_ns() const {
  if (!changed_.empty() || !ended_runs_.empty() || look_for_requests_) return 0;
  std::uint64_t next = due_.empty() ? kNever : due_.begin()->first;
  next = std::min(next, performer_->next_due_ns());
  if (!draining_) {
    if (const auto deadline = machines_->next_deadline_ns()) next = std::min(next, *deadline);
    for (const Gate& gate : gates_) {
      if (const auto deadline = gate.next_deadline_ns()) next = std::min(next, *deadline);
    }
    if (save_held_ns_ != 0) next = std::min(next, save_held_ns_);
  }
  return next == kNever ? kNever : next - std::min(next, offset_ns_);
}

bool Reactor::has_work() const { return has_runs() || waiting() > 0; }

std::uint64_t Reactor::hurried() const {
  std::uint64_t count = 0;
  for (const Gate& gate : gates_) count += gate.hurried();
  return count;
}

std::size_t Reactor::waiting() const {
  std::size_t count = 0;
  for (const Gate& gate : gates_) count += gate.waiting() + gate.held();
  return count;
}

}  // namespace vexevt
