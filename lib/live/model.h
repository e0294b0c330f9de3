// LiveModel: what the live view knows of a stream: rates, and tables of the last minute: what the query asks for, the
// busiest paths, processes and types, and the anomalies and alerts that were in the stream. Time goes by the events.
//
// It keeps the newest events beside, so that a filter shows at once what it would have shown had it been there before.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/status.h"
#include "lib/event/event_view.h"
#include "lib/event/text_line.h"
#include "lib/expr/expression.h"
#include "lib/live/rate_history.h"
#include "lib/live/recent_frames.h"
#include "lib/live/snapshot.h"
#include "lib/stats/rollup.h"

namespace vexevt {

class LiveModel {
 public:
  // `query`: of the first table; nullopt: there is none. `keep_bytes`: of newest events. kInvalidArgument as
  // Rollup::Compile says.
  static Result<std::unique_ptr<LiveModel>> Compile(const std::optional<StatsQuery>& query, const RollupLimits& limits,
                                                    std::size_t keep_bytes);

  void See(std::span<const EventView> events);
  // It was so late, by the monotonic clock, when the last event was seen. From then on the events' time goes on as the
  // real one does, until more of them come.
  void SeenAt(std::uint64_t mono_ns) { seen_at_ns_ = mono_ns; }
  // No event will come any more, and time stands still.
  void End() { ended_ = true; }

  // Only events for which the expression holds are shown from now on; with an empty one, all. Anomalies, alerts and
  // totals are of the whole stream. kInvalidArgument as CompileExpression says; nothing has changed then.
  Status SetFilter(std::string_view expression);
  // As if no event had come yet.
  void Reset();

  LiveSnapshot Look(Instant now);

 private:
  struct Part {
    std::unique_ptr<Rollup> rollup;
    RollupLimits limits;
    std::optional<Expression> when;  // of these events alone
  };
  static constexpr std::size_t kMostAlerts = 100;

  explicit LiveModel(std::size_t keep_bytes) : recent_(keep_bytes) {}
  void EmptyTables();
  void Count(std::span<const EventView> events);
  void CountLost(const EventView& gap);
  void KeepAlert(const EventView& event);
  LiveTable AlertTable() const;

  std::vector<Part> parts_;
  std::optional<Expression> filter_;
  std::vector<EventView> kept_, own_;  // while they are counted: those that the filter keeps, and of a part
  RecentFrames recent_;
  RateHistory history_;
  std::uint64_t total_ = 0, lost_ = 0, alert_count_ = 0, newest_ns_ = 0;
  std::uint64_t seen_at_ns_ = 0;
  bool lost_more_ = false, ended_ = false;
  TextLine line_{false};
  std::deque<LiveRow> alerts_;  // the newest first
};

}  // namespace vexevt
