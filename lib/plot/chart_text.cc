#include "lib/plot/chart_text.h"

#include <algorithm>

#include "lib/base/escape.h"
#include "lib/plot/text_parts.h"
#include "lib/plot/text_width.h"

namespace vexevt {
namespace {

constexpr std::size_t kLeastWidth = 40, kLeastHeight = 2, kMostHeight = 100;

void AppendLine(std::string_view text, const TextForm& form, std::string* out) {
  AppendFitted(text, form.width, form.utf8, out);
  out->push_back('\n');
}

void AppendTitle(const Chart& chart, const TextForm& form, std::string* out) {
  const std::string both = chart.title + ", " + chart.subtitle;
  std::string fitted;
  if (!chart.subtitle.empty() && AppendFitted(both, form.width + 1, form.utf8, &fitted) <= form.width) {
    return AppendLine(both, form, out);
  }
  AppendLine(chart.title, form, out);
  if (!chart.subtitle.empty()) AppendLine(chart.subtitle, form, out);
}

}  // namespace

void AppendChartText(const Chart& chart, const TextForm& wanted, std::string* out) {
  TextForm form = wanted;
  form.width = std::max(form.width, kLeastWidth);
  form.height = std::clamp(form.height, kLeastHeight, kMostHeight);
  AppendTitle(chart, form, out);
  if (!HasValue(chart)) {
    *out += "no values\n";
  } else {
    switch (chart.kind) {
      case ChartKind::kBars:
        AppendBarsText(chart, form, out);
        break;
      case ChartKind::kSpark:
        AppendSparkText(chart, form, out);
        break;
      case ChartKind::kLine:
        AppendLinesText(chart, form, out);
        break;
      case ChartKind::kHeatMap:
        AppendHeatMapText(chart, form, out);
        break;
    }
  }
  if (!chart.note.empty()) AppendLine(chart.note, form, out);
}

}  // namespace vexevt
