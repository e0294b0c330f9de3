// What --plot, --svg and --html draw at the end of the stream.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "cmd/vexevt-stats/options.h"
#include "lib/cli/event_sink.h"
#include "lib/plot/html.h"
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
  // No more come. `notes`: what a report has to say beside its pictures.
  Status Finish(std::span<const std::string> notes, EventSink& sink);

 private:
  const StatsOptions& options_;
  std::optional<ResultHistory> history_;  // where something is to be drawn
  std::optional<ReportTable> last_;       // --html: the last window
};

}  // namespace vexevt
