#include "lib/live/model.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "lib/event/layout.h"
#include "lib/event/type.h"
#include "lib/stats/result.h"

namespace vexevt {
namespace {

// Windows of a minute that go on by steps, so that one is always open and a minute old but for a step.
struct OwnTable {
  std::string_view query;
  std::string_view when;  // of these events
};
constexpr OwnTable kTables[] = {
    {"count, sum(length) as bytes, mean(latency) as latency, count [result != 0] as failed by path every 10s over 1m",
     "path exists"},
    {"count, sum(length) as bytes, mean(latency) as latency, count [result != 0] as failed by comm, pid every 10s over "
     "1m",
     "comm exists"},
    {"count, p50(latency), p99(latency), p50(size), p99(size) by type every 10s over 1m", "type exists"},
};
// Groups of these. What is frequent is met before so many others have been, in each step anew.
constexpr std::uint32_t kMostRows = 10'000;

void Ignore(const ToldWindow&) {}

LiveTable EmptyTable(const StatsQuery& query, const StatePlan& plan) {
  LiveTable table;
  table.by = query.by;
  const std::vector<std::string> names = TableNames(query, plan);
  for (std::size_t i = 0; i < names.size(); ++i) {
    table.columns.push_back({names[i], i < query.by.size() || IsText(plan.columns[i - query.by.size()])});
  }
  return table;
}

LiveRow ShownRow(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window, const ResultRow& row) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  LiveRow shown{.key = row.other ? "(other)" : std::string(row.key), .other = row.other};
  shown.texts = TableTexts(query, plan, window, row);
  shown.numbers.assign(query.by.size(), kNone);
  for (const ResultValue& value : row.values) shown.numbers.push_back(AsReal(value).value_or(kNone));
  return shown;
}

LiveTable TableOf(Rollup& rollup) {
  LiveTable table = EmptyTable(rollup.query(), rollup.plan());
  rollup.TellPartial([&](const ToldWindow& window) {
    // Each session is a window of its own. Of other windows the last has the newest events.
    if (rollup.query().windows.kind != WindowKind::kSession) table.rows.clear();
    for (const ResultRow& row : ReadRows(rollup.plan(), window, ListForm::kPeople)) {
      table.rows.push_back(ShownRow(rollup.query(), rollup.plan(), window, row));
    }
  });
  return table;
}

}  // namespace

Result<std::unique_ptr<LiveModel>> LiveModel::Compile(const std::optional<StatsQuery>& query,
                                                      const RollupLimits& limits, std::size_t keep_bytes) {
  std::unique_ptr<LiveModel> model(new LiveModel(keep_bytes));
  if (query) {
    VEXEVT_ASSIGN(std::unique_ptr<Rollup> rollup, Rollup::Compile(*query, limits));
    model->parts_.push_back({std::move(rollup), limits, std::nullopt});
  }
  for (const OwnTable& table : kTables) {
    const RollupLimits own{.most_groups = kMostRows};
    VEXEVT_ASSIGN(StatsQuery own_query, ParseStatsQuery(table.query));
    VEXEVT_ASSIGN(std::unique_ptr<Rollup> rollup, Rollup::Compile(std::move(own_query), own));
    VEXEVT_ASSIGN(Expression when, CompileExpression(table.when));
    model->parts_.push_back({std::move(rollup), own, std::move(when)});
  }
  return model;
}

void LiveModel::EmptyTables() {
  history_ = {};
  for (Part& part : parts_) {
    auto rollup = Rollup::Compile(part.rollup->query(), part.limits);
    if (rollup.ok()) part.rollup = std::move(*rollup);  // it could be compiled before
  }
}

void LiveModel::See(std::span<const EventView> events) {
  for (const EventView& event : events) {
    recent_.Add(event.frame());
    if (event.type() == kVexevtLost) [[unlikely]] {
      CountLost(event);
    } else if (!TellsOfStream(event.type())) [[likely]] {
      ++total_;
      newest_ns_ = std::max(newest_ns_, event.wall_ns());
      if (event.type() == kVexevtAnomaly || event.type() == kVexevtAlert) [[unlikely]]
        KeepAlert(event);
    }
  }
  Count(events);
}

void LiveModel::Count(std::span<const EventView> events) {
  kept_.clear();
  for (const EventView& event : events) {
    const bool tells = TellsOfStream(event.type());
    if (!tells && filter_ && !filter_->Matches(event)) continue;
    if (!tells) history_.Add(event.wall_ns());
    kept_.push_back(event);
  }
  for (Part& part : parts_) {
    own_.clear();
    for (const EventView& event : kept_) {
      if (!part.when || TellsOfStream(event.type()) || part.when->Matches(event)) own_.push_back(event);
    }
    part.rollup->See(own_, Ignore);
  }
}

void LiveModel::CountLost(const EventView& gap) {
  const bool told = gap.payload_tag() == layout::kPayloadGapTagValue;
  const std::uint64_t lost = told ? gap.Get<std::uint64_t>(layout::kPayloadGapLost) : 0;
  lost_ += lost;
  lost_more_ |= lost == 0;
}

void LiveModel::KeepAlert(const EventView& event) {
  std::string line;
  line_.Append(event, &line);
  line.pop_back();  // the newline
  // What aligns lines of all kinds takes room here.
  const auto both_blank = [](char a, char b) { return a == ' ' && b == ' '; };
  line.erase(std::unique(line.begin(), line.end(), both_blank), line.end());
  ++alert_count_;
  if (alerts_.size() == kMostAlerts) alerts_.pop_back();
  alerts_.push_front({.key = std::to_string(total_), .texts = {std::move(line)}, .numbers = {0}});
}

LiveTable LiveModel::AlertTable() const {
  return {.columns = {{"ANOMALIES AND ALERTS", true}}, .by = {}, .rows = {alerts_.begin(), alerts_.end()}};
}

Status LiveModel::SetFilter(std::string_view expression) {
  std::optional<Expression> filter;
  if (!expression.empty()) {
    VEXEVT_ASSIGN(filter, CompileExpression(expression));
  }
  filter_ = std::move(filter);
  EmptyTables();
  recent_.ForEach([this](const EventView& event) { Count({&event, 1}); });
  return {};
}

void LiveModel::Reset() {
  recent_.Clear();
  alerts_.clear();
  total_ = lost_ = alert_count_ = 0;
  lost_more_ = false;
  EmptyTables();
}

LiveSnapshot LiveModel::Look(Instant now) {
  std::uint64_t now_ns = newest_ns_;
  if (!ended_ && now_ns > 0) now_ns += now.mono_ns - std::min(now.mono_ns, seen_at_ns_);
  history_.AdvanceTo(now_ns);
  LiveSnapshot shown{.rate = history_.rate(),
                     .seconds = history_.Seconds(),
                     .total = total_,
                     .lost = lost_,
                     .lost_more = lost_more_,
                     .alerts = alert_count_,
                     .newest_ns = newest_ns_,
                     .lag_ns = now.wall_ns - std::min(now.wall_ns, newest_ns_),
                     .ended = ended_};
  for (Part& part : parts_) {
    part.rollup->AdvanceTo(now_ns, Ignore);
    shown.tables.push_back(TableOf(*part.rollup));
  }
  shown.tables.push_back(AlertTable());
  return shown;
}

}  // namespace vexevt
