#include "lib/live/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/live/fit.h"
#include "lib/plot/sparkline.h"
#include "lib/plot/text_width.h"

namespace vexevt {
namespace {

constexpr std::size_t kSparkline = 30;            // seconds
constexpr std::size_t kLeastTable = 4;            // lines of a table: its heading and some rows
constexpr std::size_t kPrintedRows = 10;          // of a table
constexpr std::size_t kLeastColumn = 12;          // columns of the first one, before others are left out
constexpr std::size_t kGap = 2;                   // between columns
constexpr std::size_t kAsWide = ~std::size_t{0};  // in place of a width: as wide as the rows are

constexpr std::string_view kKeys[] = {
    "s          sort by the next column",
    "Tab        the next table",
    "up, down   select a row; also k and j",
    "Enter      only events of that row",
    "/          only events that an expression (vexevt-expr(7)) holds for",
    "Backspace  take the last filter back",
    "p, Space   hold still, or go on",
    "r          count anew",
    "q          quit",
};
constexpr std::string_view kHint = "q quit  ? keys  s sort  Enter drill down  / filter  Backspace undo  p pause";

std::string RateText(double rate) {
  if (rate < 10) return fmt::format("{:.3g}/s", rate);
  return RoundedCount(static_cast<std::uint64_t>(std::llround(rate))) + "/s";
}

std::string Sparkline(const std::vector<double>& seconds, std::size_t most, bool utf8) {
  const std::size_t count = std::min(seconds.size(), most);
  const std::span<const double> last(seconds.end() - static_cast<std::ptrdiff_t>(count), count);
  std::string text;
  AppendSparkline(last, ScaleOf(last), utf8, &text);
  return text;
}

LiveSpan LostSpan(const LiveSnapshot& shown) {
  if (shown.lost == 0 && !shown.lost_more) return {"lost 0"};
  return {fmt::format("lost {}{}", shown.lost_more ? ">=" : "", RoundedCount(std::max<std::uint64_t>(shown.lost, 1))),
          LiveStyle::kAlarm};
}

// What there is room for, from the left.
LiveLine HeadLine(const LiveSnapshot& shown, std::size_t columns, bool utf8) {
  LiveLine parts = {{RateText(shown.rate), LiveStyle::kStrong},
                    {Sparkline(shown.seconds, std::min(kSparkline, columns / 4), utf8)},
                    {"total " + RoundedCount(shown.total)},
                    LostSpan(shown)};
  if (shown.alerts > 0) parts.push_back({fmt::format("alerts {}", shown.alerts), LiveStyle::kAlarm});
  if (shown.ended) {
    parts.push_back({"ended"});
  } else if (shown.newest_ns > 0) {
    parts.push_back({"lag " + RoundedDuration(shown.lag_ns)});
  }
  if (shown.newest_ns > 0) parts.push_back({PrintTime(shown.newest_ns).substr(0, 19) + "Z"});
  LiveLine line;
  std::size_t used = 0;
  for (LiveSpan& part : parts) {
    if (part.text.empty()) continue;
    if (used > 0) part.text.insert(0, kGap, ' ');
    used += TextWidth(part.text);
    if (used > columns) break;
    line.push_back(std::move(part));
  }
  return line;
}

LiveLine StateLine(const LiveUi& ui, std::size_t columns, bool utf8) {
  if (ui.prompt && !ui.prompt->error.empty()) return {{Fit(ui.prompt->error, columns, false, utf8), LiveStyle::kAlarm}};
  LiveLine line;
  std::size_t used = 0;
  if (ui.paused) {
    line.push_back({std::string("paused  ").substr(0, columns), LiveStyle::kAlarm});
    used = line.back().text.size();
  }
  std::string text = "all events";
  if (!ui.filters.empty()) {
    text = "only ";
    AppendEscaped(JoinedFilter(ui), &text);
  }
  line.push_back({Fit(text, columns - std::min(used, columns), false, utf8), LiveStyle::kFaint});
  return line;
}

LiveLine FootLine(const LiveUi& ui, std::size_t columns, bool utf8) {
  if (!ui.prompt) return {{std::string(kHint.substr(0, columns)), LiveStyle::kFaint}};
  constexpr std::size_t kAround = 2;  // the slash and the cursor
  if (columns < kAround) return {};
  std::string text;
  AppendEscaped(ui.prompt->text, &text);
  text = Fit(text, std::min(TextWidth(text), columns - kAround), false, utf8);
  return {{"/", LiveStyle::kStrong}, {std::move(text)}, {" ", LiveStyle::kSelected}};
}

struct ShownTable {
  const LiveTable& table;
  std::vector<const LiveRow*> rows;  // that are on the screen
  std::vector<std::string> names;
  std::vector<std::size_t> widths;  // of the columns that are
};

std::vector<std::string> NamesOf(const LiveTable& table, const LiveOrder& order, bool utf8) {
  std::vector<std::string> names;
  for (const LiveColumn& column : table.columns) names.push_back(column.name);
  if (order.column) names[*order.column] += utf8 ? "\u25be" : "*";
  return names;
}

// As the rows want it, then as there is room: the first column gives and takes, a list is cut, and what lies further to
// the right is left out.
void SetWidths(ShownTable* shown, std::size_t columns) {
  const std::vector<LiveColumn>& kinds = shown->table.columns;
  std::vector<std::size_t>& widths = shown->widths;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    widths.push_back(TextWidth(shown->names[i]));
    for (const LiveRow* row : shown->rows) widths[i] = std::max(widths[i], TextWidth(row->texts[i]));
  }
  if (columns == kAsWide) return;
  if (kinds[0].left) widths[0] = std::min(widths[0], kLeastColumn);
  std::size_t used = widths[0], i = 1;
  for (; i < widths.size() && used + kGap + widths[i] <= columns; ++i) used += kGap + widths[i];
  if (i < widths.size() && kinds[i].left && used + kGap + kLeastColumn <= columns) {
    widths[i++] = columns - used - kGap;
    used = columns;
  }
  widths.resize(i);
  if (kinds[0].left) widths[0] += columns - std::min(columns, used);
}

std::string CellsText(const ShownTable& shown, const std::vector<std::string>& texts, std::size_t columns, bool utf8) {
  std::string line;
  for (std::size_t i = 0; i < shown.widths.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    line += Fit(texts[i], shown.widths[i], !shown.table.columns[i].left, utf8);
  }
  return columns == kAsWide ? line : Fit(line, columns, false, utf8);
}

void DrawTable(const LiveTable& table, const LiveOrder& order, bool focus, LiveSize size, bool utf8,
               std::vector<LiveLine>* lines) {
  const std::vector<const LiveRow*> rows = SortedRows(table, order);
  const std::size_t selected = SelectedRow(rows, order), fit = size.rows - 1;
  const std::size_t from = fit == 0 ? 0 : selected / fit * fit;  // the page on which the selected row is
  ShownTable shown{.table = table, .rows = {}, .names = NamesOf(table, order, utf8), .widths = {}};
  for (std::size_t i = from; i < std::min(rows.size(), from + fit); ++i) shown.rows.push_back(rows[i]);
  SetWidths(&shown, size.columns);
  const LiveStyle heading = focus ? LiveStyle::kHeading : LiveStyle::kStrong;
  lines->push_back({{CellsText(shown, shown.names, size.columns, utf8), heading}});
  for (std::size_t i = 0; i < fit; ++i) {
    LiveLine& line = lines->emplace_back();
    if (i >= shown.rows.size()) continue;
    const bool is_selected = focus && from + i == selected;
    line.push_back({CellsText(shown, shown.rows[i]->texts, size.columns, utf8),
                    is_selected ? LiveStyle::kSelected : LiveStyle::kPlain});
  }
}

// Lines for each of some tables: an equal part of `lines`, where it has rows for them; what is left goes to those that
// have more, first to the one at `focus`.
std::vector<std::size_t> HeightsOf(std::span<const LiveTable> tables, std::size_t focus, std::size_t lines) {
  std::vector<std::size_t> heights;
  std::size_t left = lines;
  for (const LiveTable& table : tables) {
    heights.push_back(std::min(table.rows.size() + 1, lines / tables.size()));
    left -= heights.back();
  }
  for (std::size_t passed = 0, i = focus; passed < tables.size(); ++passed, i = (i + 1) % tables.size()) {
    const std::size_t more = std::min(left, tables[i].rows.size() + 1 - heights[i]);
    heights[i] += more;
    left -= more;
  }
  return heights;
}

// As many tables as there is room for, the one that keys go to among them.
void DrawTables(const LiveSnapshot& shown, const LiveUi& ui, LiveSize size, bool utf8, std::vector<LiveLine>* lines) {
  const std::size_t count = std::clamp<std::size_t>(size.rows / kLeastTable, 1, shown.tables.size());
  const std::size_t first = std::min(ui.table - std::min(ui.table, count - 1), shown.tables.size() - count);
  const auto tables = std::span(shown.tables).subspan(first, count);
  const std::vector<std::size_t> heights = HeightsOf(tables, ui.table - first, size.rows);
  for (std::size_t i = 0; i < count; ++i) {
    const LiveOrder order = first + i < ui.orders.size() ? ui.orders[first + i] : LiveOrder();
    DrawTable(tables[i], order, first + i == ui.table, {heights[i], size.columns}, utf8, lines);
  }
}

void DrawHelp(LiveSize size, std::vector<LiveLine>* lines) {
  for (const std::string_view key : kKeys) {
    if (lines->size() < size.rows) lines->push_back({{std::string(key.substr(0, size.columns))}});
  }
}

}  // namespace

std::vector<LiveLine> DrawLive(const LiveSnapshot& shown, const LiveUi& ui, LiveSize size, bool utf8) {
  std::vector<LiveLine> lines;
  if (size.columns == 0) return std::vector<LiveLine>(size.rows);
  if (size.rows > 3) lines.push_back(HeadLine(shown, size.columns, utf8));
  if (size.rows > 2) lines.push_back(StateLine(ui, size.columns, utf8));
  const std::size_t foot = size.rows > 1 ? 1 : 0;
  if (ui.help) {
    DrawHelp({size.rows - foot, size.columns}, &lines);
  } else if (!shown.tables.empty() && size.rows > foot + lines.size()) {
    DrawTables(shown, ui, {size.rows - foot - lines.size(), size.columns}, utf8, &lines);
  }
  lines.resize(size.rows - foot);
  if (foot > 0) lines.push_back(FootLine(ui, size.columns, utf8));
  return lines;
}

std::string PrintLive(const LiveSnapshot& shown, bool utf8) {
  std::vector<LiveLine> lines = {HeadLine(shown, kAsWide, utf8)};
  for (const LiveTable& table : shown.tables) {
    if (table.rows.empty()) continue;
    lines.emplace_back();
    DrawTable(table, {}, false, {1 + std::min(kPrintedRows, table.rows.size()), kAsWide}, utf8, &lines);
  }
  std::string text;
  for (const LiveLine& line : lines) {
    for (const LiveSpan& span : line) text += span.text;
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace vexevt
