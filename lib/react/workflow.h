// Workflow: what vexevt-react does when something happens, and StateMachine: what it remembers of the world, as
// vexevt-workflows(5) describes them. Plain values, read and checked (workflows_file.h); expressions are compiled by
// who evaluates them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lib/react/filled_text.h"
#include "lib/rules/table_reader.h"

namespace vexevt {

// So many a file, a workflow and a machine has at most: far beyond use, and checked in no time.
inline constexpr std::size_t kMaxWorkflows = 1'000, kMaxWorkflowSteps = 256, kMaxMachines = 100, kMaxStates = 100,
                             kMaxTransitions = 1'000;
inline constexpr std::uint64_t kMaxOutputBytes = std::uint64_t{1} << 20;

// A command. Each text is one argument; with `shell` there is one, a script for sh -c, in which nothing is filled in:
// values are in its environment.
struct RunAction {
  std::vector<FilledText> command;
  bool shell = false;
  bool event_on_stdin = false;  // as a line of JSON; else /dev/null
};

// An event into the output: TYPE and FIELD=VALUE, as event_words.h takes them.
struct EmitAction {
  std::string type;
  std::vector<std::pair<std::string, FilledText>> fields;
};

struct HttpAction {
  std::string method = "POST";
  FilledText url;
  std::vector<std::pair<std::string, FilledText>> headers;
  std::optional<FilledText> body;  // none: with POST, PUT and PATCH the event as JSON
};

// The triggering event to an endpoint, as -o takes it.
struct WriteAction {
  std::string endpoint;
};

// Machines into states; both exist.
struct SetAction {
  std::vector<std::pair<std::string, std::string>> states;
};

using Action = std::variant<RunAction, EmitAction, HttpAction, WriteAction, SetAction>;

// Attempt n, from 2, begins first * 2^(n-2) after the one before it failed, at most `most`; jitter is the runner's.
struct StepRetry {
  std::uint32_t times = 1;  // attempts in all
  std::uint64_t first_ns = 1'000'000'000, most_ns = 60'000'000'000;
};

// After so many failures in a row the action is not tried for `open_ns`; then one try decides. See breaker.h.
struct BreakerPolicy {
  std::uint32_t failures = 5;
  std::uint64_t open_ns = 30'000'000'000;
};

struct WorkflowStep {
  std::string name;
  Position at;
  Action action;
  PlacedText when;                            // empty text: always; else the step is skipped where it does not hold
  std::vector<std::uint32_t> after;           // places of the steps that come first; no cycle
  std::uint64_t timeout_ns = 60'000'000'000;  // of one attempt, of the undo's too
  StepRetry retry;                            // of the undo, too
  std::optional<Action> undo;
  bool idempotent = false;  // may be done again where it is not known whether it was done
  std::optional<BreakerPolicy> breaker;
};

// An event is acted on once none of its key has come for `idle`, or `most` after the first one; the last one is.
struct Debounce {
  std::uint64_t idle_ns = 0;
  std::uint64_t most_ns = 0;  // 0: for ever
};

// What becomes of an event for which no run can begin now.
enum class IfBusy : std::uint8_t {
  kQueue,   // it waits for its turn
  kLatest,  // it waits, in place of one of its key that does
  kDrop,
};

// Rights and limits of the commands that a workflow runs.
struct CommandLimits {
  std::uint64_t memory_bytes = 0;         // of address space; 0: none
  std::uint64_t cpu_ns = 0;               // of processor time; 0: none
  std::uint64_t output_bytes = 64 << 10;  // that are kept of stdout and stderr together
};

struct Workflow {
  std::string name;
  Position at;
  PlacedText on;                 // the events that set it off: an expression, or
  PlacedText match;              // the name of a pattern; the other one has an empty text
  std::vector<std::string> key;  // fields: events that agree in them run one after the other
  Debounce debounce;
  std::uint64_t cooldown_ns = 0;   // from the begin of a run, in which none of its key begins
  std::uint32_t concurrency = 10;  // runs at once
  IfBusy if_busy = IfBusy::kQueue;
  std::uint32_t queue = 1'000;   // events that wait at most
  std::uint64_t timeout_ns = 0;  // of a run, what is undone aside; 0: none
  bool loops = false;            // also acts on what actions of ours have caused
  std::string user;              // whose rights commands have; empty: ours
  std::vector<std::pair<std::string, FilledText>> environment;
  CommandLimits limits;
  std::vector<WorkflowStep> steps;  // one at least, names unique
};

struct Transition {
  std::vector<std::uint32_t> from;  // places of states, ascending
  std::uint32_t to = 0;
  PlacedText on;               // the events that lead there; or
  std::uint64_t after_ns = 0;  // so long in one of `from`, whatever happens meanwhile
};

struct StateMachine {
  std::string name;
  Position at;
  std::vector<std::string> states;      // in the order in which the file names them; the first is the initial one
  std::vector<Transition> transitions;  // the first one that applies is taken
};

}  // namespace vexevt
