#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "lib/match/hash.h"
#include "lib/stats/result.h"

namespace vexevt {
namespace {

std::string_view UnitOf(const ResultColumn& column) {
  switch (column.type) {
    case FieldType::kSize:
      return "bytes";
    case FieldType::kDuration:
      return "ns";
    default:
      return column.kind == AggregateKind::kRate ? "1/s" : "";
  }
}

// Whether further events can only make the value larger.
bool Grows(const ResultColumn& column, const StatePlan& plan) {
  if (column.kind == AggregateKind::kSum) return plan.cells[column.cell].domain == NumberDomain::kUnsigned;
  return column.kind == AggregateKind::kMax || OnlyGrows(column.kind);
}

}  // namespace

std::vector<ResultRow> ReadRows(const StatePlan& plan, const ToldWindow& window, ListForm form) {
  std::vector<ResultRow> rows;
  rows.reserve(window.rows.size());
  for (const std::uint32_t number : window.rows) {
    const GroupState state = window.groups->State(number);
    ResultRow& row = rows.emplace_back();
    row.key = window.groups->key(number);
    row.number = number;
    row.other = number == GroupTable::kOther;
    row.events = HeadOf(state).events;
    row.values.reserve(plan.columns.size());
    for (const ResultColumn& column : plan.columns) {
      row.values.push_back(ReadResult(plan, column, state, window.span_ns, form));
    }
  }
  const auto numeric = std::ranges::find_if_not(plan.columns, IsText);
  const auto at = static_cast<std::size_t>(numeric - plan.columns.begin());
  const auto number_of = [&](const ResultRow& row) {
    constexpr double kLeast = -std::numeric_limits<double>::infinity();
    const double number = at < row.values.size() ? AsReal(row.values[at]).value_or(kLeast) : kLeast;
    return number == number ? number : kLeast;
  };
  for (ResultRow& row : rows) row.rank = number_of(row);
  std::ranges::sort(rows, [](const ResultRow& a, const ResultRow& b) {
    if (a.other != b.other) return b.other;
    return a.rank != b.rank ? a.rank > b.rank : a.key < b.key;
  });
  return rows;
}

ResultEvent::ResultEvent(const StatsQuery& query, const StatePlan& plan, std::string_view name)
    : plan_(plan), name_(name), keys_(query.by), source_(Hash(query.text, Hash(name))) {}

EventId ResultEvent::IdOf(const ToldWindow& window, const ResultRow& row) const {
  const std::uint64_t place[] = {window.begin_ns, window.end_ns, window.partial ? row.events : 0, row.other};
  return {source_, Hash(row.key, Hash(AsText(std::as_bytes(std::span(place)))))};
}

const Event& ResultEvent::Make(const ToldWindow& window, const ResultRow& row) {
  std::vector<Attribute> attributes = std::move(event_.attributes);
  attributes.clear();
  event_ = Event();
  event_.id = IdOf(window, row);
  event_.wall_ns = window.end_ns;
  event_.type = kObservabilityMetric;
  event_.boundary = Boundary::kAnalytics;
  ObservabilityPayload payload{.name = name_, .message = {}, .unit = UnitOf(plan_.columns[0])};
  payload.value = AsReal(row.values[0]).value_or(0);
  event_.payload = payload;
  attributes.push_back({"begin", AttributeOf(window.begin_ns)});
  attributes.push_back({"end", AttributeOf(window.end_ns)});
  if (!row.other) keys_.Append(row.key, &attributes);
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
    if (std::holds_alternative<std::monostate>(row.values[i])) continue;
    attributes.push_back({plan_.columns[i].name, AttributeOf(row.values[i])});
  }
  if (row.other) attributes.push_back({"other", true});
  if (window.lower_bound) attributes.push_back({"lower_bound", true});
  if (window.partial) attributes.push_back({"partial", true});
  event_.attributes = std::move(attributes);
  return event_;
}

std::vector<ResultAttribute> ResultAttributes(const StatsQuery& query, const StatePlan& plan) {
  std::vector<ResultAttribute> attributes;
  for (const Column& column : query.by) {
    attributes.push_back({.name = AttributeName(column), .kind = ResultAttribute::Kind::kKey});
  }
  for (const ResultColumn& column : plan.columns) {
    attributes.push_back(
        {.name = column.name,
         .kind = Grows(column, plan) ? ResultAttribute::Kind::kGrowing : ResultAttribute::Kind::kMeasure,
         .type = column.type});
  }
  return attributes;
}

std::string ResultFields(const StatsQuery& query) {
  std::string fields = query.watches.empty() ? "" : "type,";  // rows, or what was found
  fields += "attr.begin,attr.end";
  for (const Column& column : query.by) fields += ",attr." + AttributeName(column);
  for (const Aggregate& aggregate : query.aggregates) fields += ",attr." + aggregate.name;
  for (const Watch& watch : query.watches) {
    for (const std::string& column : watch.columns) fields += ",attr." + column;
  }
  return fields + ",attr.other,attr.lower_bound,attr.partial";
}

}  // namespace vexevt
