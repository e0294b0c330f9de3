#include <algorithm>
#include <limits>
#include <optional>

#include "lib/base/utf8.h"
#include "lib/match/hash.h"
#include "lib/stats/group_key.h"
#include "lib/stats/result.h"

namespace vexevt {
namespace {

using AttributeValue = decltype(Attribute::value);

AttributeValue TextValue(std::string_view text) {
  if (IsUtf8(text)) return AttributeText{text};
  return AttributeBytes{text};
}

// Attributes have no unsigned numbers.
AttributeValue NumberValue(std::uint64_t number) {
  if (number > std::numeric_limits<std::int64_t>::max()) return static_cast<double>(number);
  return static_cast<std::int64_t>(number);
}

struct ValueOf {
  AttributeValue operator()(std::monostate) const { return AttributeText{}; }
  AttributeValue operator()(std::uint64_t number) const { return NumberValue(number); }
  AttributeValue operator()(const std::string& text) const { return TextValue(text); }
  template <typename Number>
  AttributeValue operator()(Number number) const {
    return number;
  }
};

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

std::string AttributeName(const Column& column) { return column.field == nullptr ? column.attribute : column.name; }

}  // namespace

std::vector<ResultRow> ReadRows(const StatePlan& plan, const ToldWindow& window, ListForm form) {
  std::vector<ResultRow> rows;
  rows.reserve(window.rows.size());
  for (const std::uint32_t number : window.rows) {
    const GroupState state = window.groups->State(number);
    ResultRow& row = rows.emplace_back();
    row.key = window.groups->key(number);
    row.other = number == GroupTable::kOther;
    row.events = HeadOf(state).events;
    for (const ResultColumn& column : plan.columns) {
      row.values.push_back(ReadResult(plan, column, state, window.span_ns, form));
    }
  }
  const auto numeric = std::ranges::find_if_not(plan.columns, IsText);
  const auto at = static_cast<std::size_t>(numeric - plan.columns.begin());
  const auto number_of = [&](const ResultRow& row) {
    constexpr double kNone = -std::numeric_limits<double>::infinity();
    const double number = at < row.values.size() ? AsReal(row.values[at]).value_or(kNone) : kNone;
    return number == number ? number : kNone;
  };
  std::ranges::sort(rows, [&](const ResultRow& a, const ResultRow& b) {
    if (a.other != b.other) return b.other;
    const double x = number_of(a), y = number_of(b);
    return x != y ? x > y : a.key < b.key;
  });
  return rows;
}

ResultEvent::ResultEvent(const StatsQuery& query, const StatePlan& plan, std::string_view name)
    : query_(query), plan_(plan), name_(name), source_(Hash(query.text, Hash(name))) {
  for (const Column& column : query.by) by_names_.push_back(AttributeName(column));
}

const Event& ResultEvent::Make(const ToldWindow& window, const ResultRow& row) {
  const std::uint64_t place[] = {window.begin_ns, window.end_ns, window.partial ? row.events : 0, row.other};
  std::vector<Attribute> attributes = std::move(event_.attributes);
  attributes.clear();
  event_ = Event();
  event_.id = {source_, Hash(row.key, Hash(AsText(std::as_bytes(std::span(place)))))};
  event_.wall_ns = window.end_ns;
  event_.type = kObservabilityMetric;
  event_.boundary = Boundary::kAnalytics;
  ObservabilityPayload payload{.name = name_, .message = {}, .unit = UnitOf(plan_.columns[0])};
  payload.value = AsReal(row.values[0]).value_or(0);
  event_.payload = payload;
  attributes.push_back({"begin", NumberValue(window.begin_ns)});
  attributes.push_back({"end", NumberValue(window.end_ns)});
  texts_.assign(query_.by.size(), {});
  if (!row.other && DecodeGroupKey(row.key, query_.by.size(), &key_values_, &key_texts_)) {
    for (std::size_t i = 0; i < query_.by.size(); ++i) {
      if (std::holds_alternative<std::monostate>(key_values_[i])) continue;
      const Field* const field = query_.by[i].field;
      AppendColumnText(query_.by[i], key_values_[i], ValueForm::kRaw, &texts_[i]);
      const auto* number = std::get_if<std::uint64_t>(&key_values_[i]);
      const bool plain = field != nullptr && (field->type == FieldType::kUint || field->type == FieldType::kSize ||
                                              field->type == FieldType::kDuration);
      attributes.push_back({by_names_[i], number != nullptr && plain ? NumberValue(*number) : TextValue(texts_[i])});
    }
  }
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
    if (std::holds_alternative<std::monostate>(row.values[i])) continue;
    attributes.push_back({plan_.columns[i].name, std::visit(ValueOf(), row.values[i])});
  }
  if (row.other) attributes.push_back({"other", true});
  if (window.lower_bound) attributes.push_back({"lower_bound", true});
  if (window.partial) attributes.push_back({"partial", true});
  event_.attributes = std::move(attributes);
  return event_;
}

std::string ResultFields(const StatsQuery& query) {
  std::string fields = "attr.begin,attr.end";
  for (const Column& column : query.by) fields += ",attr." + AttributeName(column);
  for (const Aggregate& aggregate : query.aggregates) fields += ",attr." + aggregate.name;
  return fields + ",attr.other,attr.lower_bound,attr.partial";
}

}  // namespace vexevt
