#include "cmd/vexevt-stats/drawing.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "lib/cli/diagnostics.h"
#include "lib/cli/terminal.h"
#include "lib/io/atomic_file.h"
#include "lib/plot/chart_text.h"
#include "lib/plot/svg.h"
#include "lib/stats/result_chart.h"
#include "lib/stats/result_report.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostNotes = 100;

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

void Drawing::Add(const ToldWindow& window, std::span<const ResultRow> rows) {
  if (!history_ || window.partial) return;
  history_->Add(window, rows);
  if (!options_.html.empty()) last_ = ReportTableOf(history_->query(), history_->plan(), window, rows);
}

void Drawing::Note(const ToldWindow& window, std::string_view line) {
  if (!history_) return;
  if (notes_.size() == kMostNotes) {
    ++more_notes_;
  } else {
    notes_.push_back(fmt::format("{}: {}", ShowTime(window.begin_ns), line));
  }
}

Status Drawing::Finish(std::span<const std::string> notes, EventSink& sink) {
  if (!history_) return {};
  if (more_notes_ > 0) notes_.push_back(fmt::format("and {} more", more_notes_));
  std::vector<Chart> charts = ChartsOf(*history_, options_.plot.value_or(PlotKind::kAuto));
  if (options_.plot) {
    TextForm form;
    form.width = TerminalColumns(sink.fd());
    form.utf8 = LocaleIsUtf8();
    form.color = WantsColor(options_.common.color, sink.fd());
    std::string text = TextOf(charts, form);
    for (const std::string& note : notes_) text += "! " + note + '\n';
    sink.WriteText(text);
  }
  if (!options_.svg.empty()) {
    VEXEVT_TRY(ReplaceFile(options_.svg, SvgDocument("vexevt-stats: " + history_->query().text, charts)));
  }
  if (options_.html.empty()) return {};
  notes_.insert(notes_.end(), notes.begin(), notes.end());
  std::vector<ReportTable> tables;
  if (last_) tables.push_back(*std::move(last_));
  return ReplaceFile(options_.html,
                     HtmlOf(ReportOf(*history_, std::move(charts), std::move(tables), std::move(notes_))));
}

}  // namespace vexevt
