// What --plot, --svg and --html draw at the end of the stream.
#pragma once

#include <optional>

#include "cmd/vexevt-stats/options.h"
#include "lib/cli/event_sink.h"
#include "lib/stats/result_history.h"

namespace vexevt {

// The options that are common to all tools, as drawing has them: --plot is text. kInvalidArgument: what is asked for
// does not go together.
Result<CommonOptions> CommonOptionsOf(const StatsOptions& options);

class Drawing {
 public:
  // Borrows all three.
  Drawing(const StatsQuery& query, const StatePlan& plan, const StatsOptions& options);

  // A window that was told.
  void Add(const ToldWindow& window);
  // No more come.
  Status Finish(EventSink& sink);

 private:
  const StatsOptions& options_;
  std::optional<ResultHistory> history_;  // where something is to be drawn
};

}  // namespace vexevt
