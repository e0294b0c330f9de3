#include "lib/plot/chart_text.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/clock.h"
#include "lib/plot/text_width.h"

namespace vexevt {
namespace {

Chart ChartOf(ChartKind kind, std::vector<ChartRow> rows) {
  Chart chart;
  chart.kind = kind;
  chart.title = "count";
  chart.rows = std::move(rows);
  chart.begin = 1767225600e9;  // 2026-01-01
  chart.step = 10.0 * kNsPerSecond;
  return chart;
}

std::string Drawn(const Chart& chart, const TextForm& form) {
  std::string text;
  AppendChartText(chart, form, &text);
  return text;
}

constexpr TextForm kUtf8{.width = 40, .height = 4, .utf8 = true, .color = false};
constexpr TextForm kAscii{.width = 40, .height = 4, .utf8 = false, .color = false};
constexpr TextForm kColor{.width = 40, .height = 4, .utf8 = true, .color = true};

TEST(ChartText, BarsHaveLabelsAndValues) {
  const Chart chart = ChartOf(ChartKind::kBars, {{"fs.write", {1000}}, {"fs.delete", {500}}, {"fs.read", {NAN}}});
  EXPECT_EQ(Drawn(chart, kUtf8),
            "count\n"
            "fs.write  ██████████████████████████  1K\n"
            "fs.delete █████████████              500\n"
            "fs.read                                -\n");
  EXPECT_EQ(Drawn(chart, kAscii),
            "count\n"
            "fs.write  ##########################  1K\n"
            "fs.delete #############              500\n"
            "fs.read                                -\n");
}

TEST(ChartText, BarsBelowZeroGoToTheLeft) {
  EXPECT_EQ(Drawn(ChartOf(ChartKind::kBars, {{"a", {30}}, {"b", {-10}}, {"c", {-1}}}), kAscii),
            "count\n"
            "a          #########################  30\n"
            "b #########                          -10\n"
            "c         #                           -1\n");
  EXPECT_EQ(Drawn(ChartOf(ChartKind::kBars, {{"b", {-INFINITY}}}), kAscii),
            "count\n"
            "b ################################# -inf\n");
}

TEST(ChartText, SparkLinesEachHaveTheirScale) {
  const Chart chart = ChartOf(ChartKind::kSpark, {{"a", {0, 50, 100, NAN, 7}}, {"b", {1, 1, 1, 1, 1}}});
  EXPECT_EQ(Drawn(chart, kUtf8),
            "count\n"
            "                       LAST  MAX\n"
            "a ▁▁▁▁▅▅▅▅████    ▁▁▁▁    7  100\n"
            "b ████████████████████    1    1\n"
            "  00:00\n");
  EXPECT_EQ(Drawn(chart, kAscii),
            "count\n"
            "                       LAST  MAX\n"
            "a ____====####    ____    7  100\n"
            "b ####################    1    1\n"
            "  00:00\n");
}

TEST(ChartText, TimeStandsBelow) {
  EXPECT_EQ(Drawn(ChartOf(ChartKind::kSpark, {{"a", std::vector<double>(24, 1)}}), kAscii),
            "count\n"
            "                           LAST  MAX\n"
            "a ########################    1    1\n"
            "  00:00       00:02\n");
}

TEST(ChartText, LinesHaveAxes) {
  EXPECT_EQ(Drawn(ChartOf(ChartKind::kLine, {{"", {0, 100, 50}}}), kAscii),
            "count\n"
            "100 +          ****\n"
            "    |      ****    ******\n"
            " 50 +  ****              ****\n"
            "  0 +**\n"
            "    ++----------+-----------+-----------\n"
            "     00:00:00   00:00:10    00:00:20\n");
}

TEST(ChartText, LinesOfSeveralRowsCanBeToldApart) {
  const Chart chart = ChartOf(ChartKind::kLine, {{"x", {0, 2}}, {"y", {1, 1}}});
  EXPECT_NE(Drawn(chart, kUtf8).find("a x\nb y\n"), std::string::npos);
  EXPECT_EQ(Drawn(chart, kUtf8).find("\xe2\xa0"), std::string::npos);  // no Braille
  EXPECT_NE(Drawn(chart, kColor).find("\x1b[38;5;33m━━\x1b[0m x\n\x1b[38;5;208m━━\x1b[0m y\n"), std::string::npos);
}

TEST(ChartText, HeatMapsHaveShades) {
  const Chart chart = ChartOf(ChartKind::kHeatMap, {{"64K", {0, 1, 4, 9, 16}}, {"32K", {64, 49, NAN, 25, 16}}});
  EXPECT_EQ(Drawn(chart, kUtf8),
            "count\n"
            "64K     ░░░░░░░░▒▒▒▒▒▒▒▒\n"
            "32K ████████    ▓▓▓▓▒▒▒▒\n"
            "    00:00\n"
            "    0 ░▒▓█ 64\n");
  EXPECT_EQ(Drawn(chart, kAscii),
            "count\n"
            "64K     ....::::----====\n"
            "32K @@@@####    ++++====\n"
            "    00:00\n"
            "    0 .:-=+*#@ 64\n");
  EXPECT_NE(Drawn(chart, kColor).find("\x1b[48;5;148m    \x1b[0m    \x1b[48;5;36m    \x1b[0m"), std::string::npos);
}

TEST(ChartText, TakesAnyNumbers) {
  const std::vector<std::vector<double>> series = {
      {},        {0},      {NAN},           {NAN, 1}, {INFINITY, -INFINITY},
      {5, 5, 5}, {-1, -2}, {1e308, -1e308}, {1e-320}, std::vector<double>(1000, 3)};
  for (const auto kind : {ChartKind::kBars, ChartKind::kSpark, ChartKind::kLine, ChartKind::kHeatMap}) {
    for (const auto& values : series) {
      for (const TextForm& form : {kUtf8, kAscii}) {
        for (const auto quantity : {Quantity::kNumber, Quantity::kBytes, Quantity::kDuration, Quantity::kTime}) {
          Chart chart = ChartOf(kind, {{"a label that is longer than there is room for it", values}, {"", {}}});
          chart.quantity = quantity;
          const std::string text = Drawn(chart, form);
          for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
            EXPECT_LE(TextWidth(rest.substr(0, rest.find('\n'))), quantity == Quantity::kTime ? 80u : form.width)
                << text;
          }
        }
      }
    }
  }
}

TEST(ChartText, ASubtitleStandsWhereThereIsRoom) {
  Chart chart = ChartOf(ChartKind::kBars, {{"a", {1}}});
  chart.subtitle = "today";
  EXPECT_TRUE(Drawn(chart, kAscii).starts_with("count, today\n"));
  chart.subtitle = "of a day that takes some words to be told";
  EXPECT_TRUE(Drawn(chart, kUtf8).starts_with("count\nof a day that takes some words to be to…\n"));
}

TEST(ChartText, WithoutAValueItSaysSo) {
  EXPECT_EQ(Drawn(ChartOf(ChartKind::kSpark, {}), kUtf8), "count\nno values\n");
  EXPECT_EQ(Drawn(ChartOf(ChartKind::kLine, {{"a", {NAN}}}), kUtf8), "count\nno values\n");
}

TEST(ChartText, LabelsDoNothingToATerminal) {
  Chart chart = ChartOf(ChartKind::kBars, {{"\x1b[2J\n", {1}}});
  chart.title = "\x1b[1m";
  chart.note = "\r";
  EXPECT_EQ(Drawn(chart, kAscii).find_first_of("\x1b\r"), std::string::npos);
}

}  // namespace
}  // namespace vexevt
