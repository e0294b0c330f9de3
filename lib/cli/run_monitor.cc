#include "lib/cli/run_monitor.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/tool_main.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kProgressNs = 200 * kNsPerMs;
constexpr std::uint64_t kStatusNs = 10 * kNsPerSecond;

const std::atomic<std::uint64_t> kOne{1};

// systemd asks for CLOCK_MONOTONIC here, which stands still during suspend.
std::uint64_t MonotonicUs() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

RunMonitor::RunMonitor(const Tool& tool, const CommonOptions& options, const Ledger& ledger)
    : tool_(tool.name), output_(options.output), options_(options), ledger_(ledger), metrics_(tool.name) {
  metrics_.Add({.name = "vexevt_build_info",
                .help = "1, with the version as a label",
                .kind = MetricKind::kGauge,
                .labels = {{"version", std::string(Version())}},
                .value = &kOne});
  ledger.Describe(&metrics_);
}

Status RunMonitor::Start(const std::string& input, std::uint64_t input_bytes, bool writes_terminal) {
  page_.emplace(StatusFacts{tool_, input, output_, SystemClock().Now().wall_ns});
  Publish(false);
  if (!options_.metrics.empty()) {
    VEXEVT_ASSIGN(server_, MetricsServer::Start(options_.metrics, metrics_));
    ReportDetail("metrics at " + server_->location());
  }
  std::uint64_t now = MonoNow();
  totals_.emplace(input_bytes, now);
  bool wanted = options_.progress || (input_bytes > 0 && !writes_terminal && !options_.quiet);
  if (wanted && !options_.no_progress && StderrIsTerminal()) progress_ = totals_;
  interval_ns_ = progress_ ? kProgressNs : service_.active() ? kStatusNs : 0;
  if (service_.watchdog_ns() > 0) {
    // Beats and questions need not be in step: two of each lie between two signs to systemd at worst.
    const std::uint64_t watch_ns = service_.watchdog_ns() / 4;
    interval_ns_ = std::min(interval_ns_, watch_ns);
    VEXEVT_ASSIGN(watchdog_, Watchdog::Start(service_, watch_ns));
  }
  if (interval_ns_ > 0) next_beat_ns_ = now + interval_ns_;
  service_.Send("READY=1");
  return {};
}

std::string RunMonitor::StatusText() const { return totals_->Text(Get(ledger_.in), Get(ledger_.bytes_in), MonoNow()); }

void RunMonitor::BeatNow() {
  if (watchdog_) watchdog_->Beat();
  std::uint64_t now = MonoNow();
  if (now < next_beat_ns_) return;
  next_beat_ns_ = now + interval_ns_;
  if (progress_) ShowProgressLine(StatusText());
  if (service_.active()) service_.Send("STATUS=" + StatusText());
}

void RunMonitor::Publish(bool waits) {
  if (!page_) return;
  const std::uint64_t in = Get(ledger_.in), out = Get(ledger_.out);
  if (in != shown_.in || out != shown_.out || waits != (shown_.waits != 0) || shown_.moved_ns == 0) {
    const std::uint64_t now = MonoNow();
    if (shown_.waits != 0) shown_.waited_ns += now - shown_.moved_ns;
    shown_.moved_ns = now;
  }
  shown_.in = in;
  shown_.out = out;
  shown_.waits = waits ? 1 : 0;
  shown_.made = Get(ledger_.made);
  shown_.dropped = Get(ledger_.dropped);
  shown_.gaps = Get(ledger_.gaps);
  shown_.lost = Get(ledger_.lost);
  shown_.unknown = Get(ledger_.unknown);
  shown_.bytes_in = Get(ledger_.bytes_in);
  shown_.bytes_out = Get(ledger_.bytes_out);
  shown_.last_wall_ns = Get(ledger_.last_wall_ns);
  page_->Publish(shown_);
}

void RunMonitor::ShowState() { WriteStateLine(metrics_.Json()); }

void RunMonitor::Reloading() { service_.Send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", MonotonicUs())); }

void RunMonitor::Reloaded() { service_.Send("READY=1"); }

void RunMonitor::Finish() {
  service_.Send("STOPPING=1");
  ClearProgressLine();
  ReportDetail(ledger_.Text());
}

}  // namespace vexevt
