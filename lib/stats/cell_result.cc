#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>
#include <optional>

#include "lib/base/clock.h"
#include "lib/stats/cell.h"
#include "lib/stats/words.h"

namespace vexevt {
namespace {

struct MergeWide {
  const Cell& cell;

  void operator()(WideState& into, const WideState& from) const {
    if (std::holds_alternative<std::monostate>(from)) return;
    if (std::holds_alternative<std::monostate>(into)) {
      into = from;
      return;
    }
    std::visit([&](auto& state) { Into(state, std::get<std::decay_t<decltype(state)>>(from)); }, into);
  }

 private:
  void Into(std::monostate, std::monostate) const {}
  void Into(Witness& into, const Witness& from) const {
    const bool better =
        cell.kind == AggregateKind::kFirst ? from.time_ns() < into.time_ns() : from.time_ns() >= into.time_ns();
    if (better) into = from;
  }
  template <typename State>
  void Into(State& into, const State& from) const {
    into.Merge(from);
  }
};

void MergeCell(const Cell& cell, GroupState into, GroupState from) {
  std::uint64_t* const words = into.words + cell.word;
  const std::uint64_t* const others = from.words + cell.word;
  switch (cell.kind) {
    case AggregateKind::kCount:
    case AggregateKind::kRate:
      words[0] += others[0];
      return;
    case AggregateKind::kInterarrival:
      return KeepSpan(others[0], others[1], others[2], words);
    case AggregateKind::kSum:
    case AggregateKind::kMean:
      words[0] += others[0];
      return MergeSum(cell.domain, words + 1, others + 1);
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      return KeepExtreme(cell, others[0], others[1], words);
    case AggregateKind::kVariance:
    case AggregateKind::kStddev:
      return MergeVariance(words, others);
    default:
      return MergeWide{cell}(into.wides[cell.wide], from.wides[cell.wide]);
  }
}

ResultValue NumberOf(const Cell& cell, std::uint64_t bits) {
  switch (cell.domain) {
    case NumberDomain::kUnsigned:
      return bits;
    case NumberDomain::kSigned:
      return static_cast<std::int64_t>(bits);
    default:
      return std::bit_cast<double>(bits);
  }
}

ResultValue SumOf(const Cell& cell, const std::uint64_t* words) {
  if (cell.domain == NumberDomain::kReal) return RealSum(words);
  const Int128 sum = LoadSum(words);
  if (sum >= 0 && sum <= std::numeric_limits<std::uint64_t>::max()) return static_cast<std::uint64_t>(sum);
  if (sum < 0 && sum >= std::numeric_limits<std::int64_t>::min()) return static_cast<std::int64_t>(sum);
  return static_cast<double>(sum);
}

struct WitnessValue {
  FieldType type;
  ResultValue operator()(std::monostate) const { return {}; }
  ResultValue operator()(std::string_view text) const { return std::string(text); }
  ResultValue operator()(double value) const { return value; }
  ResultValue operator()(std::int64_t value) const {
    return type == FieldType::kErrno ? Text(value) : ResultValue(value);
  }
  ResultValue operator()(std::uint64_t value) const {
    switch (type) {
      case FieldType::kUint:
      case FieldType::kSize:
      case FieldType::kDuration:
      case FieldType::kFloat:  // of an attribute
        return value;
      default:
        return Text(value);
    }
  }
  ResultValue operator()(bool value) const { return Text(value); }
  ResultValue operator()(const Wide& value) const { return Text(value); }

 private:
  ResultValue Text(const FieldValue& value) const {
    std::string text;
    AppendValueText(type, value, ValueForm::kRaw, &text);
    return text;
  }
};

// An item as it was added.
void AppendItem(const Cell& cell, std::string_view key, ValueForm form, std::string* text) {
  const Field* const field = cell.field.field;
  FieldValue value = key;
  if (field != nullptr && field->type == FieldType::kErrno && key.size() == sizeof(std::int64_t)) {
    value = Load<std::int64_t>(key.data());
  } else if (field != nullptr && key.size() == sizeof(Wide) && field->place == FieldPlace::kWide) {
    value = Load<Wide>(key.data());
  } else if (field != nullptr && field->type != FieldType::kBytes && key.size() == sizeof(std::uint64_t)) {
    value = Load<std::uint64_t>(key.data());
  }
  AppendColumnText(cell.field, value, form, text);
}

// [[item, count], …]; of a count that may be too high, by how much: [item, count, error].
std::string TopJson(const Cell& cell, const SpaceSaving& items) {
  std::string json = "[";
  for (const SpaceSaving::Item& item : items.Top(cell.most)) {
    json += json.size() > 1 ? ",[" : "[";
    AppendItem(cell, item.key, ValueForm::kJson, &json);
    fmt::format_to(std::back_inserter(json), ",{}", item.count);
    if (item.error > 0) fmt::format_to(std::back_inserter(json), ",{}", item.error);
    json += ']';
  }
  json += ']';
  return json;
}

// item count, item count…; where a count may be too high: ~count.
std::string TopText(const Cell& cell, const SpaceSaving& items) {
  std::string text;
  for (const SpaceSaving::Item& item : items.Top(cell.most)) {
    if (!text.empty()) text += ", ";
    AppendItem(cell, item.key, ValueForm::kEscaped, &text);
    fmt::format_to(std::back_inserter(text), " {}{}", item.error > 0 ? "~" : "", item.count);
  }
  return text;
}

ResultValue WideResult(const Cell& cell, FieldType type, const WideState& wide, ListForm form) {
  if (const auto* witness = std::get_if<Witness>(&wide)) {
    return witness->known() ? std::visit(WitnessValue{type}, witness->value()) : ResultValue();
  }
  if (const auto* histogram = std::get_if<PowerHistogram>(&wide))
    return form == ListForm::kJson ? histogram->Json() : histogram->Text();
  if (const auto* values = std::get_if<Distribution>(&wide)) return values->Entropy();
  if (const auto* values = std::get_if<HyperLogLog>(&wide)) {
    return static_cast<std::uint64_t>(std::llround(values->Estimate()));
  }
  if (const auto* values = std::get_if<CountMin>(&wide)) return values->Estimate(cell.asked);
  if (const auto* values = std::get_if<QuantileSketch>(&wide)) {
    return values->count() > 0 ? ResultValue(values->At(cell.fraction).value) : ResultValue();
  }
  if (const auto* items = std::get_if<SpaceSaving>(&wide))
    return form == ListForm::kJson ? TopJson(cell, *items) : TopText(cell, *items);
  const bool counts = cell.kind == AggregateKind::kDistinct || cell.kind == AggregateKind::kFrequency;
  return counts ? ResultValue(std::uint64_t{0}) : ResultValue();
}

ResultValue CellResult(const Cell& cell, FieldType type, GroupState state, std::uint64_t span_ns, ListForm form) {
  const std::uint64_t* const words = state.words + cell.word;
  const std::uint64_t n = words[0];
  switch (cell.kind) {
    case AggregateKind::kCount:
      return n;
    case AggregateKind::kRate:
      if (span_ns == 0) return {};
      return static_cast<double>(n) * static_cast<double>(kNsPerSecond) / static_cast<double>(span_ns);
    case AggregateKind::kInterarrival:
      if (n < 2) return {};
      return static_cast<double>(words[2] - words[1]) / static_cast<double>(n - 1);
    case AggregateKind::kSum:
      return n > 0 ? SumOf(cell, words + 1) : ResultValue();
    case AggregateKind::kMean:
      if (n == 0) return {};
      return SumAsReal(cell.domain, words + 1) / static_cast<double>(n);
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      return n > 0 ? NumberOf(cell, words[1]) : ResultValue();
    case AggregateKind::kVariance:
      return n > 0 ? LoadReal(words + 2) / static_cast<double>(n) : ResultValue();
    case AggregateKind::kStddev:
      return n > 0 ? std::sqrt(LoadReal(words + 2) / static_cast<double>(n)) : ResultValue();
    default:
      return WideResult(cell, type, state.wides[cell.wide], form);
  }
}

// Whether there is anything stands in front.
struct SaveWide {
  Packer* packer;
  void operator()(std::monostate) const { packer->Put(false); }
  template <typename State>
  void operator()(const State& state) const {
    packer->Put(true);
    state.Save(packer);
  }
};
struct LoadWide {
  Unpacker* unpacker;
  bool operator()(std::monostate) const { return true; }
  template <typename State>
  bool operator()(State& state) const {
    return state.Load(unpacker);
  }
};

}  // namespace

std::optional<double> AsReal(const ResultValue& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

void MergeState(const StatePlan& plan, GroupState into, GroupState from) {
  KeepSpan(from.words[0], from.words[1], from.words[2], into.words);
  for (const Cell& cell : plan.cells) MergeCell(cell, into, from);
}

ResultValue ReadResult(const StatePlan& plan, const ResultColumn& column, GroupState state, std::uint64_t span_ns,
                       ListForm form) {
  if (column.kind == AggregateKind::kWatch) return {};
  ResultValue value = CellResult(plan.cells[column.cell], column.type, state, span_ns, form);
  if (column.kind != AggregateKind::kRatio) return value;
  const auto part = AsReal(value);
  const auto whole = AsReal(CellResult(plan.cells[column.divisor], column.type, state, span_ns, form));
  if (!part || !whole || *whole == 0) return {};
  return *part / *whole;
}

std::vector<std::pair<std::string, std::uint64_t>> ReadTop(const StatePlan& plan, const ResultColumn& column,
                                                           GroupState state) {
  std::vector<std::pair<std::string, std::uint64_t>> top;
  const Cell& cell = plan.cells[column.cell];
  const auto* const items = std::get_if<SpaceSaving>(&state.wides[cell.wide]);
  if (items == nullptr) return top;
  for (const SpaceSaving::Item& item : items->Top(cell.most)) {
    AppendItem(cell, item.key, ValueForm::kRaw, &top.emplace_back(std::string(), item.count).first);
  }
  return top;
}

const PowerHistogram* ReadHistogram(const StatePlan& plan, const ResultColumn& column, GroupState state) {
  return std::get_if<PowerHistogram>(&state.wides[plan.cells[column.cell].wide]);
}

void PackState(const StatePlan& plan, GroupState state, Packer* packer) {
  for (std::uint32_t word = 0; word < plan.words; ++word) packer->Put(state.words[word]);
  for (std::uint32_t wide = 0; wide < plan.wides; ++wide) {
    std::visit(SaveWide{packer}, state.wides[wide]);
  }
}

bool UnpackState(const StatePlan& plan, Unpacker* unpacker, GroupState state) {
  for (std::uint32_t word = 0; word < plan.words; ++word) state.words[word] = unpacker->Get<std::uint64_t>();
  for (const Cell& cell : plan.cells) {
    if (!cell.is_wide || !unpacker->Get<bool>()) continue;
    state.wides[cell.wide] = EmptyWide(cell);
    if (!std::visit(LoadWide{unpacker}, state.wides[cell.wide])) return false;
  }
  return unpacker->ok();
}

}  // namespace vexevt
