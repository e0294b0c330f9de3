// Reactor: what vexevt-react is: decides about events (triggers, gates, machines), moves runs on (run.h), keeps all of
// it in the store, and has actions performed.
//
// Nothing is done before what leads to it is on the disk. Turn commits all that has gathered, tells of it, and starts
// what may be started then; what that changes is the next commit's. Killed at any point, the next Start goes on: what
// was under way is done again or undone, as run.h says. For one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/id_source.h"
#include "lib/react/breaker.h"
#include "lib/react/definition.h"
#include "lib/react/gate.h"
#include "lib/react/loop_guard.h"
#include "lib/react/machines.h"
#include "lib/react/performer.h"
#include "lib/react/report.h"
#include "lib/react/run_store.h"

namespace vexevt {

// Where events go.
struct Outlet {
  std::function<void(const Event&)> write;
  std::function<Status()> flush;  // what was written has left
};

struct ReactorCounts {
  std::uint64_t triggers = 0;  // an event has set off a workflow
  std::uint64_t loops = 0;     // of these, what our own actions caused, and is not acted on
  std::uint64_t given_up = 0;  // of these, what cooldown, a busy key or a full queue kept from a run
  std::uint64_t begun = 0, done = 0, undone = 0, stuck = 0;  // runs
  std::uint64_t dead_letters = 0;
  std::uint64_t actions = 0;  // begun: steps and undos
};

class Reactor {
 public:
  // Takes up what the store holds. `clock` outlives it.
  static Result<std::unique_ptr<Reactor>> Start(Definition definition, std::unique_ptr<RunStore> store, Clock& clock);

  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // Decides about events; what comes of it is done by Turn.
  void See(std::span<const EventView> batch);

  // Brings everything as far as it goes now; where that is far, next_due_ns is 0 afterwards. A failure is the store's,
  // and ends the run: nothing was started that is not in it.
  Status Turn(const Outlet& outlet);

  // Whether something that was seen is not in the store yet: what a debounce holds is saved once a second.
  bool holds_unsaved() const { return save_held_ns_ != 0; }
  // Saves that, too.
  Status Save();

  // A visitor has asked for something: the next Turn looks.
  void LookForRequests() { look_for_requests_ = true; }

  // New definitions for what begins from now on; runs that have begun go on under theirs.
  Status Reload(Definition definition);

  // From now on no step begins; Turn ends those that are under way. What is left goes on after the next Start.
  void Drain() { draining_ = true; }

  int fd() const { return performer_->fd(); }  // readable: Turn has something to do
  // By the monotonic clock, when Turn has something to do; the largest value: not before something happens.
  std::uint64_t next_due_ns() const;

  bool acting() const { return !performer_->idle(); }  // something is under way
  bool has_runs() const { return !runs_.empty(); }     // or rests
  bool has_work() const;                               // or waits for its turn
  const ReactorCounts& counts() const { return counts_; }
  std::size_t runs() const { return runs_.size(); }
  std::size_t waiting() const;              // events, queued or held
  std::uint64_t hurried() const;            // see Gate
  std::vector<std::string> TakeMessages();  // warnings, for people

 private:
  using SharedDefinition = std::shared_ptr<const Definition>;  // of the reactor, and of each run that began under it

  struct ActiveRun {
    RunRecord record;
    SharedDefinition definition;
    std::size_t workflow = 0;
    EventView event;  // of record.event
    std::string id;   // as text
    std::uint64_t gate_key = 0;
    std::uint64_t due_ns = 0;         // its entry in due_; 0: none
    bool changed = false;             // is in changed_
    std::vector<bool> steps_changed;  // since they were saved
    RunState saved_state = RunState::kRunning;
    std::uint32_t saved_ended_steps = 0;
  };
  struct Ready {
    Ticket ticket;
    ReadyAction action;
    bool undo = false;
  };
  struct EndedRun {
    std::string workflow;
    std::uint64_t gate_key;
  };

  Reactor(std::unique_ptr<RunStore> store, std::unique_ptr<Performer> performer, Clock& clock);

  std::uint64_t Now() const { return clock_.Now().mono_ns + offset_ns_; }

  // reactor.cc: decisions, and the turn.
  Status Restore();
  Status RestoreRuns();
  Status RestoreOccasions();
  void MakeGates();
  void Trigger(std::size_t workflow, const EventView& event, bool ours);
  void Told(std::size_t workflow, Verdict verdict, Occasion& occasion);
  void Changed(const StateChange& change, EventId cause);
  void GiveUp(const std::string& workflow, std::string reason, std::span<const std::byte> frame, std::uint64_t run);
  void BeginRun(std::size_t workflow, const Occasion& occasion);
  void AddRun(std::size_t workflow, const EventView& event, std::uint64_t count, std::uint64_t gate_key);
  Status TakeRequests();
  void SaveHeld();
  void TakeTime();
  Status WriteReport(const Outlet& outlet);

  // reactor_runs.cc: what becomes of runs.
  Status Adopt(RunRecord record);
  void Repeat(std::size_t workflow, const RunRecord& like);
  ActiveRun& AddActive(RunRecord record, SharedDefinition definition, std::size_t workflow);
  void MarkChanged(ActiveRun* run);
  Status AdvanceRuns();
  Status AdvanceRun(ActiveRun* run);
  void PrepareTask(ActiveRun* run, const Task& task);
  Result<ReadyAction> ReadyOf(ActiveRun* run, const Task& task);
  void StopStep(ActiveRun* run, std::size_t step);
  void EndStep(ActiveRun* run, std::size_t step, Outcome outcome, std::string text, bool final = false);
  void NoteEnd(ActiveRun* run, std::size_t step, Outcome outcome, std::string text, bool final);
  void EndRun(ActiveRun* run);
  Status Perform(const Outlet& outlet);
  Status Emit(const ActiveRun& run, const Ready& ready, const Outlet& outlet);
  Status StartAction(const ActiveRun& run, const Ready& ready);
  void LearnProcesses();
  void TakePerformed();
  Filling FillingOf(const ActiveRun& run, std::size_t step) const;
  std::string KeyOf(const ActiveRun& run, std::size_t step, bool undo) const;
  Breaker* BreakerOf(const ActiveRun& run, std::size_t step);
  bool Holds(const ActiveRun& run, std::size_t step) const;
  void Keep(Status status) {
    if (failure_.ok()) failure_ = std::move(status);
  }

  Clock& clock_;
  std::uint64_t offset_ns_;  // from monotonic to wall time, as they were at the start: so time never jumps
  std::unique_ptr<RunStore> store_;
  std::unique_ptr<Performer> performer_;
  SharedDefinition definition_;
  std::optional<Machines> machines_;
  std::vector<Gate> gates_;  // by workflow, as the next
  std::vector<Gate::Tell> tells_;
  std::map<std::string, Breaker> breakers_;  // by workflow and step; a reload closes them
  LoopGuard guard_;
  EventIds ids_;
  Report report_;

  std::unordered_map<std::uint64_t, std::unique_ptr<ActiveRun>> runs_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> due_;  // time and run
  std::vector<std::uint64_t> changed_;
  std::vector<Ready> ready_;          // once what has gathered is committed
  std::vector<EndedRun> ended_runs_;  // of which the gates do not know yet
  std::uint64_t next_run_;
  std::uint64_t save_held_ns_ = 0;  // when that is next due; 0: no event is held
  std::uint64_t now_ns_ = 0;        // of this call
  bool offering_ = false;           // within Gate::Offer
  bool look_for_requests_ = true;
  bool draining_ = false;
  ReactorCounts counts_;
  std::vector<std::string> messages_;
  std::map<std::string, std::uint64_t> given_up_;  // events, of which no message tells yet
  std::uint64_t tell_given_up_ns_ = 0;
  Status failure_;
};

}  // namespace vexevt
