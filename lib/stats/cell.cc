#include "lib/stats/cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <string_view>

#include "lib/sketch/item_hash.h"
#include "lib/stats/words.h"

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

// A number of an event: its bits, as the cell's domain has them. False: it has none, or one that is NaN.
bool ReadNumber(const EventView& event, const Cell& cell, std::uint64_t* bits) {
  const FieldValue value = ReadColumn(event, cell.field);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    *bits = *number;
    return true;
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    *bits = cell.domain == NumberDomain::kReal ? std::bit_cast<std::uint64_t>(static_cast<double>(*number))
                                               : static_cast<std::uint64_t>(*number);
    return true;
  }
  const auto* real = std::get_if<double>(&value);
  if (real == nullptr || std::isnan(*real)) return false;
  *bits = std::bit_cast<std::uint64_t>(*real);
  return true;
}

// More counters than are shown, so that the counts of those are near.
std::uint32_t CountersFor(std::uint32_t most) { return std::max<std::uint32_t>(8 * most, 32); }

// A topk's items: texts as they are, of fields other values by their 8 or 16 bytes, of attributes as decimal text.
struct ItemOf {
  const Cell& cell;
  SpaceSaving* items;

  void operator()(std::monostate) const {}
  void operator()(std::string_view text) const { items->Add(text); }
  void operator()(const Wide& value) const { AddBytes(&value, sizeof value); }
  void operator()(bool value) const { (*this)(std::uint64_t{value}); }
  template <typename Number>
  void operator()(Number value) const {
    if (cell.field.field != nullptr) return AddBytes(&value, sizeof value);
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    items->Add({text, static_cast<std::size_t>(end - text)});
  }

 private:
  void AddBytes(const void* bytes, std::size_t size) const { items->Add({static_cast<const char*>(bytes), size}); }
};

struct ValueHash {
  std::uint64_t operator()(std::monostate) const { return 0; }
  std::uint64_t operator()(std::string_view text) const { return ItemHash(text); }
  std::uint64_t operator()(std::uint64_t value) const { return ItemHash(value); }
  std::uint64_t operator()(std::int64_t value) const { return ItemHash(static_cast<std::uint64_t>(value)); }
  std::uint64_t operator()(double value) const { return ItemHash(std::bit_cast<std::uint64_t>(value)); }
  std::uint64_t operator()(bool value) const { return ItemHash(std::uint64_t{value}); }
  std::uint64_t operator()(const Wide& value) const { return ItemHash(ItemHash(value.high) ^ value.low); }
};

void KeepWitness(AggregateKind kind, std::uint64_t time_ns, const FieldValue& value, Witness* witness) {
  // Of events of one time the one that came first is the first, and the one that came last the last.
  const bool better = kind == AggregateKind::kFirst ? time_ns < witness->time_ns() : time_ns >= witness->time_ns();
  if (!witness->known() || better) witness->Set(time_ns, value);
}

void AddWide(const Cell& cell, const EventView& event, WideState* wide) {
  if (std::holds_alternative<std::monostate>(*wide)) *wide = EmptyWide(cell);
  switch (cell.kind) {
    case AggregateKind::kQuantile: {
      std::uint64_t bits = 0;
      if (ReadNumber(event, cell, &bits)) std::get<QuantileSketch>(*wide).Add(AsReal(cell.domain, bits));
      return;
    }
    case AggregateKind::kHistogram: {
      std::uint64_t bits = 0;
      if (!ReadNumber(event, cell, &bits)) return;
      auto& histogram = std::get<PowerHistogram>(*wide);
      if (cell.domain == NumberDomain::kUnsigned) return histogram.Add(bits);
      if (cell.domain == NumberDomain::kSigned) return histogram.Add(static_cast<std::int64_t>(bits));
      return histogram.Add(std::bit_cast<double>(bits));
    }
    default:
      break;
  }
  const FieldValue value = ReadColumn(event, cell.field);
  if (std::holds_alternative<std::monostate>(value)) return;
  switch (cell.kind) {
    case AggregateKind::kDistinct:
      return std::get<HyperLogLog>(*wide).Add(std::visit(ValueHash(), value));
    case AggregateKind::kEntropy:
      return std::get<Distribution>(*wide).Add(std::visit(ValueHash(), value));
    case AggregateKind::kTopK:
      return std::visit(ItemOf{cell, &std::get<SpaceSaving>(*wide)}, value);
    default:
      return KeepWitness(cell.kind, event.wall_ns(), value, &std::get<Witness>(*wide));
  }
}

void AddToCell(const Cell& cell, const EventView& event, GroupState state) {
  if (cell.when && !cell.when->Matches(event)) return;
  std::uint64_t* const words = state.words + cell.word;
  std::uint64_t bits = 0;
  switch (cell.kind) {
    case AggregateKind::kCount:
    case AggregateKind::kRate:
      ++words[0];
      return;
    case AggregateKind::kInterarrival:
      return KeepSpan(1, event.wall_ns(), event.wall_ns(), words);
    case AggregateKind::kSum:
    case AggregateKind::kMean:
      if (!ReadNumber(event, cell, &bits)) return;
      ++words[0];
      return AddSum(cell.domain, bits, words + 1);
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      if (ReadNumber(event, cell, &bits)) KeepExtreme(cell, 1, bits, words);
      return;
    case AggregateKind::kVariance:
    case AggregateKind::kStddev:
      if (ReadNumber(event, cell, &bits)) AddToVariance(AsReal(cell.domain, bits), words);
      return;
    default:
      return AddWide(cell, event, state.wides + cell.wide);
  }
}

// A score is a plain number, and a time at which something is reached is one; all else is as the measure is.
FieldType TypeOfWatch(const Watch& watch, std::string_view suffix, FieldType measure) {
  if (watch.forecast.reach) return FieldType::kTime;
  return watch.kind != WatchKind::kForecast && suffix.empty() ? FieldType::kFloat : measure;
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
    for (const std::string_view suffix : ColumnSuffixes(watch.kind)) {
      const FieldType type = TypeOfWatch(watch, suffix, plan.columns[watch.measures[0]].type);
      plan.columns.push_back({.name = watch.name + std::string(suffix), .kind = AggregateKind::kWatch, .type = type});
    }
  }
  return plan;
}

void AddEvent(const StatePlan& plan, const EventView& event, GroupState state) {
  KeepSpan(1, event.wall_ns(), event.wall_ns(), state.words);
  for (const Cell& cell : plan.cells) AddToCell(cell, event, state);
}

}  // namespace vexevt
