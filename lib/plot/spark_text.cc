#include <algorithm>
#include <cmath>
#include <vector>

#include "lib/plot/scale.h"
#include "lib/plot/sparkline.h"
#include "lib/plot/text_parts.h"

namespace vexevt {
namespace {

constexpr std::string_view kLast = "LAST", kMost = "MAX";

struct Ends {
  std::string last, most;
};

Ends EndsOf(const ChartRow& row, Quantity quantity) {
  double most = NAN;
  for (const double value : row.values) {
    if (!(most >= value) && !std::isnan(value)) most = value;
  }
  return {ShowQuantity(row.values.empty() ? NAN : row.values.back(), quantity), ShowQuantity(most, quantity)};
}

}  // namespace

void AppendSparkText(const Chart& chart, const TextForm& form, std::string* out) {
  std::vector<Ends> ends;
  std::size_t last_columns = kLast.size(), most_columns = kMost.size();
  for (const ChartRow& row : chart.rows) {
    ends.push_back(EndsOf(row, chart.quantity));
    last_columns = std::max(last_columns, ends.back().last.size());
    most_columns = std::max(most_columns, ends.back().most.size());
  }
  const std::size_t labels = LabelColumns(chart, form), length = LengthOf(chart);
  const std::size_t indent = labels > 0 ? labels + 1 : 0;
  const std::size_t taken = indent + last_columns + most_columns + 3;
  const std::size_t columns = ColumnsFor(length, form.width > taken ? form.width - taken : 1);
  out->append(indent + columns, ' ');
  AppendRight(kLast, last_columns + 1, out);
  AppendRight(kMost, most_columns + 2, out);
  EndLine(out);
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const std::vector<double> values = InColumns(chart.rows[i].values, length, columns);
    AppendLabel(chart.rows[i].label, labels, form, out);
    std::string line;
    AppendSparkline(values, ScaleOf(values), form.utf8, &line);
    AppendColored(line, RowColor(0), form, out);
    AppendRight(ends[i].last, last_columns + 1, out);
    AppendRight(ends[i].most, most_columns + 2, out);
    EndLine(out);
  }
  if (const AxisText axis = AxisOf(chart, columns); !axis.line.empty()) {
    out->append(indent, ' ');
    *out += axis.line + '\n';
  }
}

}  // namespace vexevt
