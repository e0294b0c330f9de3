// RunMonitor: what a long-running tool does beside its work: metrics, the progress line, systemd, its state on SIGUSR1,
// its page for `vexevt status`. The tool's loop calls Beat once a batch, Waits before it waits and Beat after it, and
// wakes for next_beat_ns() when idle; where nothing of this was asked for, that is the page's few stores. For the
// tool's own thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lib/cli/ledger.h"
#include "lib/cli/metrics.h"
#include "lib/cli/metrics_server.h"
#include "lib/cli/options.h"
#include "lib/cli/progress.h"
#include "lib/cli/service.h"
#include "lib/cli/tool.h"
#include "lib/cli/watchdog.h"
#include "lib/status/page.h"

namespace vexevt {

inline constexpr std::uint64_t kNever = ~std::uint64_t{0};

class RunMonitor {
 public:
  RunMonitor(const Tool& tool, const CommonOptions& options, const Ledger& ledger);

  // Where the tool adds counters of its own; they outlive the monitor.
  MetricSet& metrics() { return metrics_; }

  // What the status page tells as the output, where that is not --output. Before Start.
  void ShowOutput(std::string output) { output_ = std::move(output); }

  // `input`: what is read, for the status page; "-": standard input. `input_bytes`: its size, 0 where it isn't known.
  // `writes_terminal`: no progress over readable lines. Opens --metrics, shows the progress, tells systemd READY=1.
  Status Start(const std::string& input, std::uint64_t input_bytes, bool writes_terminal);

  // Monotonic time (Clock) at which Beat has something to do; kNever: nothing.
  std::uint64_t next_beat_ns() const { return next_beat_ns_; }
  void Beat() {
    Publish(false);
    if (next_beat_ns_ != kNever) [[unlikely]]
      BeatNow();
  }

  // All that was read has been dealt with, and only input or a time brings more to do.
  void Waits() { Publish(true); }

  void ShowState();  // SIGUSR1's line
  void Reloading();  // to systemd, before a reload
  void Reloaded();
  // STOPPING=1; clears the progress; with --verbose prints the balance.
  void Finish();

 private:
  void BeatNow();
  void Publish(bool waits);
  std::string StatusText() const;

  const std::string tool_;
  std::string output_;
  const CommonOptions& options_;
  const Ledger& ledger_;
  MetricSet metrics_;
  std::optional<StatusPage> page_;
  StatusNumbers shown_;
  ServiceNotifier service_;
  std::unique_ptr<Watchdog> watchdog_;
  std::optional<Progress> progress_;  // shown
  std::optional<Progress> totals_;    // for STATUS=
  std::uint64_t next_beat_ns_ = kNever, interval_ns_ = 0;
  std::unique_ptr<MetricsServer> server_;  // last: its thread ends before what it reads
};

}  // namespace vexevt
