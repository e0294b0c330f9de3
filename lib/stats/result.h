// What is told of a window: a row for each group, as values, as an event, and as a table for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event.h"
#include "lib/stats/rollup.h"

namespace vexevt {

struct ResultRow {
  std::string_view key;  // borrowed from the window
  bool other = false;    // the group `other`
  std::uint64_t events = 0;
  std::vector<ResultValue> values;  // by column
};

// By the first aggregate that is a number, the largest first; else, and of equal ones, by the key; `other` comes last.
std::vector<ResultRow> ReadRows(const StatePlan& plan, const ToldWindow& window, ListForm form);

// One observability.metric event for a row: at the window's end, the first aggregate as its value, all of them as
// attributes by their names, and before them begin, end, those of `by`, and, where true, lower_bound, partial and
// other. Its id follows from query, window and key, so that a second run makes the same event. Of no use after the next
// Make, or once row and window are gone.
class ResultEvent {
 public:
  ResultEvent(const StatsQuery& query, const StatePlan& plan, std::string_view name);

  const Event& Make(const ToldWindow& window, const ResultRow& row);

 private:
  const StatsQuery& query_;
  const StatePlan& plan_;
  std::string name_;
  std::vector<std::string> by_names_;
  std::uint64_t source_;
  Event event_;
  std::vector<FieldValue> key_values_;
  std::vector<std::string> key_texts_, texts_;
};

// The names of the attributes that a ResultEvent has, "attr." before each: as --fields wants them.
std::string ResultFields(const StatsQuery& query);

// What a table shows, for the fields of `by` and then for the columns: their names, and the texts of a row. Sizes and
// durations are rounded, and what may be more, as events are missing, has >= before it. Escaped.
std::vector<std::string> TableNames(const StatsQuery& query, const StatePlan& plan);
std::vector<std::string> TableTexts(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window,
                                    const ResultRow& row);
// Whether a column of a table is texts, which begin at its left.
bool IsText(const ResultColumn& column);

// A table: a line with the window's time where there are several windows, a line of names, a line a row.
void AppendResultTable(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window, std::string* out);

}  // namespace vexevt
