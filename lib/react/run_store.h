// RunStore: what vexevt-react remembers, in an SQLite database of its state folder, so that nothing is forgotten by a
// crash: every run with the state of each of its steps, the undo of each as it will be run, the event that set it off
// and the text of the workflows under which it began; what waits for its turn; what was given up; the states of the
// machines.
//
// Writes gather in one transaction until Commit, which returns once they are on the disk (docs/decisions/0020). So one
// turn of the loop costs one fsync(2), however many runs it moves: what they allow is done after that. For one thread.
//
// The folder is ours alone: what lies in it will be executed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/event.h"
#include "lib/react/gate.h"
#include "lib/react/run.h"

namespace vexevt {

// What is kept of a step beside its progress.
struct StepRecord {
  std::string name;
  std::string undo;    // Encode of ready_action.h; empty: none
  std::string output;  // of its last attempt, or of its undo's
  std::uint64_t began_ns = 0, ended_ns = 0;
};

struct RunRecord {
  std::string workflow;
  std::int64_t definition = 0;  // of the file that says what it is
  std::string key;
  std::uint64_t count = 1;  // of the events for which it stands
  std::vector<std::byte> event;
  std::uint64_t began_ns = 0, ended_ns = 0;
  RunProgress progress;
  std::vector<StepRecord> steps;  // as many as progress has
};

struct KeptLetter {
  std::uint64_t at_ns = 0;
  std::string workflow;
  std::uint64_t run = 0;  // 0: it never began
  std::string reason;
  std::vector<std::byte> event;
};

// An occasion that a workflow's gate keeps: one that waits for its turn, by its number, or that the debounce holds, one
// for each key.
struct KeptOccasion {
  std::string workflow;
  bool held = false;
  Occasion occasion;
};

struct MachineRecord {
  std::string name, state;
  std::uint64_t since_ns = 0;
};

enum class RequestKind : std::uint8_t { kCancel = 0, kRetry = 1 };
struct Request {
  RequestKind kind;
  std::uint64_t run;
};

class RunStore {
 public:
  static constexpr int kVersion = 1;  // of the tables
  // Of runs that were done or undone so many are remembered, and so many dead letters.
  static constexpr std::uint64_t kKeptRuns = 10'000;

  enum class Use : std::uint8_t {
    kRun,    // the one who runs workflows: makes what is not there, and keeps others of its kind out
    kVisit,  // who looks, or asks for something, whether or not that one is there
  };
  // kUnavailable where another one runs; kUnsupported where a newer version wrote it; kPermissionDenied where others
  // can write the folder.
  static Result<std::unique_ptr<RunStore>> Open(const std::string& folder, Use use);

  RunStore(const RunStore&) = delete;
  RunStore& operator=(const RunStore&) = delete;
  ~RunStore();  // what was not committed is forgotten

  // Of this store, random: with a run's number and a step's name it makes a key that is nobody else's.
  std::uint64_t identity() const;

  Result<std::int64_t> KeepDefinition(const std::string& text);
  Result<std::string> Definition(std::int64_t id);

  // The number that the next run gets; runs are added in the order of their numbers.
  std::uint64_t next_run() const;
  Status AddRun(const RunRecord& run);
  Status SaveRun(const RunRecord& run);  // all but its steps
  Status SaveStep(const RunRecord& run, std::size_t step);
  // Whether `event` has set `workflow` off, as far as is remembered: input may be read again after a crash.
  Result<bool> HasRun(const std::string& workflow, EventId event);

  Result<std::vector<RunRecord>> UnfinishedRuns();             // the oldest first
  Result<std::vector<RunRecord>> LastRuns(std::size_t count);  // the newest first, without their steps
  Result<std::optional<RunRecord>> FindRun(std::uint64_t id);

  // In place of the one of this workflow and number, or key.
  Status SaveOccasion(const std::string& workflow, bool held, const Occasion& occasion);
  // `which` is the number, or the key of one that is held. No effect where there is none.
  Status DropOccasion(const std::string& workflow, bool held, std::uint64_t which);
  Result<std::vector<KeptOccasion>> Occasions();  // those that wait in the order of their numbers

  // Those that began then or later, the oldest first, without their steps.
  Result<std::vector<RunRecord>> RunsSince(std::uint64_t since_ns);

  Status AddDeadLetter(const KeptLetter& letter);
  Result<std::vector<KeptLetter>> DeadLetters(std::size_t count);  // the newest first

  Status SaveMachine(const MachineRecord& machine);
  Result<std::vector<MachineRecord>> Machines();

  // Of a visitor to the one who runs.
  Status AddRequest(const Request& request);
  Result<std::vector<Request>> TakeRequests();  // once each: they are gone with the next Commit

  bool dirty() const;
  Status Commit();

 private:
  struct Rep;
  explicit RunStore(std::unique_ptr<Rep> rep);

  std::unique_ptr<Rep> rep_;
};

}  // namespace vexevt
