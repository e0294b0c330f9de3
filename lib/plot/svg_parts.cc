#include "lib/plot/svg_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "lib/base/escape.h"
#include "lib/plot/svg.h"
#include "lib/plot/text_width.h"

namespace vexevt {
namespace {

constexpr std::string_view kColors[] = {"#3b82c4", "#e07b26", "#2a9d7f", "#b565c0",
                                        "#9a8a1f", "#d65757", "#4fb0d8", "#808080"};

constexpr double kCharacter = 7.3;  // of the font in kSvgStyle
constexpr double kLabelGap = 8;
constexpr std::size_t kMostLabel = 30;  // characters
constexpr double kMarkRoom = 110;

}  // namespace

void AppendSvgText(std::string_view bytes, std::size_t most, double x, double y, TextAnchor anchor,
                   std::string_view style, std::string* out) {
  constexpr std::string_view kAnchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
  *out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\"{}", x, y, kAnchors[static_cast<std::size_t>(anchor)]);
  if (!style.empty()) *out += fmt::format(" class=\"{}\"", style);
  *out += '>';
  std::string fitted;
  AppendFitted(bytes, most, true, &fitted);
  AppendXmlOfEscaped(fitted, out);
  *out += "</text>\n";
}

double LabelRoom(const Chart& chart) {
  std::size_t characters = 0;
  std::string fitted;
  for (const ChartRow& row : chart.rows) {
    characters = std::max(characters, AppendFitted(row.label, kMostLabel, true, &fitted));
  }
  return characters > 0 ? static_cast<double>(characters) * kCharacter + kLabelGap : 0;
}

void AppendSvgLabel(std::string_view label, double room, double y, std::string* out) {
  if (room > 0) AppendSvgText(label, kMostLabel, room - kLabelGap, y, TextAnchor::kEnd, "", out);
}

std::string_view SvgColor(std::size_t row) { return kColors[row % std::size(kColors)]; }

void AppendSvgLine(const ChartRow& row, std::size_t length, const SvgField& field, std::string_view color,
                   std::string* out) {
  const double width = (field.right - field.left) / static_cast<double>(std::max<std::size_t>(length, 1));
  const auto there = [&](std::size_t i) { return i < row.values.size() && !std::isnan(row.values[i]); };
  const auto x_of = [&](std::size_t i) { return field.left + (static_cast<double>(i) + 0.5) * width; };
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    if (!there(i)) continue;
    if (!there(i + 1)) {
      *out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"1.5\" fill=\"{}\"/>\n", x_of(i),
                          field.YOf(row.values[i]), color);
      continue;
    }
    *out += fmt::format("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\" points=\"", color);
    for (; there(i); ++i) *out += fmt::format("{:.1f},{:.1f} ", x_of(i), field.YOf(row.values[i]));
    *out += "\"/>\n";
  }
}

void AppendSvgAxis(const Chart& chart, const SvgField& field, std::string* out) {
  const Scale along{chart.begin, chart.begin + static_cast<double>(LengthOf(chart)) * chart.step};
  const auto most = static_cast<std::size_t>(std::max(1.0, (field.right - field.left) / kMarkRoom));
  const double step = NiceStep(along, most, chart.along);
  *out += fmt::format("<path class=\"axis\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", field.left, field.bottom, field.right);
  for (const double mark : NiceMarks(along, most, chart.along)) {
    const double x = field.left + ShareOf(mark, along) * (field.right - field.left);
    const std::string text = ShowAlong(mark, step, chart.along);
    const double half = static_cast<double>(text.size()) * kCharacter / 2;
    if (x + half > kSvgWidth) continue;
    *out += fmt::format("<path class=\"axis\" d=\"M{:.1f} {:.1f}v4\"/>\n", x, field.bottom);
    AppendSvgText(text, text.size(), std::max(x, half), field.bottom + 16, TextAnchor::kMiddle, "", out);
  }
}

}  // namespace vexevt
