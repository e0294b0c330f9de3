// Run: where one run of a workflow stands, and what follows from what happened to its steps. Pure: it starts nothing,
// has no clock and keeps no file. Whoever drives it saves it before it does what Advance says (run_store.h), so that a
// run goes on after a crash.
//
// Steps run as soon as those that they come after have ended, side by side. One that fails is tried again, as its
// workflow says; then what is under way is stopped, and what was done is undone, one step after the other, the last
// one first. A step that said that it failed has done nothing; one that was broken off (time-out, cancel, limit, crash)
// may have, and is undone as well. An undo that fails in the end leaves the run stuck, until somebody retries it.
//
// Times are wall clock in ns, by one clock that does not jump.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/react/workflow.h"

namespace vexevt {

// The numbers are those of the store: never reuse one.
enum class StepState : std::uint8_t {
  kWaiting = 0,  // for the steps before it
  kRunning = 1,
  kResting = 2,  // failed, and will be tried again
  kDone = 3,
  kSkipped = 4,  // its `when` did not hold
  kFailed = 5,
  kUndoing = 6,
  kUndoResting = 7,
  kUndone = 8,
  kUndoFailed = 9,
};

enum class RunState : std::uint8_t {
  kRunning = 0,
  kUndoing = 1,
  kDone = 2,
  kUndone = 3,  // it failed, and nothing is left of it
  kStuck = 4,   // it failed, and an undo as well
};

std::string_view NameOf(StepState state);  // "under way"
std::string_view NameOf(RunState state);   // "done"
inline bool HasEnded(RunState state) { return state > RunState::kUndoing; }

struct StepProgress {
  StepState state = StepState::kWaiting;
  bool begun = false;          // may have been done, in part or whole
  bool stopping = false;       // kStop was told
  std::uint32_t attempts = 0;  // of the step; or, once that has begun, of its undo
  std::uint32_t order = 0;     // in which steps were done or broken off, from 1
  std::uint64_t due_ns = 0;    // running: its time-out; resting: when it is tried again; 0: none
  std::string outcome;         // of the last attempt: "exited with status 1"
  bool operator==(const StepProgress&) const = default;
};

struct RunProgress {
  std::uint64_t id = 0;
  RunState state = RunState::kRunning;
  std::uint32_t ended_steps = 0;  // the last StepProgress::order
  std::uint64_t due_ns = 0;       // its time-out; 0: none
  std::string reason;             // why it is undone: "step 'b' exited with status 1"
  std::vector<StepProgress> steps;
};

RunProgress NewRun(const Workflow& workflow, std::uint64_t id, std::uint64_t now_ns);

enum class Outcome : std::uint8_t {
  kDone,
  kFailed,  // it says that it did nothing
  kBroken,  // it was stopped, or ended by a signal: what it did is not known
};

struct Task {
  enum class Kind : std::uint8_t { kDo, kUndo, kStop };
  Kind kind;
  std::size_t step;
  bool operator==(const Task&) const = default;
};

// Whether `when` of a step holds now.
using StepHolds = std::function<bool(std::size_t step)>;

// Goes as far as can be gone at `now_ns`: appends what is to be started, or stopped, for which the states stand already
// when this returns. Each kDo and kUndo has to be answered by StepEnded, now or later.
void Advance(const Workflow& workflow, std::uint64_t now_ns, const StepHolds& holds, RunProgress* run,
             std::vector<Task>* tasks);

// Of that only what stops steps whose time is over: where nothing new may begin.
void StopLate(std::uint64_t now_ns, RunProgress* run, std::vector<Task>* tasks);

// A step, or its undo, has ended: call Advance next. `outcome_text` is one clause for people. With `final` it is not
// tried again.
void StepEnded(const Workflow& workflow, std::size_t step, Outcome outcome, std::string outcome_text, bool final,
               std::uint64_t now_ns, RunProgress* run);

// The run shall end, and what was done be undone. No effect on one that does so already, or has ended.
void CancelRun(std::string reason, RunProgress* run);

// Of one that is stuck: its undo is tried again, from the beginning.
void RetryUndo(std::uint64_t now_ns, RunProgress* run);

// What was under way when we were killed: an undo, and a step that is idempotent, is done again; any other step was
// broken off.
void RecoverRun(const Workflow& workflow, std::uint64_t now_ns, RunProgress* run);

// When Advance has something to do with nothing having happened; 0: never. The same of StopLate.
std::uint64_t NextDue(const RunProgress& run);
std::uint64_t NextLate(const RunProgress& run);

// The wait before attempt `attempt`, from 2: between half and all of what the policy says, by the run's id, so that
// many that failed together do not come back together.
std::uint64_t BackOff(const StepRetry& policy, std::uint32_t attempt, std::uint64_t run, std::size_t step);

}  // namespace vexevt
