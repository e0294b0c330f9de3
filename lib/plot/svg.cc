#include "lib/plot/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lib/base/escape.h"
#include "lib/plot/svg_parts.h"

namespace vexevt {

const std::string_view kSvgStyle =
    ".chart text{fill:currentColor;font:12px ui-monospace,Menlo,Consolas,monospace}\n"
    ".chart .title{font:600 14px system-ui,sans-serif}\n"
    ".chart .faint{opacity:.7}\n"
    ".chart .axis{stroke:currentColor;stroke-opacity:.6}\n"
    ".chart .grid{stroke:currentColor;stroke-opacity:.15}\n";

namespace {

constexpr std::string_view kDocumentStyle =
    "svg{color:#1b1f24;background:#fff}\n"
    "@media (prefers-color-scheme:dark){svg{color:#e4e6e8;background:#16191d}}\n";

constexpr double kMargin = 16;
constexpr std::size_t kMostTitle = 90, kMostNote = 96, kMostDescribed = 20;

// What the picture shows, for who can't see it: the largest value of each row.
void AppendDescription(const Chart& chart, std::string* out) {
  std::size_t told = 0;
  for (const ChartRow& row : chart.rows) {
    if (++told > kMostDescribed) break;
    const std::vector<double> most = Largest(row.values, 1);
    if (told > 1) *out += ", ";
    if (!row.label.empty()) AppendXml(row.label + " ", out);
    *out += ShowQuantity(most.empty() ? NAN : most[0], chart.quantity);
  }
}

double AppendKind(const Chart& chart, double top, std::string* out) {
  if (!HasValue(chart)) {
    AppendSvgText("no values", kMostNote, 0, top + 10, TextAnchor::kStart, "", out);
    return top + 18;
  }
  switch (chart.kind) {
    case ChartKind::kSpark:
      return AppendSparkSvg(chart, top, out);
    case ChartKind::kLine:
      return AppendLinesSvg(chart, top, out);
    case ChartKind::kHeatMap:
      return AppendHeatMapSvg(chart, top, out);
    case ChartKind::kBars:
      break;
  }
  return AppendBarsSvg(chart, top, out);
}

}  // namespace

double AppendSvg(const Chart& chart, std::string_view id, double top, std::string* out) {
  std::string body;
  double y = 14;
  AppendSvgText(chart.title, kMostTitle, 0, y, TextAnchor::kStart, "title", &body);
  if (!chart.subtitle.empty()) {
    y += 18;
    AppendSvgText(chart.subtitle, kMostNote, 0, y, TextAnchor::kStart, "faint", &body);
  }
  y = AppendKind(chart, y + 12, &body);
  if (!chart.note.empty()) {
    AppendSvgText(chart.note, kMostNote, 0, y + 12, TextAnchor::kStart, "faint", &body);
    y += 18;
  }
  *out += fmt::format(
      "<svg class=\"chart\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" "
      "aria-labelledby=\"{}-title {}-description\">\n<title id=\"{}-title\">",
      top, kSvgWidth, y, kSvgWidth, y, id, id, id);
  AppendXml(chart.title, out);
  *out += fmt::format("</title>\n<desc id=\"{}-description\">", id);
  AppendDescription(chart, out);
  *out += "</desc>\n" + body + "</svg>\n";
  return y;
}

std::string SvgDocument(std::string_view title, std::span<const Chart> charts) {
  std::string body;
  double top = kMargin;
  for (std::size_t i = 0; i < charts.size(); ++i) {
    top += AppendSvg(charts[i], fmt::format("chart{}", i + 1), top, &body) + kMargin;
  }
  std::string document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  document += fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0f}\" height=\"{:.0f}\" viewBox=\"{:.0f} 0 {:.0f} "
      "{:.0f}\">\n"
      "<title>",
      kSvgWidth + 2 * kMargin, top, -kMargin, kSvgWidth + 2 * kMargin, top);
  AppendXml(title, &document);
  document += "</title>\n<style>\n";
  document += kDocumentStyle;
  document += kSvgStyle;
  document += "</style>\n" + body + "</svg>\n";
  return document;
}

}  // namespace vexevt
