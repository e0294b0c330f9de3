#include "lib/live/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/clock.h"
#include "lib/plot/text_width.h"

namespace vexevt {
namespace {

LiveRow LineOf(std::vector<std::string> texts) {
  LiveRow row{.key = texts[0], .texts = std::move(texts)};
  row.numbers.assign(row.texts.size(), 0);
  return row;
}

LiveSnapshot Sample() {
  LiveSnapshot shown{.rate = 12'345,
                     .seconds = {1, 2, 3, 4, 5, 6, 7, 8, 4, 2},
                     .total = 1'234'567,
                     .lost = 3,
                     .lost_more = true,
                     .alerts = 1,
                     .newest_ns = 1'767'225'601 * kNsPerSecond,
                     .lag_ns = 12 * kNsPerMs};
  LiveTable& paths = shown.tables.emplace_back();
  paths.columns = {{"PATH", true}, {"COUNT"}, {"BYTES"}, {"LATENCY"}, {"FAILED"}};
  paths.by = {*ParseColumn("path")};
  paths.rows.push_back(
      LineOf({"/srv/build/project/source/library/very/deep/generated/file.cc", "1200", "1.5M", "12us", "0"}));
  for (char c = 'a'; c < 'm'; ++c) paths.rows.push_back(LineOf({std::string("/srv/") + c, "7", "2K", "-", "1"}));
  LiveTable& types = shown.tables.emplace_back();
  types.columns = {{"TYPE", true}, {"COUNT"}, {"P99_LATENCY"}};
  types.by = {*ParseColumn("type")};
  types.rows = {LineOf({"fs.write", "1000", "1.2ms"}), LineOf({"fs.open", "20", "-"})};
  LiveTable& alerts = shown.tables.emplace_back();
  alerts.columns = {{"ANOMALIES AND ALERTS", true}};
  alerts.rows = {LineOf({"Jan 01 00:00:01.000000 vexevt.alert   -                    name=h\u00e9 value=1"})};
  return shown;
}

std::string TextOf(const LiveLine& line) {
  std::string text;
  for (const LiveSpan& span : line) text += span.text;
  return text;
}

// As seen: spaces at a line's end left out.
std::string Drawn(const LiveSnapshot& shown, const LiveUi& ui, LiveSize size, bool utf8) {
  std::string screen = "\n";
  for (const LiveLine& line : DrawLive(shown, ui, size, utf8)) {
    std::string text = TextOf(line);
    text.erase(text.find_last_not_of(' ') + 1);
    screen += text + "\n";
  }
  return screen;
}

TEST(View, FillsAScreen) {
  EXPECT_EQ(Drawn(Sample(), {}, {24, 80}, true), R"(
12.3K/s  ▂▃▄▅▆▇██▅▃  total 1.23M  lost >=3  alerts 1  lag 12ms
all events
PATH                                               COUNT  BYTES  LATENCY  FAILED
/srv/build/project/sourc…y/deep/generated/file.cc   1200   1.5M     12us       0
/srv/a                                                 7     2K        -       1
/srv/b                                                 7     2K        -       1
/srv/c                                                 7     2K        -       1
/srv/d                                                 7     2K        -       1
/srv/e                                                 7     2K        -       1
/srv/f                                                 7     2K        -       1
/srv/g                                                 7     2K        -       1
/srv/h                                                 7     2K        -       1
/srv/i                                                 7     2K        -       1
/srv/j                                                 7     2K        -       1
/srv/k                                                 7     2K        -       1
/srv/l                                                 7     2K        -       1
TYPE                                                          COUNT  P99_LATENCY
fs.write                                                       1000        1.2ms
fs.open                                                          20            -
ANOMALIES AND ALERTS
Jan 01 00:00:01.000000 vexevt.alert   -                    name=hé value=1


q quit  ? keys  s sort  Enter drill down  / filter  Backspace undo  p pause
)");
}

TEST(View, IsAsciiWhereThatIsAllThereIs) {
  LiveUi ui;
  ui.table = 1;
  ui.orders.resize(3);
  ui.orders[0].column = 1;
  ui.filters = {"comm = \"h\u00e9\""};
  ui.paused = true;
  EXPECT_EQ(Drawn(Sample(), ui, {16, 80}, false), R"(
12.3K/s  .:-=+*##=:  total 1.23M  lost >=3  alerts 1  lag 12ms
paused  only comm = "h?"
PATH                                              COUNT*  BYTES  LATENCY  FAILED
/srv/build/project/sour../deep/generated/file.cc    1200   1.5M     12us       0
/srv/a                                                 7     2K        -       1
/srv/b                                                 7     2K        -       1
/srv/c                                                 7     2K        -       1
/srv/d                                                 7     2K        -       1
/srv/e                                                 7     2K        -       1
/srv/f                                                 7     2K        -       1
TYPE                                                          COUNT  P99_LATENCY
fs.write                                                       1000        1.2ms
fs.open                                                          20            -
ANOMALIES AND ALERTS
Jan 01 00:00:01.000000 vexevt.alert   -                    name=h? value=1
q quit  ? keys  s sort  Enter drill down  / filter  Backspace undo  p pause
)");
}

TEST(View, HasTheTableThatKeysGoToOnASmallScreen) {
  LiveUi ui;
  ui.orders.resize(3);
  ui.orders[0].selected = "/srv/g";
  EXPECT_EQ(Drawn(Sample(), ui, {10, 40}, true), R"(
12.3K/s  ▂▃▄▅▆▇██▅▃  total 1.23M
all events
PATH       COUNT  BYTES  LATENCY  FAILED
/srv/f         7     2K        -       1
/srv/g         7     2K        -       1
/srv/h         7     2K        -       1
/srv/i         7     2K        -       1
/srv/j         7     2K        -       1
/srv/k         7     2K        -       1
q quit  ? keys  s sort  Enter drill down
)");
  ui.table = 2;
  EXPECT_EQ(Drawn(Sample(), ui, {4, 40}, true), R"(
12.3K/s  ▂▃▄▅▆▇██▅▃  total 1.23M
all events
ANOMALIES AND ALERTS
q quit  ? keys  s sort  Enter drill down
)");
  ui.table = 0;
  EXPECT_THAT(Drawn(Sample(), ui, {6, 24}, true), testing::HasSubstr("PATH        COUNT  BYTES\n"));
}

TEST(View, MarksTheSelectedRowAndWhatIsAlarming) {
  LiveUi ui;
  ui.orders.resize(3);
  ui.orders[0].selected = "/srv/b";
  const std::vector<LiveLine> lines = DrawLive(Sample(), ui, {24, 80}, true);
  for (std::size_t i = 3; i < 10; ++i) {
    EXPECT_EQ(lines[i][0].style, i == 5 ? LiveStyle::kSelected : LiveStyle::kPlain);
  }
  EXPECT_EQ(lines[2][0].style, LiveStyle::kHeading);
  EXPECT_EQ(lines[16][0].style, LiveStyle::kStrong);
  EXPECT_EQ(lines[0][3].text, "  lost >=3");
  EXPECT_EQ(lines[0][3].style, LiveStyle::kAlarm);
}

TEST(View, ShowsAPromptWithWhatIsWrongInIt) {
  LiveUi ui;
  ui.prompt = {"pth = /\x1b", "1: unknown field 'pth' (did you mean 'path'?)"};
  const std::vector<LiveLine> lines = DrawLive(Sample(), ui, {24, 80}, true);
  EXPECT_THAT(TextOf(lines[1]), testing::StartsWith("1: unknown field 'pth' (did you mean 'path'?)"));
  EXPECT_EQ(TextOf(lines[23]), "/pth = /\\x1b ");
}

TEST(View, ShowsTheKeys) {
  LiveUi ui;
  ui.help = true;
  EXPECT_THAT(Drawn(Sample(), ui, {24, 80}, false), testing::HasSubstr("\nTab        the next table\n"));
  EXPECT_THAT(Drawn(Sample(), ui, {5, 80}, false), testing::HasSubstr("\ns          sort by the next column\n"));
}

// Whatever there is to show and however small the screen: so many lines, none too wide.
TEST(View, KeepsToTheScreen) {
  LiveUi ui;
  ui.orders.resize(3);
  for (std::size_t rows = 0; rows < 30; ++rows) {
    for (std::size_t columns = 0; columns < 100; columns += columns < 20 ? 1 : 13) {
      for (int way = 0; way < 12; ++way) {
        ui.table = static_cast<std::size_t>(way % 3);
        ui.help = way == 5;
        ui.paused = way == 6;
        ui.prompt.reset();
        if (way == 7) ui.prompt = {std::string(200, 'x'), way % 2 == 0 ? "" : std::string(200, 'y')};
        ui.filters.assign(way == 8 ? 1 : 0, std::string(300, 'z'));
        const std::vector<LiveLine> lines = DrawLive(Sample(), ui, {rows, columns}, way > 8);
        ASSERT_EQ(lines.size(), rows);
        for (const LiveLine& line : lines) ASSERT_LE(TextWidth(TextOf(line)), columns) << TextOf(line);
      }
    }
  }
}

TEST(View, PrintsWithoutATerminal) {
  LiveSnapshot shown = Sample();
  shown.ended = true;
  shown.tables[1].rows.clear();
  EXPECT_EQ("\n" + PrintLive(shown, false), R"(
12.3K/s  .:-=+*##=:  total 1.23M  lost >=3  alerts 1  ended  2026-01-01T00:00:01Z

PATH                                                           COUNT  BYTES  LATENCY  FAILED
/srv/build/project/source/library/very/deep/generated/file.cc   1200   1.5M     12us       0
/srv/a                                                             7     2K        -       1
/srv/b                                                             7     2K        -       1
/srv/c                                                             7     2K        -       1
/srv/d                                                             7     2K        -       1
/srv/e                                                             7     2K        -       1
/srv/f                                                             7     2K        -       1
/srv/g                                                             7     2K        -       1
/srv/h                                                             7     2K        -       1
/srv/i                                                             7     2K        -       1

ANOMALIES AND ALERTS
Jan 01 00:00:01.000000 vexevt.alert   -                    name=h? value=1
)");
}

}  // namespace
}  // namespace vexevt
