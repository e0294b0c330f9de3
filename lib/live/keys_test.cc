#include "lib/live/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "lib/event/testing/samples.h"
#include "lib/stats/group_key.h"

namespace vexevt {
namespace {

using testing::ElementsAre;

LiveRow RowOf(const std::vector<Column>& by, std::string_view path, double count, double bytes) {
  Event event;
  event.payload = FsPayload{.path = path};
  const std::vector<std::byte> frame = FrameOf(event);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  LiveRow row{.key = {}, .texts = {std::string(path), "", ""}, .numbers = {0, count, bytes}};
  ReadGroupKey(view, by, &row.key);
  return row;
}

class Keys : public testing::Test {
 protected:
  Keys() {
    LiveTable& table = shown_.tables.emplace_back();
    table.by = {*ParseColumn("path")};
    table.columns = {{"PATH", true}, {"COUNT"}, {"BYTES"}};
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    table.rows = {RowOf(table.by, "/b", 3, 10), RowOf(table.by, "/a b", 2, kNone), RowOf(table.by, "/c", 1, 30)};
    table.rows.push_back({.key = "(other)", .other = true, .texts = {"(other)", "", ""}, .numbers = {0, 9, 99}});
    shown_.tables.push_back({.columns = {{"ALERTS", true}}, .by = {}, .rows = {{.key = "1", .texts = {"x"}}}});
  }

  LiveCommand Press(LiveKeyKind kind) { return HandleKey({kind, {}}, shown_, &ui_); }
  // Each of its characters; the last one's command.
  LiveCommand Type(std::string_view text) {
    LiveCommand command = LiveCommand::kNone;
    for (const char c : text) command = HandleKey({LiveKeyKind::kText, std::string(1, c)}, shown_, &ui_);
    return command;
  }
  std::vector<std::string> Paths() {
    std::vector<std::string> paths;
    for (const LiveRow* row : SortedRows(shown_.tables[0], ui_.orders[0])) paths.push_back(row->texts[0]);
    return paths;
  }
  std::string Selected() {
    const auto rows = SortedRows(shown_.tables[0], ui_.orders[0]);
    return rows[SelectedRow(rows, ui_.orders[0])]->texts[0];
  }

  LiveSnapshot shown_;
  LiveUi ui_;
};

TEST_F(Keys, SortByOneColumnAfterTheOther) {
  Type("s");
  EXPECT_THAT(Paths(), ElementsAre("/c", "/b", "/a b", "(other)"));  // by bytes; without any last
  Type("s");
  EXPECT_THAT(Paths(), ElementsAre("/a b", "/b", "/c", "(other)"));  // by path
  Type("s");
  EXPECT_THAT(Paths(), ElementsAre("/b", "/a b", "/c", "(other)"));  // by count again
}

TEST_F(Keys, SortByTheFirstNumberUntilAskedForAnother) {
  std::ranges::reverse(shown_.tables[0].rows);
  ui_.orders.resize(2);
  EXPECT_THAT(Paths(), ElementsAre("/b", "/a b", "/c", "(other)"));
}

TEST_F(Keys, SelectARowThatStaysSoWhenTheOrderChanges) {
  Type("jj");
  EXPECT_EQ(Selected(), "/c");
  Type("s");
  EXPECT_EQ(Selected(), "/c");
  Press(LiveKeyKind::kDown);
  EXPECT_EQ(Selected(), "/b");
  Press(LiveKeyKind::kEnd);
  EXPECT_EQ(Selected(), "(other)");
  Press(LiveKeyKind::kPageUp);
  EXPECT_EQ(Selected(), "/c");
  Type("k");
  EXPECT_EQ(Selected(), "/c");
  Press(LiveKeyKind::kPageDown);
  Press(LiveKeyKind::kHome);
  EXPECT_EQ(Selected(), "/c");
}

TEST_F(Keys, SelectTheFirstWhereTheSelectedHasGone) {
  Type("j");
  shown_.tables[0].rows.erase(shown_.tables[0].rows.begin() + 1);
  EXPECT_EQ(Selected(), "/b");
}

TEST_F(Keys, DrillDownAndBack) {
  Type("j");
  EXPECT_EQ(Press(LiveKeyKind::kEnter), LiveCommand::kFilter);
  EXPECT_EQ(JoinedFilter(ui_), "path = \"/a b\"");
  EXPECT_EQ(Selected(), "/b");
  EXPECT_EQ(Press(LiveKeyKind::kEnter), LiveCommand::kFilter);
  EXPECT_EQ(JoinedFilter(ui_), "(path = \"/a b\") and (path = /b)");
  EXPECT_EQ(Press(LiveKeyKind::kBackspace), LiveCommand::kFilter);
  EXPECT_EQ(Press(LiveKeyKind::kBackspace), LiveCommand::kFilter);
  EXPECT_EQ(JoinedFilter(ui_), "");
  EXPECT_EQ(Press(LiveKeyKind::kBackspace), LiveCommand::kNone);
}

TEST_F(Keys, HaveNothingToDrillDownInWhatIsNoGroup) {
  Press(LiveKeyKind::kDown);
  Press(LiveKeyKind::kEnd);
  EXPECT_EQ(Press(LiveKeyKind::kEnter), LiveCommand::kNone);  // (other)
  Press(LiveKeyKind::kTab);
  EXPECT_EQ(ui_.table, 1u);
  EXPECT_EQ(Press(LiveKeyKind::kEnter), LiveCommand::kNone);
  Type("s");
  EXPECT_FALSE(ui_.orders[1].column);  // as they came: there is no number
  Press(LiveKeyKind::kTab);
  EXPECT_EQ(ui_.table, 0u);
  Press(LiveKeyKind::kBackTab);
  EXPECT_EQ(ui_.table, 1u);
}

TEST_F(Keys, TakeAFilterThatCanBeCompiled) {
  Type("/size > 1 qs");
  ASSERT_TRUE(ui_.prompt);
  EXPECT_EQ(Press(LiveKeyKind::kEnter), LiveCommand::kNone);
  EXPECT_THAT(ui_.prompt->error, testing::StartsWith("10: "));
  for (int i = 0; i < 3; ++i) Press(LiveKeyKind::kBackspace);
  EXPECT_EQ(ui_.prompt->error, "");
  EXPECT_EQ(Press(LiveKeyKind::kEnter), LiveCommand::kFilter);
  EXPECT_FALSE(ui_.prompt);
  EXPECT_THAT(ui_.filters, ElementsAre("size > 1"));
}

TEST_F(Keys, LeaveThePrompt) {
  Type("/\xc3");  // a character comes whole, but hostile keys are only bytes
  HandleKey({LiveKeyKind::kText, "\u00e9"}, shown_, &ui_);
  Press(LiveKeyKind::kBackspace);
  EXPECT_EQ(ui_.prompt->text, "\xc3");
  Press(LiveKeyKind::kEraseLine);
  EXPECT_EQ(ui_.prompt->text, "");
  Press(LiveKeyKind::kBackspace);
  EXPECT_FALSE(ui_.prompt);
  Type("/a");
  Press(LiveKeyKind::kEscape);
  EXPECT_FALSE(ui_.prompt);
  Type("/");
  EXPECT_EQ(Press(LiveKeyKind::kEnter), LiveCommand::kNone);
  EXPECT_FALSE(ui_.prompt);
  EXPECT_TRUE(ui_.filters.empty());
}

TEST_F(Keys, PauseResetHelpAndQuit) {
  Type(" ");
  EXPECT_TRUE(ui_.paused);
  Type("p");
  EXPECT_FALSE(ui_.paused);
  EXPECT_EQ(Type("r"), LiveCommand::kReset);
  Type("?");
  EXPECT_TRUE(ui_.help);
  EXPECT_EQ(Type("q"), LiveCommand::kNone);
  EXPECT_FALSE(ui_.help);
  EXPECT_EQ(Type("q"), LiveCommand::kQuit);
}

}  // namespace
}  // namespace vexevt
