#include <algorithm>
#include <cmath>
#include <vector>

#include "lib/plot/scale.h"
#include "lib/plot/sparkline.h"
#include "lib/plot/text_parts.h"

namespace vexevt {
namespace {

double ValueOf(const ChartRow& row) { return row.values.empty() ? NAN : row.values[0]; }

// From the right: there are no blocks of which only the right part is filled, so it is whole characters.
void AppendNegative(double share, std::size_t width, bool utf8, std::string* bar) {
  const auto length = static_cast<std::size_t>(std::ceil(share * static_cast<double>(width)));
  bar->append(width - length, ' ');
  AppendBar(1, length, utf8, bar);
}

}  // namespace

void AppendBarsText(const Chart& chart, const TextForm& form, std::string* out) {
  std::vector<double> values;
  std::vector<std::string> texts;
  std::size_t value_columns = 0;
  for (const ChartRow& row : chart.rows) {
    values.push_back(ValueOf(row));
    texts.push_back(ShowQuantity(values.back(), chart.quantity));
    value_columns = std::max(value_columns, texts.back().size());
  }
  const Scale scale = ScaleOf(values);
  const std::size_t labels = LabelColumns(chart, form);
  const std::size_t taken = labels + 1 + value_columns + 1;
  const std::size_t width = form.width > taken + 1 ? form.width - taken : 1;
  const auto below = static_cast<std::size_t>(std::ceil(ShareOf(0, scale) * static_cast<double>(width)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    AppendLabel(chart.rows[i].label, labels, form, out);
    std::string bar;
    if (values[i] < 0) {
      AppendNegative(std::min(1.0, values[i] / scale.low), below, form.utf8, &bar);
      bar.append(width - below, ' ');
    } else {
      bar.append(below, ' ');
      AppendBar(ShareOf(values[i], {0, scale.high}), width - below, form.utf8, &bar);
    }
    AppendColored(bar, RowColor(0), form, out);
    out->push_back(' ');
    AppendRight(texts[i], value_columns, out);
    EndLine(out);
  }
}

}  // namespace vexevt
