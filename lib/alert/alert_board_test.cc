#include "lib/alert/alert_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "lib/alert/testing/told_board.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(AlertBoard, TellsEachKeyOfAQuery) {
  ToldBoard board(kBusyRule);
  board.Window(10, {{"cc", 150}, {"ld", 120}, {"as", 90}}).Window(20, {{"cc", 70}, {"ld", 40}});
  EXPECT_THAT(board.Told(), ElementsAre("10 busy firing comm=cc host=h", "10 busy firing comm=ld host=h",
                                        "20 busy resolved comm=ld host=h"));
  EXPECT_THAT(board.To(29).Told(), IsEmpty());
  EXPECT_THAT(board.To(30).Told(), ElementsAre("30 busy resolved comm=cc host=h"));
}

TEST(AlertBoard, FillsTemplatesOfTheLatestResultAndKeepsLabels) {
  ToldBoard board(
      kBusyRule +
      "labels = { size = '{count}' }\nannotations = { now = '{count} of {comm}' }\nsummary = '{{{attr.count}}}'\n");
  board.Window(10, {{"cc", 150}}).Window(20, {{"cc", 200}}).Window(30, {});
  EXPECT_THAT(board.Told(), ElementsAre("10 busy firing comm=cc host=h size=150 now=150 of cc",
                                        "30 busy resolved comm=cc host=h size=150 now=200 of cc"));
  EXPECT_THAT(board.events()[0].causes, ElementsAre(EventId{1, 10}));
  EXPECT_THAT(board.events()[1].causes, ElementsAre(EventId{1, 10}, EventId{1, 20}));
}

TEST(AlertBoard, ALowerBoundFiresOnlyWhatMoreEventsCouldNotChange) {
  ToldBoard board(kBusyRule);
  board.Window(10, {{"cc", 150}, {"ld", 80}}, true);
  EXPECT_THAT(board.Told(), ElementsAre("10 busy firing comm=cc host=h lower_bound=yes"));
  EXPECT_THAT(board.Window(20, {{"cc", 10}}, true).Told(), IsEmpty()) << "does not resolve";
  EXPECT_THAT(board.Window(30, {}, true).Told(), IsEmpty());
  EXPECT_THAT(board.Window(40, {{"cc", 10}}).Told(), ElementsAre("40 busy resolved comm=cc host=h lower_bound=yes"));
  ToldBoard few("[[alert]]\nname = 'few'\nquery = 'q'\nwhen = 'count < 5'\n");
  EXPECT_THAT(few.Window(10, {{"cc", 3}}, true).Told(), IsEmpty());
  EXPECT_THAT(few.Window(20, {{"cc", 3}}).Told(), ElementsAre("20 few firing comm=cc host=h"));
}

TEST(AlertBoard, LooksAtEventsThemselves) {
  ToldBoard board(kDownRule + "for = '10s'\n");
  board.See(1, kSystemUnmount, "a").See(2, kSystemUnmount, "b").See(5, kFsWrite, "a").See(8, kSystemMount, "b");
  EXPECT_THAT(board.Told(), IsEmpty());
  EXPECT_EQ(board.board().due_ns(), (kBoardBegin + 11) * kNsPerSecond);
  EXPECT_THAT(board.To(12).Told(), ElementsAre("11 down firing comm=a"));
  EXPECT_THAT(board.See(30, kSystemMount, "a").Told(), ElementsAre("30 down resolved comm=a"));
}

TEST(AlertBoard, TellsGroupsTogether) {
  ToldBoard board("[group]\nby = ['alert', 'host']\nwait = '5s'\ninterval = '30s'\n" + kBusyRule);
  board.Window(10, {{"cc", 150, "a"}, {"ld", 150, "b"}});
  EXPECT_THAT(board.To(14).Told(), IsEmpty());
  EXPECT_THAT(board.To(15).Told(), ElementsAre("15 busy firing comm=cc host=a", "15 busy firing comm=ld host=b"));
  board.Window(20, {{"cc", 150, "a"}, {"as", 150, "a"}, {"ld", 150, "b"}})
      .Window(30, {{"as", 150, "a"}, {"ld", 150, "b"}});
  board.Window(40, {{"as", 150, "a"}, {"ld", 150, "b"}});
  EXPECT_THAT(board.Told(), IsEmpty()) << "the interval has not gone by";
  EXPECT_THAT(board.To(45).Told(), ElementsAre("45 busy firing firing=1 resolved=1 host=a"));
  EXPECT_THAT(board.To(49).Told(), IsEmpty());
}

TEST(AlertBoard, TellsAgainWhatStillFires) {
  ToldBoard board("[group]\nrepeat = '25s'\n" + kBusyRule);
  for (std::uint64_t end = 10; end <= 70; end += 10) board.Window(end, {{"cc", 150}});
  EXPECT_THAT(board.Told(), ElementsAre("10 busy firing comm=cc host=h", "35 busy firing comm=cc host=h",
                                        "60 busy firing comm=cc host=h"));
}

TEST(AlertBoard, RepeatsWhatWasToldAtTheTimeZero) {
  const auto at = [](std::uint64_t second) { return second - kBoardBegin; };
  ToldBoard board("[group]\nrepeat = '25s'\n" + kDownRule);
  board.See(at(0), kSystemUnmount, "a").To(at(60));
  ASSERT_EQ(board.events().size(), 3);
  EXPECT_EQ(board.events()[2].wall_ns, 50 * kNsPerSecond);
}

TEST(AlertBoard, DoesNotTellWhatIsOverBeforeItsGroupIsTold) {
  ToldBoard board("[group]\nwait = '15s'\n" + kBusyRule);
  board.Window(10, {{"cc", 150}}).Window(20, {}).To(60);
  EXPECT_THAT(board.Told(), IsEmpty());
  EXPECT_EQ(board.board().due_ns(), AlertInstances::kNever);
}

TEST(AlertBoard, TellsAtTheEndWhatWaits) {
  ToldBoard board("[group]\nwait = '1m'\n" + kBusyRule);
  EXPECT_THAT(board.Window(10, {{"cc", 150}}).Told(), IsEmpty());
  EXPECT_THAT(board.Finish().Told(), ElementsAre("10 busy firing comm=cc host=h"));
}

TEST(AlertBoard, InhibitsTheTargetsOfASource) {
  ToldBoard board(kBusyRule + kDownRule +
                  "[[inhibit]]\nsource = 'alert = down'\ntarget = 'alert = busy and host != x'\nequal = ['comm']\n");
  board.See(5, kSystemUnmount, "cc");
  board.Window(10, {{"cc", 150}, {"ld", 150}, {"cc", 150, "x"}});
  EXPECT_THAT(board.Told(),
              ElementsAre("5 down firing comm=cc", "10 busy firing comm=ld host=h", "10 busy firing comm=cc host=x"));
  EXPECT_EQ(board.board().muted(), 1);
  EXPECT_THAT(board.See(15, kSystemMount, "cc").Told(),
              ElementsAre("15 down resolved comm=cc", "15 busy firing comm=cc host=h"));
  board.See(16, kSystemUnmount, "cc").Told();
  EXPECT_THAT(board.Window(20, {{"cc", 150, "x"}, {"ld", 150}}).Told(), ElementsAre("20 busy resolved comm=cc host=h"))
      << "what was told to fire is told to be resolved";
}

TEST(AlertBoard, WhatIsToldToFireIsToldToBeResolved) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    ToldBoard board("[group]\nwait = '7s'\ninterval = '25s'\n" + kBusyRule + kDownRule + kMutes);
    std::uint64_t end = 10;
    for (; end <= 200; end += 10) {
      std::vector<ToldBoard::Row> rows;
      for (const char* comm : {"cc", "ld"}) {
        if (random() % 4 > 0) rows.push_back({comm, random() % 2 == 0 ? 150 : 40});
        if (random() % 6 == 0) board.See(end - 3, random() % 2 == 0 ? kSystemUnmount : kSystemMount, comm);
      }
      board.Window(end, rows, random() % 8 == 0);
    }
    board.See(end, kSystemMount, "cc").See(end, kSystemMount, "ld").To(end + 100);
    std::map<std::string, std::string> states;
    for (const std::string& line : board.Told()) {
      const std::size_t space = line.find(' ');
      const bool fires = line.find(" firing ") != std::string::npos;
      const std::size_t state = line.find(fires ? " firing " : " resolved ");
      std::string& last = states[line.substr(space, state - space) + line.substr(line.find(" comm="), 8)];
      ASSERT_NE(last, fires ? "firing" : "resolved") << line;
      ASSERT_FALSE(last.empty() && !fires) << line;
      last = fires ? "firing" : "resolved";
    }
    for (const auto& [alert, state] : states) ASSERT_EQ(state, "resolved") << alert;
  }
}

TEST(AlertBoard, AnAlertDoesNotInhibitItself) {
  ToldBoard board(kBusyRule + "[[inhibit]]\nsource = 'alert = busy'\ntarget = 'alert = busy'\n");
  EXPECT_THAT(board.Window(10, {{"cc", 150}, {"ld", 150}}).Told(),
              ElementsAre("10 busy firing comm=cc host=h", "10 busy firing comm=ld host=h"));
}

TEST(AlertBoard, SilencesForATime) {
  ToldBoard board(kBusyRule + "[[silence]]\nwhen = 'comm = cc'\nfrom = '@1015'\nuntil = '@1035'\n");
  board.Window(10, {{"cc", 150}}).Window(20, {}).Window(30, {{"cc", 150}, {"ld", 150}});
  EXPECT_THAT(board.Told(), ElementsAre("10 busy firing comm=cc host=h", "20 busy resolved comm=cc host=h",
                                        "30 busy firing comm=ld host=h"));
  EXPECT_THAT(board.To(34).Told(), IsEmpty());
  EXPECT_THAT(board.To(35).Told(), ElementsAre("35 busy firing comm=cc host=h"));
}

TEST(AlertBoard, ASilenceThatWasOverBeforeTheAlertMakesNothingDue) {
  ToldBoard board("[group]\nwait = '15s'\n" + kBusyRule + "[[silence]]\nwhen = 'comm = cc'\nuntil = '@1020'\n");
  board.To(25).Window(40, {{"cc", 150}}).Window(50, {{"cc", 150}}).To(54);
  EXPECT_THAT(board.Told(), IsEmpty());
  EXPECT_THAT(board.To(55).Told(), ElementsAre("55 busy firing comm=cc host=h"));
}

TEST(AlertBoard, ThatFlapsIsToldOnce) {
  ToldBoard board("[flapping]\nhalf_life = '1h'\nbegin = 1.5\n" + kBusyRule);
  for (std::uint64_t end = 10; end <= 120; end += 20) board.Window(end, {{"cc", 150}}).Window(end + 10, {{"cc", 1}});
  EXPECT_THAT(board.Told(), ElementsAre("10 busy firing comm=cc host=h", "20 busy resolved comm=cc host=h",
                                        "30 busy firing comm=cc host=h flapping=yes"));
}

TEST(AlertBoard, GoesOnAfterAReload) {
  ToldBoard board(kBusyRule + kDownRule);
  board.See(5, kSystemUnmount, "a").Window(10, {{"cc", 150}}).Told();
  board.Reload(kBusyRule + "\n# nothing new\n" + kDownRule);
  EXPECT_THAT(board.Window(20, {{"cc", 150}}).Told(), IsEmpty());
  EXPECT_EQ(board.board().generation(), 2);
  board.Reload(kBusyRule);
  EXPECT_THAT(board.To(20).Told(), ElementsAre("20 down resolved comm=a"));
  board.Reload(kBusyRule + "for = '1m'\n");
  EXPECT_THAT(board.To(25).Told(), ElementsAre("20 busy resolved comm=cc host=h"));
  board.Reload(kBusyRule + "[[silence]]\nwhen = 'comm = cc'\n");
  EXPECT_THAT(board.Window(30, {{"cc", 150}}).Told(), IsEmpty());
  EXPECT_THAT(board.Reload(kBusyRule).To(30).Told(), ElementsAre("30 busy firing comm=cc host=h"));
}

TEST(AlertBoard, AReloadThatBringsARepeatTellsAgain) {
  ToldBoard board(kBusyRule);
  board.Window(10, {{"cc", 150}}).Told();
  board.Reload("[group]\nrepeat = '25s'\n" + kBusyRule);
  board.Window(20, {{"cc", 150}}).Window(30, {{"cc", 150}}).Window(40, {{"cc", 150}});
  EXPECT_THAT(board.Told(), ElementsAre("35 busy firing comm=cc host=h"));
}

TEST(AlertBoard, SaysWhatHadNoRoom) {
  ToldBoard board(kBusyRule + "most = 2\n");
  board.Window(10, {{"a", 150}, {"b", 150}, {"c", 150}, {"d", 150}});
  EXPECT_THAT(board.Told(), ElementsAre("10 busy firing comm=a host=h", "10 busy firing comm=b host=h",
                                        "10 lost 2: alert 'busy': more alerts at once than its limit"));
  EXPECT_EQ(board.board().Tally()[0].refused, 2);
}

TEST(AlertBoard, MakesTheSameEventsInEveryRun) {
  std::vector<EventId> ids[2];
  for (auto& run : ids) {
    ToldBoard board(kBusyRule);
    board.Window(10, {{"cc", 150}, {"ld", 150}}).Window(20, {});
    for (const Event& event : board.events()) run.push_back(event.id);
    ASSERT_EQ(run.size(), 4);
  }
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_NE(ids[0][0], ids[0][2]);
}

TEST(AlertBoard, BearsLongTexts) {
  const std::string text(100'000, 'x');
  ToldBoard board("[group]\nby = []\n" + kBusyRule + "summary = '{comm}{comm}'\nannotations = { a = '{comm}' }\n");
  board.Window(10, {{text, 150}, {text + "y", 150}});
  ASSERT_EQ(board.events().size(), 1);
  EXPECT_LT(EncodedBound(board.events()[0]), kMaxFrameBytes);
}

TEST(AlertBoard, SaysWhereRulesAreWrong) {
  const auto error = [](const std::string& rules) {
    auto file = ParseAlerts(rules, "a.toml");
    return file.ok() ? ToldBoard::Compile(*file).status().message() : file.status().message();
  };
  const std::string start = "[[alert]]\nname = 'x'\nquery = 'q'\n";
  EXPECT_EQ(error(start + "when = 'cuont > 1'\n"), "a.toml:4:9: unknown field 'cuont' (did you mean 'count'?)");
  EXPECT_THAT(error(start + "when = 'count > 1'\nclear = 'count <'\n"), HasSubstr("a.toml:5:"));
  EXPECT_THAT(error(start + "when = 'count > 1'\nsummary = '{x}'\n"), HasSubstr("a.toml:5:11: "));
  EXPECT_THAT(error(start + "when = 'count > 1'\nlabels = { a = '{' }\n"), HasSubstr("a.toml:5:16: "));
  EXPECT_THAT(error(start + "when = 'count > 1'\n[[silence]]\nwhen = 'alrt = x'\n"),
              HasSubstr("a.toml:6:9: unknown field 'alrt' (did you mean 'alert'?)"));
  EXPECT_THAT(error(start + "when = 'count > 1'\n[[inhibit]]\nsource = 'alert = x'\ntarget = '('\n"),
              HasSubstr("a.toml:7:"));
}

}  // namespace
}  // namespace vexevt
