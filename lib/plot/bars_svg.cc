#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "lib/plot/svg.h"
#include "lib/plot/svg_parts.h"

namespace vexevt {
namespace {

constexpr double kBarRow = 18, kThick = 13, kBarBaseline = 11, kBarValueRoom = 80, kValueGap = 5;

}  // namespace

double AppendBarsSvg(const Chart& chart, double top, std::string* out) {
  std::vector<double> values;
  for (const ChartRow& row : chart.rows) values.push_back(row.values.empty() ? NAN : row.values[0]);
  const Scale scale = ScaleOf(values);
  const double left = LabelRoom(chart), width = kSvgWidth - left - kBarValueRoom;
  const auto x_of = [&](double value) { return left + ShareOf(value, scale) * width; };
  for (std::size_t i = 0; i < values.size(); ++i, top += kBarRow) {
    AppendSvgLabel(chart.rows[i].label, left, top + kBarBaseline, out);
    double end = x_of(0);
    if (!std::isnan(values[i])) {
      const double from = std::min(x_of(0), x_of(values[i]));
      end = std::max(x_of(0), x_of(values[i]));
      *out += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>\n", from, top,
                          end - from, kThick, SvgColor(0));
    }
    const std::string text = ShowQuantity(values[i], chart.quantity);
    AppendSvgText(text, text.size(), end + kValueGap, top + kBarBaseline, TextAnchor::kStart, "", out);
  }
  return top;
}

}  // namespace vexevt
