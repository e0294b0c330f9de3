// What --plot, --svg and --html draw at the end of the stream.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

  // A window that was told, with its rows.
  void Add(const ToldWindow& window, std::span<const ResultRow> rows);
  // A line of the report, escaped, beside its pictures: what was found in a window.
  void Note(const ToldWindow& window, std::string_view line);
  // No more come. `notes`: further lines.
  Status Finish(std::span<const std::string> notes, EventSink& sink);

 private:
  const StatsOptions& options_;
  std::optional<ResultHistory> history_;  // where something is to be drawn
  std::optional<ReportTable> last_;       // --html: the last window
  std::vector<std::string> notes_;        // the first of them
  std::uint64_t more_notes_ = 0;
};

}  // namespace vexevt
