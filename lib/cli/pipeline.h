// RunPipeline: the loop of every tool that reads a stream, does one thing and writes a stream: filter, cat, route,
// correlate, stats.
//
// It reads a batch as large as is there, gives it to the step, and flushes as soon as no more input is waiting, so
// latency is low when idle and throughput high when busy. It keeps the ledger, obeys --count, --duration, --since,
// --until and --strict, answers signals, and runs metrics, progress and systemd's notifications beside it.
//
// With --checkpoint it goes on where the last run ended, and remembers where this one does (lib/cli/checkpointer.h).
//
// SIGINT and SIGTERM stop a run whose input could go on for ever or is a file; one that reads pipes goes on until those
// end, because the tools before it were stopped too and what is in flight shall arrive.
#pragma once

#include <poll.h>

#include <span>
#include <string>
#include <vector>

#include "lib/cli/checkpointer.h"
#include "lib/cli/event_sink.h"
#include "lib/cli/exit_code.h"
#include "lib/cli/ledger.h"
#include "lib/cli/metrics.h"
#include "lib/cli/options.h"
#include "lib/cli/run_monitor.h"
#include "lib/cli/tool.h"
#include "lib/event/event_view.h"

namespace vexevt {

// What one tool does to its stream. All calls come from one thread; a failure ends the run.
class Step {
 public:
  virtual ~Step() = default;

  // Looks at every event of the batch, in order, and writes what it wants to `sink`. Views end with the call.
  // Gaps (vexevt.lost) are among them; a step passes them on, whatever else it decides.
  virtual Status Process(std::span<const EventView> batch, EventSink& sink) = 0;

  // The input has ended, or enough was written: what is held back goes out, and answers are printed. A checkpoint moves
  // behind all of the input only after this.
  virtual Status Finish(EventSink&) { return {}; }

  // Monotonic time (Clock) at which Tick is wanted; kNever: not at all. Asked whenever the loop waits.
  virtual std::uint64_t next_tick_ns() const { return kNever; }
  // Descriptors that Tick is wanted for; appended whenever the loop waits.
  virtual void AddPolls(std::vector<pollfd>*) {}
  virtual Status Tick(EventSink&) { return {}; }
  // False: what is held is full, and nothing more is read until a Tick has made room. Asked after AddPolls.
  virtual bool takes_input() const { return true; }

  // Nothing more is wanted: the answer is known, or every output has ended.
  virtual bool done() const { return false; }
  // So many events are wanted at most, from here on; never more than these are given to Process at once.
  virtual std::uint64_t wants() const { return kNever; }

  // Whether something of what was processed has not gone to the sink, or the step's own outputs, yet: --checkpoint then
  // waits with moving on.
  virtual bool holds_back() { return false; }

  // What it keeps of its own from one run to the next, in one with the place in the input; then nothing is held back.
  // Where no input is a file there is no such place, and the state alone goes on. Not together with --checkpoint.
  virtual DurableState* state() { return nullptr; }

  // SIGHUP, between two events, for a step that reloads; others are ended by it. A step that keeps its old rules
  // because the new ones are wrong says so and returns Ok.
  virtual bool reloads() const { return false; }
  virtual Status Reload() { return {}; }
  // What Reload began goes on beside the stream: systemd is told that it is done once this is false again.
  virtual bool reloading() const { return false; }

  // Whether it gives the stream to outputs of its own. It then answers for barriers (lib/stream/barrier.h), and else
  // the sink, which a barrier has to be written to while it is processed.
  virtual bool has_own_outputs() const { return false; }
  // The endpoints that those are when the run begins, with blanks between, for its status page. Empty: they are none.
  virtual std::string own_outputs() const { return {}; }

  // Counters of its own, for --metrics and SIGUSR1.
  virtual void Describe(MetricSet*) {}
};

// kDone, or kLost where the ledger is lossy and --strict was given. A tool that answers by exit status looks at
// `ledger`.
Result<ExitCode> RunPipeline(const Tool& tool, const CommonOptions& options, Step& step, Ledger& ledger);

// The rule for --strict: kLost in place of kDone and kNegative, since an answer over a gap is not certain.
ExitCode JudgeLoss(ExitCode code, const CommonOptions& options, const Ledger& ledger);

}  // namespace vexevt
