#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>

#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/stats/group_key.h"
#include "lib/stats/result.h"

namespace vexevt {
namespace {

constexpr std::string_view kGapBetweenColumns = "  ";

// What is lower where events are missing.
bool OnlyGrows(AggregateKind kind) {
  return kind == AggregateKind::kCount || kind == AggregateKind::kRate || kind == AggregateKind::kDistinct ||
         kind == AggregateKind::kSum;
}

// As a time in UTC, without zeros at its end.
std::string ShortTime(std::uint64_t ns) {
  std::string time = PrintTime(ns);
  time.pop_back();
  while (time.back() == '0') time.pop_back();
  if (time.back() == '.') time.pop_back();
  return time + "Z";
}

struct Shown {
  FieldType type;

  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(const std::string& text) const {
    std::string escaped;
    AppendEscaped(text, &escaped);
    return escaped.empty() ? "-" : escaped;
  }
  std::string operator()(std::uint64_t number) const {
    if (type == FieldType::kSize) return RoundedSize(number);
    if (type == FieldType::kDuration) return RoundedDuration(number);
    if (type == FieldType::kTime) return ShortTime(number);
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
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const auto& line : table.lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::size_t space = widths[i] - line[i].size();
      if (i > 0) out->append(kGapBetweenColumns);
      if (!table.left[i]) out->append(space, ' ');
      out->append(line[i]);
      if (table.left[i] && i + 1 < line.size()) out->append(space, ' ');
    }
    out->push_back('\n');
  }
}

void AppendKey(const StatsQuery& query, const ResultRow& row, std::vector<std::string>* line) {
  std::vector<FieldValue> values;
  std::vector<std::string> texts;
  if (row.other || !DecodeGroupKey(row.key, query.by.size(), &values, &texts)) {
    for (std::size_t i = 0; i < query.by.size(); ++i) line->push_back(i == 0 ? "(other)" : "");
    return;
  }
  for (std::size_t i = 0; i < query.by.size(); ++i) {
    std::string text;
    AppendColumnText(query.by[i], values[i], ValueForm::kEscaped, &text);
    line->push_back(text.empty() ? "-" : std::move(text));
  }
}

}  // namespace

bool IsText(const ResultColumn& column) {
  return column.kind == AggregateKind::kTopK || column.kind == AggregateKind::kHistogram ||
         column.kind == AggregateKind::kFirst || column.kind == AggregateKind::kLast;
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
  AppendKey(query, row, &line);
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    std::string text = std::visit(Shown{plan.columns[i].type}, row.values[i]);
    if (window.lower_bound && OnlyGrows(plan.columns[i].kind)) text.insert(0, ">=");
    line.push_back(std::move(text));
  }
  return line;
}

void AppendResultTable(const StatsQuery& query, const StatePlan& plan, const ToldWindow& window, std::string* out) {
  const bool one = query.windows.kind == WindowKind::kGlobal;
  if (!one) *out += fmt::format("{} to {}", ShortTime(window.begin_ns), ShortTime(window.end_ns));
  if (window.partial) *out += one ? "so far" : ", so far";
  if (!one || window.partial) *out += '\n';
  Table table;
  table.lines.push_back(TableNames(query, plan));
  table.left.assign(query.by.size(), true);
  for (const ResultColumn& column : plan.columns) table.left.push_back(IsText(column));
  for (const ResultRow& row : ReadRows(plan, window, ListForm::kPeople)) {
    table.lines.push_back(TableTexts(query, plan, window, row));
  }
  AppendTable(table, out);
  if (!one || window.partial) *out += '\n';
}

}  // namespace vexevt
