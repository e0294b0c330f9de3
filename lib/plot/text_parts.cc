#include "lib/plot/text_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "lib/plot/scale.h"
#include "lib/plot/text_width.h"

namespace vexevt {
namespace {

// Of 256: to be told apart on dark and on light, also by most who see few colours.
constexpr unsigned kRowColors[] = {33, 208, 36, 170, 142, 203, 75, 245};

constexpr std::size_t kMostColumnsAValue = 4;
constexpr std::size_t kBetweenMarks = 3;  // columns at least

}  // namespace

std::size_t LabelColumns(const Chart& chart, const TextForm& form) {
  std::size_t columns = 0;
  std::string fitted;
  for (const ChartRow& row : chart.rows) {
    columns = std::max(columns, AppendFitted(row.label, form.width / 3, form.utf8, &fitted));
  }
  return columns;
}

void AppendLabel(std::string_view label, std::size_t columns, const TextForm& form, std::string* out) {
  if (columns == 0) return;
  const std::size_t used = AppendFitted(label, columns, form.utf8, out);
  out->append(columns - used + 1, ' ');
}

void AppendRight(std::string_view text, std::size_t columns, std::string* out) {
  out->append(columns - std::min(columns, text.size()), ' ');
  out->append(text);
}

void EndLine(std::string* out) {
  out->erase(out->find_last_not_of(' ') + 1);
  out->push_back('\n');
}

void AppendColored(std::string_view text, unsigned color, const TextForm& form, std::string* out) {
  if (!form.color) {
    out->append(text);
    return;
  }
  fmt::format_to(std::back_inserter(*out), "\x1b[38;5;{}m{}\x1b[0m", color, text);
}

unsigned RowColor(std::size_t row) { return kRowColors[row % std::size(kRowColors)]; }

std::size_t ColumnsFor(std::size_t length, std::size_t room) {
  if (length == 0 || length >= room) return std::max<std::size_t>(1, room);
  return length * std::min(kMostColumnsAValue, room / length);
}

std::vector<double> InColumns(std::vector<double> values, std::size_t length, std::size_t columns) {
  values.resize(length, NAN);
  if (length >= columns) return Largest(values, columns);
  std::vector<double> wide;
  for (const double value : values) wide.insert(wide.end(), columns / length, value);
  return wide;
}

AxisText AxisOf(const Chart& chart, std::size_t columns) {
  const Scale scale{chart.begin, chart.begin + static_cast<double>(LengthOf(chart)) * chart.step};
  AxisText axis;
  // The room that a mark takes depends on how far they are from each other: first as if they were far.
  std::size_t most = std::max<std::size_t>(1, columns / 8);
  double step = NiceStep(scale, most, chart.along);
  most = std::max<std::size_t>(1, columns / (ShowAlong(scale.high, step, chart.along).size() + kBetweenMarks));
  step = NiceStep(scale, most, chart.along);
  for (const double mark : NiceMarks(scale, most, chart.along)) {
    const auto at = static_cast<std::size_t>(ShareOf(mark, scale) * static_cast<double>(columns));
    const std::string text = ShowAlong(mark, step, chart.along);
    if (at + text.size() > columns || (!axis.line.empty() && at < axis.line.size() + 1)) continue;
    axis.marks.push_back(at);
    axis.line.append(at - axis.line.size(), ' ');
    axis.line += text;
  }
  return axis;
}

}  // namespace vexevt
