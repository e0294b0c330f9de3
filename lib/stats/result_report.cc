#include "lib/stats/result_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/host_name.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostRows = 100;

// What has another form as JSON.
bool IsList(AggregateKind kind) { return kind == AggregateKind::kTopK || kind == AggregateKind::kHistogram; }

}  // namespace

ReportTable ReportTableOf(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window,
                          std::span<const ResultRow> rows) {
  ReportTable table;
  table.title = fmt::format("{} to {}", ShowTime(window.begin_ns), ShowTime(window.end_ns));
  table.names = TableNames(query, plan);
  table.left.assign(query.by.size(), true);
  for (const ResultColumn& column : plan.columns) table.left.push_back(IsText(column));
  for (ResultRow row : rows.first(std::min(rows.size(), kMostRows))) {
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
      if (!IsList(plan.columns[i].kind)) continue;
      const GroupState state = window.groups->State(row.number);
      row.values[i] = ReadResult(plan, plan.columns[i], state, window.span_ns, ListForm::kPeople);
    }
    table.rows.push_back(TableTexts(query, plan, window, row));
  }
  if (rows.size() > kMostRows) table.note = fmt::format("and {} more", rows.size() - kMostRows);
  return table;
}

ReportPage ReportOf(const ResultHistory& history, std::vector<Chart> charts, std::vector<ReportTable> tables,
                    std::vector<std::string> notes) {
  ReportPage page;
  page.title = "vexevt-stats: " + history.query().text;
  page.facts = {{"Query", history.query().text},
                {"Host", HostName()},
                {"Written", ShowTime(SystemClock().Now().wall_ns / kNsPerSecond * kNsPerSecond)},
                {"Windows", std::to_string(history.windows())}};
  if (history.windows() > 0) {
    page.facts.emplace_back("From", ShowTime(history.begin_ns()));
    page.facts.emplace_back("To", ShowTime(history.end_ns()));
  }
  page.notes = std::move(notes);
  page.charts = std::move(charts);
  page.tables = std::move(tables);
  return page;
}

}  // namespace vexevt
