#include "lib/alert/alert_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "lib/alert/testing/told_board.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kAllRules =
    "[group]\nby = ['alert', 'host']\nwait = '7s'\ninterval = '25s'\nrepeat = '1m'\n"
    "[flapping]\nhalf_life = '30s'\nbegin = 2.5\n" +
    kBusyRule + "for = '10s'\nsummary = '{comm}: {count}'\nlabels = { team = 'a' }\n" + kDownRule +
    "keep_firing_for = '15s'\n" + kMutes;

// What is given by `random` for the window that ends then.
void Give(std::mt19937* random, std::uint64_t end, ToldBoard* board) {
  std::vector<ToldBoard::Row> rows;
  for (const char* comm : {"cc", "ld"}) {
    if ((*random)() % 4 > 0) rows.push_back({comm, (*random)() % 2 == 0 ? 150 : 40});
    if ((*random)() % 6 == 0) board->See(end - 3, (*random)() % 2 == 0 ? kSystemUnmount : kSystemMount, comm);
  }
  board->Window(end, rows, (*random)() % 8 == 0);
}

TEST(AlertState, ARunThatGoesOnTellsWhatOneRunWould) {
  for (unsigned round = 0; round < 100; ++round) {
    ToldBoard whole(kAllRules), parts(kAllRules);
    std::mt19937 random(round), same(round), restarts(round);
    for (std::uint64_t end = 10; end <= 300; end += 10) {
      Give(&random, end, &whole);
      Give(&same, end, &parts);
      if (restarts() % 3 == 0) parts.Restart(kAllRules);
      // Time alone brings something about, too.
      whole.To(end + 4);
      parts.To(end + 4);
      if (restarts() % 3 == 0) parts.Restart(kAllRules);
    }
    whole.To(600);
    parts.To(600);
    ASSERT_EQ(whole.Told(), parts.Told()) << round;
    for (std::size_t i = 0; i < whole.events().size(); ++i) ASSERT_EQ(whole.events()[i].id, parts.events()[i].id);
    EXPECT_EQ(whole.Saved(), parts.Saved());
  }
}

TEST(AlertState, WhatFiresIsNotToldAgainAndIsResolved) {
  ToldBoard board(kBusyRule);
  EXPECT_THAT(board.Window(10, {{"cc", 150}}).Told(), ElementsAre("10 busy firing comm=cc host=h"));
  board.Restart(kBusyRule);
  EXPECT_THAT(board.Window(20, {{"cc", 150}}).Told(), IsEmpty());
  board.Restart(kBusyRule);
  EXPECT_THAT(board.Window(30, {{"cc", 10}}).Told(), ElementsAre("30 busy resolved comm=cc host=h"));
}

TEST(AlertState, WhatWaitsGoesOnWaiting) {
  const std::string rules = kBusyRule + "for = '20s'\n";
  ToldBoard board(rules);
  board.Window(10, {{"cc", 150}}).Window(20, {{"cc", 150}});
  board.Restart(rules);
  EXPECT_THAT(board.Window(30, {{"cc", 150}}).Told(), ElementsAre("30 busy firing comm=cc host=h"));
}

TEST(AlertState, TheWaitOfAGroupGoesOn) {
  const std::string rules = "[group]\nwait = '15s'\n" + kBusyRule;
  ToldBoard board(rules);
  board.Window(10, {{"cc", 150}}).Window(20, {{"cc", 150}});
  board.Restart(rules);
  EXPECT_THAT(board.To(24).Told(), IsEmpty());
  EXPECT_THAT(board.To(25).Told(), ElementsAre("25 busy firing comm=cc host=h"));
}

TEST(AlertState, AWindowThatMayLackEventsChangesNothing) {
  ToldBoard board(kBusyRule);
  board.Window(10, {{"cc", 150}}).Told();
  board.Restart(kBusyRule);
  board.board().SeeGap((kBoardBegin + 10) * kNsPerSecond, (kBoardBegin + 95) * kNsPerSecond);
  EXPECT_THAT(board.To(99).Told(), IsEmpty()) << "nobody knows of the windows that were not seen";
  EXPECT_THAT(board.Window(100, {{"cc", 10}}, true).Told(), IsEmpty());
  EXPECT_THAT(board.Window(110, {{"cc", 10}}).Told(), ElementsAre("110 busy resolved comm=cc host=h"));
}

TEST(AlertState, RulesThatHaveChangedBeginAnew) {
  ToldBoard board(kBusyRule + kDownRule);
  board.See(5, kSystemUnmount, "a").Window(10, {{"cc", 150}}).Told();
  EXPECT_THAT(board.Restart(kBusyRule + kDownRule + "for = '1s'\n"), ElementsAre("down"));
  EXPECT_THAT(board.To(20).Told(), ElementsAre("10 down resolved comm=a", "20 busy resolved comm=cc host=h"));
}

TEST(AlertState, OtherGroupsTakeTheAlertsOver) {
  ToldBoard board("[group]\ninterval = '1m'\n" + kBusyRule);
  board.Window(10, {{"cc", 150}, {"ld", 150}}).Told();
  board.Restart("[group]\nby = ['alert']\ninterval = '1m'\n" + kBusyRule);
  EXPECT_THAT(board.Window(20, {{"cc", 150}}).Told(), IsEmpty()) << "the interval has not gone by";
  EXPECT_THAT(board.Window(70, {{"cc", 150}}).Told(), ElementsAre("70 busy firing firing=1 resolved=1 host=h"));
}

TEST(AlertState, RefusesWhatIsCutOffOrThereTwice) {
  ToldBoard board(kAllRules);
  std::mt19937 random(3);
  for (std::uint64_t end = 10; end <= 60; end += 10) Give(&random, end, &board);
  const std::string saved = board.Saved();
  for (std::size_t size = 0; size < saved.size(); ++size) {
    Unpacker unpacker(std::string_view(saved).substr(0, size));
    EXPECT_EQ(UnpackAlerts(&unpacker).status().code(), StatusCode::kDataLoss) << size;
  }
  AlertBoard::Kept twice = board.board().Keep();
  twice.rules.push_back(twice.rules[0]);
  Packer packer;
  PackAlerts(twice, &packer);
  Unpacker unpacker(packer.bytes());
  EXPECT_FALSE(UnpackAlerts(&unpacker).ok());
}

}  // namespace
}  // namespace vexevt
