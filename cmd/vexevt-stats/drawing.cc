#include "cmd/vexevt-stats/drawing.h"

#include <string>

#include "lib/cli/diagnostics.h"
#include "lib/cli/terminal.h"
#include "lib/plot/chart_text.h"
#include "lib/stats/result_chart.h"

namespace vexevt {
namespace {

std::string TextOf(const std::vector<Chart>& charts, const TextForm& form) {
  std::string text;
  for (const Chart& chart : charts) {
    if (!text.empty()) text += '\n';
    AppendChartText(chart, form, &text);
  }
  return text.empty() ? "nothing to draw\n" : text;
}

}  // namespace

Result<CommonOptions> CommonOptionsOf(const StatsOptions& options) {
  if (options.draws() && options.states) return InvalidArgument("--partials: states can't be drawn; merge draws them");
  CommonOptions common = options.common;
  if (!options.plot) return common;
  if (common.format != Format::kAuto && common.format != Format::kText) {
    return InvalidArgument("--plot is text: leave out --format");
  }
  common.format = Format::kText;
  return common;
}

Drawing::Drawing(const StatsQuery& query, const StatePlan& plan, const StatsOptions& options) : options_(options) {
  if (options.draws()) history_.emplace(query, plan);
}

void Drawing::Add(const ToldWindow& window) {
  if (!history_ || window.partial) return;
  history_->Add(window, ReadRows(history_->plan(), window, ListForm::kJson));
}

Status Drawing::Finish(EventSink& sink) {
  if (!history_) return {};
  const std::vector<Chart> charts = ChartsOf(*history_, options_.plot.value_or(PlotKind::kAuto));
  if (options_.plot) {
    TextForm form;
    form.width = TerminalColumns(sink.fd());
    form.utf8 = LocaleIsUtf8();
    form.color = WantsColor(options_.common.color, sink.fd());
    sink.WriteText(TextOf(charts, form));
  }
  return {};
}

}  // namespace vexevt
