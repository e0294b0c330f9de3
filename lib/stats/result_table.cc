#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>

#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/plot/quantity.h"
#include "lib/plot/text_width.h"
#include "lib/stats/group_key.h"
#include "lib/stats/result.h"

namespace vexevt {
namespace {

constexpr std::string_view kGapBetweenColumns = "  ";

struct Shown {
  FieldType type;

  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(const std::string& text) const { return text.empty() ? "-" : Escaped(text); }
  std::string operator()(std::uint64_t number) const {
    if (type == FieldType::kSize) return RoundedSize(number);
    if (type == FieldType::kDuration) return RoundedDuration(number);
    if (type == FieldType::kTime) return ShowTime(number);
    return std::to_string(number);
  }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const {
    const bool quantity = type == FieldType::kSize || type == FieldType::kDuration || type == FieldType::kTime;
    if (quantity && number >= 0 && number < 0x1p64) return (*this)(static_cast<std::uint64_t>(number + 0.5));
    return fmt::format("{:.6g}", number);
  }
};

std::string UpperCase(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

struct Table {
  std::vector<std::vector<std::string>> lines;
  std::vector<bool> left;  // by column: aligned so
};

void AppendTable(const Table& table, std::string* out) {
  std::vector<std::size_t> widths(table.left.size());
  for (const auto& line : table.lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], TextWidth(line[i]));
  }
  for (const auto& line : table.lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::size_t space = widths[i] - TextWidth(line[i]);
      if (i > 0) out->append(kGapBetweenColumns);
      if (!table.left[i]) out->append(space, ' ');
      out->append(line[i]);
      if (table.left[i] && i + 1 < line.size()) out->append(space, ' ');
    }
    out->push_back('\n');
  }
}

}  // namespace

bool OnlyGrows(AggregateKind kind) {
  return kind == AggregateKind::kCount || kind == AggregateKind::kRate || kind == AggregateKind::kDistinct ||
         kind == AggregateKind::kFrequency || kind == AggregateKind::kSum;
}

bool IsText(const ResultColumn& column) {
  return column.kind == AggregateKind::kTopK || column.kind == AggregateKind::kHistogram ||
         column.kind == AggregateKind::kFirst || column.kind == AggregateKind::kLast;
}

std::string ResultText(FieldType type, const ResultValue& value) { return std::visit(Shown{type}, value); }

std::vector<std::string> KeyTexts(const StatsQuery& query, std::string_view key) {
  std::vector<FieldValue> values;
  std::vector<std::string> value_texts, texts(query.by.size());
  if (!DecodeGroupKey(key, query.by.size(), &values, &value_texts)) return texts;
  for (std::size_t i = 0; i < query.by.size(); ++i) {
    AppendColumnText(query.by[i], values[i], ValueForm::kEscaped, &texts[i]);
    if (texts[i].empty()) texts[i] = "-";
  }
  return texts;
}

std::string WatchSubject(const StatsQuery& query, const Watch& watch, std::string_view key) {
  std::string text = watch.name;
  const std::vector<std::string> keys = KeyTexts(query, key);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{} {} {}", i == 0 ? " of" : ",", query.by[i].name, keys[i]);
  }
  return text;
}

std::vector<std::string> TableNames(const StatsQuery& query, const StatePlan& plan) {
  std::vector<std::string> names;
  for (const Column& column : query.by) names.push_back(UpperCase(column.name));
  for (const ResultColumn& column : plan.columns) names.push_back(UpperCase(column.name));
  return names;
}

std::vector<std::string> TableTexts(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window,
                                    const ResultRow& row) {
  std::vector<std::string> line;
  if (row.other) {
    line.resize(query.by.size());
    if (!line.empty()) line[0] = "(other)";
  } else {
    line = KeyTexts(query, row.key);
  }
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    std::string text = ResultText(plan.columns[i].type, row.values[i]);
    if (window.lower_bound && OnlyGrows(plan.columns[i].kind)) text.insert(0, ">=");
    line.push_back(std::move(text));
  }
  return line;
}

void AppendResultTable(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window,
                       std::span<const ResultRow> rows, std::string* out) {
  const bool one = query.windows.kind == WindowKind::kGlobal;
  if (!one) *out += fmt::format("{} to {}", ShowTime(window.begin_ns), ShowTime(window.end_ns));
  if (window.partial) *out += one ? "so far" : ", so far";
  if (!one || window.partial) *out += '\n';
  Table table;
  table.lines.push_back(TableNames(query, plan));
  table.left.assign(query.by.size(), true);
  for (const ResultColumn& column : plan.columns) table.left.push_back(IsText(column));
  for (const ResultRow& row : rows) {
    table.lines.push_back(TableTexts(query, plan, window, row));
  }
  AppendTable(table, out);
}

}  // namespace vexevt
