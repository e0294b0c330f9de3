#include "lib/plot/svg.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/plot/html.h"

namespace vexevt {
namespace {

constexpr std::string_view kHostile = "</text><script>alert(1)</script>\"&\x1b\xff\xef\xbf\xbf";

std::vector<Chart> HostileCharts() {
  std::vector<Chart> charts;
  for (const auto kind : {ChartKind::kBars, ChartKind::kSpark, ChartKind::kLine, ChartKind::kHeatMap}) {
    Chart chart;
    chart.kind = kind;
    chart.title = chart.subtitle = chart.note = kHostile;
    chart.rows = {{std::string(kHostile), {1, NAN, INFINITY}}, {"", {}}, {"b", {-1}}};
    charts.push_back(chart);
    chart.rows.clear();
    charts.push_back(std::move(chart));
  }
  return charts;
}

std::size_t Count(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Svg, NamesAreNoMarkup) {
  const std::string svg = SvgDocument(kHostile, HostileCharts());
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_EQ(svg.find_first_of("\x1b\xff"), std::string::npos);
  EXPECT_NE(svg.find("&lt;script&gt;"), std::string::npos);
}

TEST(Svg, NumbersAreFinite) {
  const std::string svg = SvgDocument("", HostileCharts());
  for (const std::string_view attribute : {"=\"nan", "=\"inf", "=\"-inf", ",nan", ",inf"}) {
    EXPECT_EQ(svg.find(attribute), std::string::npos) << attribute;
  }
}

TEST(Svg, EachChartHasATitleAndADescription) {
  Chart chart;
  chart.title = "count";
  chart.rows = {{"a", {1500}}, {"b", {2}}};
  const std::string svg = SvgDocument("all", std::vector<Chart>{chart, chart});
  EXPECT_NE(svg.find("aria-labelledby=\"chart2-title chart2-description\""), std::string::npos);
  EXPECT_NE(svg.find("<title id=\"chart2-title\">count</title>"), std::string::npos);
  EXPECT_EQ(Count(svg, ">a 1.5K, b 2</desc>"), 2u);
}

TEST(Html, IsOnePageWithoutScript) {
  ReportPage page;
  page.title = kHostile;
  page.facts = {{"Query", std::string(kHostile)}};
  page.notes = {"<script>alert(1)</script>"};
  page.charts = HostileCharts();
  page.tables = {{.title = std::string(kHostile),
                  .note = "and 2 more",
                  .names = {"A", "B"},
                  .rows = {{"<i>", "2"}},
                  .left = {true, false}}};
  const std::string html = HtmlOf(page);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("http:"), std::string::npos);
  EXPECT_EQ(html.find("https:"), std::string::npos);
  EXPECT_NE(html.find("<td class=\"left\">&lt;i&gt;</td><td>2</td>"), std::string::npos);
  EXPECT_EQ(Count(html, "<svg"), page.charts.size());
}

}  // namespace
}  // namespace vexevt
