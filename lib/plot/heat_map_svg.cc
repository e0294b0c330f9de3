#include <fmt/format.h>

#include <vector>

#include "lib/plot/svg.h"
#include "lib/plot/svg_parts.h"

namespace vexevt {
namespace {

constexpr double kMapRow = 15, kMapBaseline = 11, kMapAxis = 26, kLegend = 18, kLegendCell = 18;
constexpr std::size_t kShadeCount = 8;

// Shades of one colour, as much of it as the level says: on light and on dark more of it is more.
void AppendCell(double x, double y, double width, std::size_t level, std::string* out) {
  *out += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\" fill-opacity=\"{:.2f}\"/>\n", x, y,
      width, kMapRow - 1, SvgColor(0), static_cast<double>(level) / static_cast<double>(kShadeCount));
}

}  // namespace

double AppendHeatMapSvg(const Chart& chart, double top, std::string* out) {
  const std::size_t length = LengthOf(chart);
  const double left = LabelRoom(chart), width = (kSvgWidth - left) / static_cast<double>(length);
  std::vector<double> all;
  for (const ChartRow& row : chart.rows) all.insert(all.end(), row.values.begin(), row.values.end());
  const Scale scale = ScaleOf(all);
  for (const ChartRow& row : chart.rows) {
    AppendSvgLabel(row.label, left, top + kMapBaseline, out);
    for (std::size_t i = 0; i < row.values.size();) {
      const std::size_t begin = i, level = ShadeOf(row.values[i], scale, kShadeCount);
      while (i < row.values.size() && ShadeOf(row.values[i], scale, kShadeCount) == level) ++i;
      if (level == 0) continue;
      AppendCell(left + static_cast<double>(begin) * width, top, static_cast<double>(i - begin) * width, level, out);
    }
    top += kMapRow;
  }
  AppendSvgAxis(chart, {left, top, kSvgWidth, top, {}}, out);
  top += kMapAxis;
  const std::string low = ShowQuantity(scale.low, chart.quantity), high = ShowQuantity(scale.high, chart.quantity);
  const double cells = left + 60;
  AppendSvgText(low, low.size(), cells - 6, top + kMapBaseline, TextAnchor::kEnd, "faint", out);
  for (std::size_t level = 1; level <= kShadeCount; ++level) {
    AppendCell(cells + static_cast<double>(level - 1) * kLegendCell, top, kLegendCell, level, out);
  }
  AppendSvgText(high, high.size(), cells + kShadeCount * kLegendCell + 6, top + kMapBaseline, TextAnchor::kStart,
                "faint", out);
  return top + kLegend;
}

}  // namespace vexevt
