#include <fmt/format.h>

#include <vector>

#include "lib/plot/svg.h"
#include "lib/plot/svg_parts.h"

namespace vexevt {
namespace {

constexpr double kLinesHigh = 220, kSide = 64, kSideGap = 6, kLinesAxis = 26, kLegendRow = 18, kRightGap = 10;
constexpr std::size_t kMostMarks = 6, kMostLegend = 90;

}  // namespace

double AppendLinesSvg(const Chart& chart, double top, std::string* out) {
  std::vector<double> all;
  for (const ChartRow& row : chart.rows) all.insert(all.end(), row.values.begin(), row.values.end());
  const SvgField field{kSide, top + 6, kSvgWidth - kRightGap, top + kLinesHigh, ScaleOf(all)};
  for (const double mark : NiceMarks(field.scale, kMostMarks, chart.quantity)) {
    const std::string text = ShowQuantity(mark, chart.quantity);
    *out +=
        fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", field.left, field.YOf(mark), field.right);
    AppendSvgText(text, text.size(), field.left - kSideGap, field.YOf(mark) + 4, TextAnchor::kEnd, "", out);
  }
  const std::size_t length = LengthOf(chart);
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    AppendSvgLine(chart.rows[i], length, field, SvgColor(i), out);
  }
  AppendSvgAxis(chart, field, out);
  double y = field.bottom + kLinesAxis;
  for (std::size_t i = 0; i < chart.rows.size() && !chart.rows[i].label.empty(); ++i, y += kLegendRow) {
    *out += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"14\" height=\"3\" fill=\"{}\"/>\n", field.left, y + 6,
                        SvgColor(i));
    AppendSvgText(chart.rows[i].label, kMostLegend, field.left + 20, y + 11, TextAnchor::kStart, "", out);
  }
  return y;
}

}  // namespace vexevt
