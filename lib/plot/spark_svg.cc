#include <cmath>

#include "lib/plot/svg.h"
#include "lib/plot/svg_parts.h"

namespace vexevt {
namespace {

constexpr double kSparkRow = 26, kSparkHigh = 20, kSparkBaseline = 15, kSparkValueRoom = 150, kLastRoom = 72,
                 kSparkHead = 16, kSparkAxis = 24;

}  // namespace

double AppendSparkSvg(const Chart& chart, double top, std::string* out) {
  const std::size_t length = LengthOf(chart);
  const double left = LabelRoom(chart), right = kSvgWidth - kSparkValueRoom;
  AppendSvgText("last", 4, kSvgWidth - kLastRoom, top + 10, TextAnchor::kEnd, "faint", out);
  AppendSvgText("max", 3, kSvgWidth, top + 10, TextAnchor::kEnd, "faint", out);
  top += kSparkHead;
  for (const ChartRow& row : chart.rows) {
    AppendSvgLabel(row.label, left, top + kSparkBaseline, out);
    AppendSvgLine(row, length, {left, top, right, top + kSparkHigh, ScaleOf(row.values)}, SvgColor(0), out);
    const double last = row.values.empty() ? NAN : row.values.back();
    const std::vector<double> most = Largest(row.values, 1);
    const std::string texts[] = {ShowQuantity(last, chart.quantity),
                                 ShowQuantity(most.empty() ? NAN : most[0], chart.quantity)};
    AppendSvgText(texts[0], texts[0].size(), kSvgWidth - kLastRoom, top + kSparkBaseline, TextAnchor::kEnd, "", out);
    AppendSvgText(texts[1], texts[1].size(), kSvgWidth, top + kSparkBaseline, TextAnchor::kEnd, "", out);
    top += kSparkRow;
  }
  AppendSvgAxis(chart, {left, top, right, top, {}}, out);
  return top + kSparkAxis;
}

}  // namespace vexevt
