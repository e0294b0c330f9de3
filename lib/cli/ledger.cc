#include "lib/cli/ledger.h"

#include <fmt/format.h>

#include "lib/base/clock.h"

namespace vexevt {

void Ledger::ObserveLatency(std::uint64_t wall_ns) {
  const std::uint64_t now_ns = SystemClock().Now().wall_ns;
  // An event of the future is one of a host whose clock is ahead.
  latency.Observe(now_ns > wall_ns ? static_cast<double>(now_ns - wall_ns) / static_cast<double>(kNsPerSecond) : 0.0);
}

std::string Ledger::Text() const {
  std::uint64_t lost_here = Get(dropped), lost_before = Get(lost), unknown_gaps = Get(unknown);
  std::string text = fmt::format("{} in, ", Get(in));
  if (Get(made) > 0) text += fmt::format("{} made, ", Get(made));
  text += fmt::format("{} out, {} filtered, ", Get(out), filtered());
  if (lost_here > 0) text += fmt::format("{} lost here, ", lost_here);
  // Gaps that do not know how many make the rest a lower bound.
  text += fmt::format("{}{} lost", unknown_gaps > 0 ? ">=" : "", lost_before);
  if (Get(gaps) > 0) text += fmt::format(" before, in {} gaps", Get(gaps));
  return text;
}

void Ledger::Describe(MetricSet* metrics) const {
  metrics->Add({.name = "vexevt_events_in_total", .help = "events read", .value = &in});
  metrics->Add({.name = "vexevt_events_made_total", .help = "events made by the tool itself", .value = &made});
  metrics->Add({.name = "vexevt_events_out_total", .help = "events written", .value = &out});
  metrics->Add({.name = "vexevt_events_dropped_total", .help = "events lost in this tool", .value = &dropped});
  metrics->Add({.name = "vexevt_gaps_total", .help = "gaps in the input (vexevt.lost events)", .value = &gaps});
  metrics->Add({.name = "vexevt_events_lost_total",
                .help = "events lost before this tool, by the gaps that know",
                .value = &lost});
  metrics->Add({.name = "vexevt_gaps_unknown_total",
                .help = "gaps in the input that do not know their count",
                .value = &unknown});
  metrics->Add({.name = "vexevt_bytes_in_total", .help = "bytes of frames read", .value = &bytes_in});
  metrics->Add({.name = "vexevt_bytes_out_total",
                .help = "bytes written to the output; endpoints of vexevt-route count for themselves",
                .value = &bytes_out});
  metrics->Add({.name = "vexevt_event_latency_seconds",
                .help = "from an event's time to its being dealt with, of the first event of each batch",
                .kind = MetricKind::kHistogram,
                .histogram = &latency});
  metrics->Add({.name = "vexevt_last_event_timestamp_seconds",
                .help = "time of the last event read",
                .kind = MetricKind::kSecondsGauge,
                .value = &last_wall_ns});
}

}  // namespace vexevt
