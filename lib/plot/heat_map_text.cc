#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "lib/plot/scale.h"
#include "lib/plot/text_parts.h"

namespace vexevt {
namespace {

constexpr std::string_view kAsciiShades = ".:-=+*#@";
constexpr std::string_view kShades[] = {"\xe2\x96\x91", "\xe2\x96\x92", "\xe2\x96\x93", "\xe2\x96\x88"};
constexpr unsigned kHeatColors[] = {53, 60, 24, 30, 36, 71, 148, 226};  // of 256, from dark violet to yellow

std::size_t Levels(const TextForm& form) {
  if (form.color) return std::size(kHeatColors);
  return form.utf8 ? std::size(kShades) : kAsciiShades.size();
}

// So many columns of a level from 1 on; 0, which is blank, is the lowest of the scale and what is not there.
void AppendShade(std::size_t level, std::size_t columns, const TextForm& form, std::string* out) {
  if (level > 0 && form.color) {
    fmt::format_to(std::back_inserter(*out), "\x1b[48;5;{}m{:{}}\x1b[0m", kHeatColors[level - 1], "", columns);
    return;
  }
  for (std::size_t i = 0; i < columns; ++i) {
    if (level == 0) {
      out->push_back(' ');
    } else if (form.utf8) {
      out->append(kShades[level - 1]);
    } else {
      out->push_back(kAsciiShades[level - 1]);
    }
  }
}

}  // namespace

void AppendHeatMapText(const Chart& chart, const TextForm& form, std::string* out) {
  const std::size_t labels = LabelColumns(chart, form), length = LengthOf(chart);
  const std::size_t indent = labels > 0 ? labels + 1 : 0;
  const std::size_t columns = ColumnsFor(length, form.width - indent);
  std::vector<double> all;
  for (const ChartRow& row : chart.rows) all.insert(all.end(), row.values.begin(), row.values.end());
  const Scale scale = ScaleOf(all);
  for (const ChartRow& row : chart.rows) {
    AppendLabel(row.label, labels, form, out);
    std::size_t run = 0, level = 0;
    for (const double value : InColumns(row.values, length, columns)) {
      if (const std::size_t next = ShadeOf(value, scale, Levels(form)); next != level) {
        AppendShade(std::exchange(level, next), std::exchange(run, 0), form, out);
      }
      ++run;
    }
    AppendShade(level, run, form, out);
    EndLine(out);
  }
  if (const AxisText axis = AxisOf(chart, columns); !axis.line.empty()) {
    out->append(indent, ' ');
    *out += axis.line + '\n';
  }
  out->append(indent, ' ');
  *out += ShowQuantity(scale.low, chart.quantity) + ' ';
  for (std::size_t level = 1; level <= Levels(form); ++level) AppendShade(level, 1, form, out);
  *out += ' ' + ShowQuantity(scale.high, chart.quantity) + '\n';
}

}  // namespace vexevt
