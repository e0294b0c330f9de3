#include "lib/react/performer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <utility>

namespace vexevt {
namespace {

ProcessPlan ScriptPlan(const std::string& script) {
  ProcessPlan plan;
  plan.arguments = {"sh", "-c", script};
  plan.environment = BareEnvironment(InvokingUser());
  return plan;
}

PerformedAction NextOf(Performer& performer, std::uint64_t now_ns) {
  for (;;) {
    auto ended = performer.Take(now_ns);
    if (!ended.empty()) return std::move(ended.front());
    pollfd waiting{.fd = performer.fd(), .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, -1);
  }
}

// A command that writes has been started, and has set its traps.
void WaitForOutput(Performer& performer, std::uint64_t now_ns) {
  for (bool started = false;;) {
    pollfd waiting{.fd = performer.fd(), .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, -1);
    performer.Take(now_ns);
    if (started) return;
    started = !performer.TakeStarted().empty();
  }
}

TEST(Performer, TellsWhatCameOfACommand) {
  auto performer = Performer::Make();
  ASSERT_TRUE(performer.ok());
  (*performer)->StartCommand({3, 1}, ScriptPlan("echo out; exit 2"), InvokingUser());
  EXPECT_FALSE((*performer)->idle());
  const PerformedAction action = NextOf(**performer, 0);
  EXPECT_EQ(action.ticket, (Ticket{3, 1}));
  EXPECT_EQ(action.outcome, Outcome::kFailed);
  EXPECT_EQ(action.text, "exited with status 2");
  EXPECT_EQ(action.output, "out\n");
  EXPECT_THAT((*performer)->TakeStarted(), ::testing::ElementsAre(action.pid));
  EXPECT_TRUE((*performer)->idle());
}

// What a command does may be seen by others before Take has told that it is started.
TEST(Performer, TellsOfAProcessOnceAndWithoutTake) {
  auto performer = Performer::Make();
  ASSERT_TRUE(performer.ok());
  (*performer)->StartCommand({1, 0}, ScriptPlan("exit 0"), InvokingUser());
  std::vector<pid_t> started;
  while (started.empty()) started = (*performer)->TakeStarted();
  const PerformedAction action = NextOf(**performer, 0);
  EXPECT_THAT(started, ::testing::ElementsAre(action.pid));
  EXPECT_THAT((*performer)->TakeStarted(), ::testing::IsEmpty());
}

TEST(Performer, KillsWhatDoesNotEndInTime) {
  auto performer = Performer::Make();
  ASSERT_TRUE(performer.ok());
  (*performer)->StartCommand({1, 0}, ScriptPlan("trap '' TERM; echo; while :; do :; done"), InvokingUser());
  WaitForOutput(**performer, 10);
  (*performer)->Stop({1, 0}, 10);
  EXPECT_EQ((*performer)->next_due_ns(), 10 + Performer::kGraceNs);
  EXPECT_TRUE((*performer)->Take(9 + Performer::kGraceNs).empty());
  const PerformedAction action = NextOf(**performer, 10 + Performer::kGraceNs);
  EXPECT_EQ(action.outcome, Outcome::kBroken);
  EXPECT_EQ(action.text, "was ended by a signal: Killed");
}

TEST(Performer, OneThatSaysByItsStatusThatItWasStoppedIsBrokenOff) {
  auto performer = Performer::Make();
  ASSERT_TRUE(performer.ok());
  (*performer)->StartCommand({1, 0}, ScriptPlan("trap 'exit 1' TERM; echo; while :; do :; done"), InvokingUser());
  WaitForOutput(**performer, 0);
  (*performer)->Stop({1, 0}, 0);
  const PerformedAction action = NextOf(**performer, 0);
  EXPECT_EQ(action.outcome, Outcome::kBroken);
  EXPECT_EQ(action.text, "exited with status 1");
}

TEST(Performer, StopsACommandThatIsBeingStarted) {
  auto performer = Performer::Make();
  ASSERT_TRUE(performer.ok());
  (*performer)->StartCommand({1, 0}, ScriptPlan("exec sleep 100"), InvokingUser());
  (*performer)->Stop({1, 0}, 0);
  EXPECT_EQ(NextOf(**performer, 0).outcome, Outcome::kBroken);
}

TEST(Performer, TellsWhyACommandCannotBeExecuted) {
  auto performer = Performer::Make();
  ASSERT_TRUE(performer.ok());
  ProcessPlan plan;
  plan.arguments = {"/nonexistent"};
  (*performer)->StartCommand({1, 0}, plan, InvokingUser());
  const PerformedAction action = NextOf(**performer, 0);
  EXPECT_EQ(action.outcome, Outcome::kFailed);
  EXPECT_EQ(action.text, "failed: cannot run '/nonexistent': No such file or directory");
  EXPECT_TRUE((*performer)->idle());
}

TEST(Performer, GivesUpARequestThatHangs) {
  auto performer = Performer::Make();
  ASSERT_TRUE(performer.ok());
  // Nobody answers there, nor refuses: TEST-NET-1 (RFC 5737).
  const ReadyAction request{.kind = ReadyAction::Kind::kHttp, .words = {"GET", "http://192.0.2.1/", ""}};
  (*performer)->StartOther({1, 0}, request, {}, 1'000'000'000);
  (*performer)->Stop({1, 0}, 0);
  EXPECT_EQ((*performer)->next_due_ns(), 0u);
  const PerformedAction action = NextOf(**performer, 0);
  EXPECT_EQ(action.outcome, Outcome::kBroken);
  EXPECT_EQ(action.text, "was given up");
  EXPECT_TRUE((*performer)->idle());
}

TEST(Performer, TellsWhyAnEndpointCannotBeWritten) {
  auto performer = Performer::Make();
  ASSERT_TRUE(performer.ok());
  const ReadyAction write{.kind = ReadyAction::Kind::kWrite, .words = {"/nonexistent/x.evt"}};
  (*performer)->StartOther({1, 0}, write, std::vector<std::byte>(8), 0);
  const PerformedAction action = NextOf(**performer, 0);
  EXPECT_EQ(action.outcome, Outcome::kFailed);
  EXPECT_EQ(action.text, "failed: cannot open '/nonexistent/x.evt': No such file or directory");
}

}  // namespace
}  // namespace vexevt
