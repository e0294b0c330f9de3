#include "lib/plot/html.h"

#include <fmt/format.h>

#include <string_view>

#include "lib/base/escape.h"
#include "lib/plot/svg.h"

namespace vexevt {
namespace {

// The policy forbids what this page does not do, should a name find a way into it.
constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>
body{max-width:46em;margin:1.5em auto;padding:0 1em;font:15px/1.45 system-ui,sans-serif;color:#1b1f24;background:#fff}
h1{font-size:1.3em}
h2{font-size:1.1em;margin-top:2em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1em}
dt{opacity:.7}
dd{margin:0}
.notes{border-left:4px solid #e07b26;padding:.3em 1em .3em 2em}
svg{display:block;max-width:100%;height:auto;margin:1.5em 0}
.wide{overflow-x:auto}
table{border-collapse:collapse;font:13px ui-monospace,Menlo,Consolas,monospace}
th,td{padding:.15em .8em .15em 0;text-align:right;white-space:nowrap}
th{border-bottom:1px solid}
.left{text-align:left}
@media (prefers-color-scheme:dark){body{color:#e4e6e8;background:#16191d}}
)";

void AppendElement(std::string_view tag, std::string_view bytes, std::string* out) {
  *out += fmt::format("<{}>", tag);
  AppendXml(bytes, out);
  *out += fmt::format("</{}>\n", tag);
}

void AppendCells(std::string_view tag, const std::vector<std::string>& texts, const std::vector<bool>& left,
                 std::string* out) {
  *out += "<tr>";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    *out += fmt::format("<{}{}>", tag, i < left.size() && left[i] ? " class=\"left\"" : "");
    AppendXmlOfEscaped(texts[i], out);
    *out += fmt::format("</{}>", tag);
  }
  *out += "</tr>\n";
}

void AppendReportTable(const ReportTable& table, std::string* out) {
  AppendElement("h2", table.title, out);
  *out += "<div class=\"wide\"><table>\n<thead>\n";
  AppendCells("th", table.names, table.left, out);
  *out += "</thead>\n<tbody>\n";
  for (const auto& row : table.rows) AppendCells("td", row, table.left, out);
  *out += "</tbody>\n</table></div>\n";
  if (!table.note.empty()) AppendElement("p", table.note, out);
}

}  // namespace

std::string HtmlOf(const ReportPage& page) {
  std::string html(kHead);
  html += kSvgStyle;
  html += "</style>\n";
  AppendElement("title", page.title, &html);
  html += "</head>\n<body>\n";
  AppendElement("h1", page.title, &html);
  html += "<dl>\n";
  for (const auto& [what, value] : page.facts) {
    AppendElement("dt", what, &html);
    AppendElement("dd", value, &html);
  }
  html += "</dl>\n";
  if (!page.notes.empty()) {
    html += "<ul class=\"notes\">\n";
    for (const std::string& note : page.notes) {
      html += "<li>";
      AppendXmlOfEscaped(note, &html);
      html += "</li>\n";
    }
    html += "</ul>\n";
  }
  for (std::size_t i = 0; i < page.charts.size(); ++i) {
    AppendSvg(page.charts[i], fmt::format("chart{}", i + 1), 0, &html);
  }
  for (const ReportTable& table : page.tables) AppendReportTable(table, &html);
  html += "</body>\n</html>\n";
  return html;
}

}  // namespace vexevt
