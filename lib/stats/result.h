// What is told of a window: a row for each group, as values, as an event, and as a table for people.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event.h"
#include "lib/expr/result_condition.h"
#include "lib/stats/result_attributes.h"
#include "lib/stats/rollup.h"

namespace vexevt {

struct ResultRow {
  std::string_view key;      // borrowed from the window
  std::uint32_t number = 0;  // in the window's table
  bool other = false;        // the group `other`
  std::uint64_t events = 0;
  std::vector<ResultValue> values;  // by column
  double rank = 0;                  // its first number, or the least where that is none
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
  EventId IdOf(const ToldWindow& window, const ResultRow& row) const;

 private:
  const StatePlan& plan_;
  std::string name_;
  KeyAttributes keys_;
  std::uint64_t source_;
  Event event_;
};

// The names of the attributes that a ResultEvent has, "attr." before each: as --fields wants them. Where watches find
// things the type stands in front.
std::string ResultFields(const StatsQuery& query);

// What conditions on a result may name: the fields of `by`, and the measures.
std::vector<ResultAttribute> ResultAttributes(const StatsQuery& query, const StatePlan& plan);

// A value as a table shows it, and the values of a group's key: escaped, "-" for none.
std::string ResultText(FieldType type, const ResultValue& value);
std::vector<std::string> KeyTexts(const StatsQuery& query, std::string_view key);
// Of whom a watch tells: "anomaly_rate of uid 1000, comm tar".
std::string WatchSubject(const StatsQuery& query, const Watch& watch, std::string_view key);

// What a table shows, for the fields of `by` and then for the columns: their names, and the texts of a row. Sizes and
// durations are rounded, and what may be more, as events are missing, has >= before it. Escaped.
std::vector<std::string> TableNames(const StatsQuery& query, const StatePlan& plan);
std::vector<std::string> TableTexts(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window,
                                    const ResultRow& row);
// Whether it is lower, or as it is, where events are missing; where there is no event it is 0.
bool OnlyGrows(AggregateKind kind);
// Whether a column of a table is texts, which begin at its left.
bool IsText(const ResultColumn& column);

// A table: a line with the window's time where there are several windows, a line of names, a line a row. `rows`: of
// ListForm::kPeople.
void AppendResultTable(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window,
                       std::span<const ResultRow> rows, std::string* out);

}  // namespace vexevt
