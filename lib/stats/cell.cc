#include "lib/stats/cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "lib/expr/value.h"
#include "lib/sketch/item_hash.h"
#include "lib/stats/item_key.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kHeadWords = 3;

// Words of a row behind the head, by kind. n is how many numbers there were, without which zeros mean nothing.
constexpr std::uint32_t WordsOf(AggregateKind kind) {
  switch (kind) {
    case AggregateKind::kCount:
    case AggregateKind::kRate:
      return 1;  // n
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      return 2;  // n, value
    case AggregateKind::kSum:
    case AggregateKind::kMean:          // n, sum: low and high word of an integer, or a double and what it lost
    case AggregateKind::kInterarrival:  // n, earliest, latest
    case AggregateKind::kVariance:
    case AggregateKind::kStddev:
      return 3;  // n, mean, sum of squared differences from it
    default:
      return 0;
  }
}

NumberDomain DomainOf(const Column& column) {
  if (column.field == nullptr) return NumberDomain::kReal;
  switch (column.field->type) {
    case FieldType::kInt:
    case FieldType::kErrno:
      return NumberDomain::kSigned;
    case FieldType::kFloat:
      return NumberDomain::kReal;
    default:
      return NumberDomain::kUnsigned;
  }
}

// What a result's text is made by: a sum of sizes is a size, a number of values is not.
FieldType ShownType(const Aggregate& aggregate) {
  switch (aggregate.kind) {
    case AggregateKind::kCount:
    case AggregateKind::kDistinct:
    case AggregateKind::kFrequency:
      return FieldType::kUint;
    case AggregateKind::kInterarrival:
      return FieldType::kDuration;
    case AggregateKind::kSum:
    case AggregateKind::kMin:
    case AggregateKind::kMax:
    case AggregateKind::kMean:
    case AggregateKind::kStddev:
    case AggregateKind::kQuantile:
    case AggregateKind::kFirst:
    case AggregateKind::kLast:
      return aggregate.field.field != nullptr ? aggregate.field.field->type : FieldType::kFloat;
    default:
      return FieldType::kFloat;
  }
}

Result<std::uint32_t> AddCell(const Aggregate& aggregate, StatePlan* plan) {
  Cell cell;
  cell.kind = aggregate.kind;
  cell.field = aggregate.field;
  cell.domain = DomainOf(aggregate.field);
  cell.fraction = aggregate.fraction;
  cell.most = aggregate.most;
  if (cell.kind == AggregateKind::kFrequency) {
    VEXEVT_ASSIGN(const FieldValue value, ParseColumnValue(cell.field, aggregate.value));
    ItemKey key;
    key.Set(cell.field, value);
    cell.asked = ItemHash(key.bytes());
  }
  if (!aggregate.when.empty()) {
    auto when = CompileExpression(aggregate.when);
    if (!when.ok()) {
      const std::string& message = when.status().message();
      std::size_t column = 1;
      const auto [end, error] = std::from_chars(message.data(), message.data() + message.size(), column);
      return InvalidArgument(
          fmt::format("{}{}", aggregate.when_at + column, std::string_view(end, message.data() + message.size())));
    }
    cell.when = std::move(*when);
  }
  cell.is_wide = WordsOf(cell.kind) == 0;
  if (cell.is_wide) {
    cell.wide = plan->wides++;
  } else {
    cell.word = plan->words;
    plan->words += WordsOf(cell.kind);
  }
  plan->cells.push_back(std::move(cell));
  return static_cast<std::uint32_t>(plan->cells.size() - 1);
}

// More counters than are shown, so that the counts of those are near.
std::uint32_t CountersFor(std::uint32_t most) { return std::max<std::uint32_t>(8 * most, 32); }

// A score is a plain number, a time at which something is reached is one, and how far off that is a duration; all else
// is as the measure is.
FieldType TypeOfWatch(const Watch& watch, std::size_t column, FieldType measure) {
  if (watch.forecast.reach) return column == 3 ? FieldType::kDuration : FieldType::kTime;
  return watch.kind != WatchKind::kForecast && column == 0 ? FieldType::kFloat : measure;
}

}  // namespace

WideState EmptyWide(const Cell& cell) {
  switch (cell.kind) {
    case AggregateKind::kFirst:
    case AggregateKind::kLast:
      return Witness();
    case AggregateKind::kHistogram:
      return PowerHistogram();
    case AggregateKind::kEntropy:
      return Distribution();
    case AggregateKind::kDistinct:
      return HyperLogLog();
    case AggregateKind::kQuantile:
      return QuantileSketch();
    case AggregateKind::kTopK:
      return SpaceSaving(CountersFor(cell.most));
    case AggregateKind::kFrequency:
      return CountMin();
    default:
      return {};
  }
}

Result<StatePlan> MakeStatePlan(const StatsQuery& query) {
  StatePlan plan;
  plan.words = kHeadWords;
  for (const Aggregate& aggregate : query.aggregates) {
    ResultColumn column{.name = aggregate.name, .kind = aggregate.kind, .type = ShownType(aggregate)};
    if (aggregate.kind == AggregateKind::kRatio) {
      VEXEVT_ASSIGN(column.cell, AddCell(aggregate.parts[0], &plan));
      VEXEVT_ASSIGN(column.divisor, AddCell(aggregate.parts[1], &plan));
    } else {
      VEXEVT_ASSIGN(column.cell, AddCell(aggregate, &plan));
    }
    plan.columns.push_back(std::move(column));
  }
  for (const Watch& watch : query.watches) {
    for (std::size_t i = 0; i < watch.columns.size(); ++i) {
      const std::uint32_t measure = watch.measures[watch.measures.size() == 1 || i == 0 ? 0 : (i - 1) / 2];
      const FieldType type = TypeOfWatch(watch, i, plan.columns[measure].type);
      plan.columns.push_back({.name = watch.columns[i], .kind = AggregateKind::kWatch, .type = type});
    }
  }
  return plan;
}

}  // namespace vexevt
