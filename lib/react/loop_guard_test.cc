#include "lib/react/loop_guard.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <map>

#include "lib/event/testing/samples.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kSelf = 100;

// Processes that are there are in `parents`; each look-up is counted.
struct GuardTrial {
  GuardTrial() {
    guard.AddSource(7);
    guard.SetCgroup("/system.slice/vexevt-react.service");
  }

  bool IsOurs(const Event& event, std::uint64_t now_ns = 0) {
    const auto frame = FrameOf(event);
    EventView view;
    EXPECT_TRUE(EventView::Bind(frame, &view));
    return guard.IsOurs(view, now_ns);
  }
  bool IsOurs(std::uint32_t pid, std::uint64_t now_ns = 0) {
    Event event;
    event.pid = pid;
    return IsOurs(event, now_ns);
  }

  std::map<std::uint32_t, std::uint32_t> parents = {{1, 0}, {kSelf, 1}, {50, 1}, {51, 50}};
  int asked = 0;
  LoopGuard guard{kSelf, "here", [this](std::uint32_t pid) -> std::optional<std::uint32_t> {
                    ++asked;
                    const auto parent = parents.find(pid);
                    if (parent == parents.end()) return std::nullopt;
                    return parent->second;
                  }};
};

TEST(LoopGuard, KnowsTheTreeOfAnAction) {
  GuardTrial trial;
  trial.guard.Began(200);
  trial.parents.insert({{200, kSelf}, {201, 200}, {202, 201}});
  EXPECT_TRUE(trial.IsOurs(200));
  EXPECT_TRUE(trial.IsOurs(202));
  // Learnt on the way, and known when they have ended.
  trial.parents = {{1, 0}};
  EXPECT_TRUE(trial.IsOurs(201));
  EXPECT_TRUE(trial.IsOurs(202));
  EXPECT_FALSE(trial.IsOurs(51));
  EXPECT_FALSE(trial.IsOurs(0));
}

TEST(LoopGuard, LearnsFromTheParentThatAnEventNames) {
  GuardTrial trial;
  trial.guard.Began(200);
  Event event;
  event.pid = 300;
  event.ppid = 200;
  EXPECT_FALSE(trial.IsOurs(event));  // without the flag it is none
  event.pid = 301;
  event.flags = kFlagCredentials;
  EXPECT_TRUE(trial.IsOurs(event));
  EXPECT_TRUE(trial.IsOurs(301));
}

TEST(LoopGuard, AsksOnceAWhileForAStranger) {
  GuardTrial trial;
  trial.guard.Began(200);
  EXPECT_FALSE(trial.IsOurs(51, 0));
  const int asked = trial.asked;
  for (std::uint64_t now = 0; now < LoopGuard::kStrangerNs; now += LoopGuard::kStrangerNs / 10) {
    EXPECT_FALSE(trial.IsOurs(51, now));
    EXPECT_FALSE(trial.IsOurs(50, now));
  }
  EXPECT_EQ(trial.asked, asked);
  EXPECT_FALSE(trial.IsOurs(51, LoopGuard::kStrangerNs));
  EXPECT_GT(trial.asked, asked);
}

TEST(LoopGuard, AsksNothingWhileNoActionGoesOn) {
  GuardTrial trial;
  EXPECT_FALSE(trial.IsOurs(51));
  EXPECT_TRUE(trial.IsOurs(kSelf));
  EXPECT_EQ(trial.asked, 0);
}

TEST(LoopGuard, WhatHasEndedLingers) {
  constexpr std::uint64_t kLinger = LoopGuard::kLingerNs;
  GuardTrial trial;
  trial.guard.Began(200);
  trial.parents[201] = 200;
  EXPECT_TRUE(trial.IsOurs(201));
  trial.parents.erase(201);
  trial.guard.Ended(200, 1000);
  EXPECT_TRUE(trial.IsOurs(200, 1000 + kLinger - 1));
  EXPECT_TRUE(trial.IsOurs(201, kLinger - 1));
  EXPECT_TRUE(trial.IsOurs(201, 2 * kLinger - 2));  // from its last event on
  EXPECT_FALSE(trial.IsOurs(201, 3 * kLinger));
  EXPECT_FALSE(trial.IsOurs(200, 3 * kLinger));
  // Its number is given again.
  trial.guard.Began(200);
  EXPECT_TRUE(trial.IsOurs(200, 30 * kLinger));
}

TEST(LoopGuard, OrphansAreOurs) {
  GuardTrial trial;
  trial.guard.Began(200);
  trial.guard.Ended(200, 0);
  trial.parents.insert({{201, kSelf}, {202, 201}});
  EXPECT_TRUE(trial.IsOurs(202, 2 * LoopGuard::kLingerNs));
  // What the event says of its parent is of before that one ended.
  trial.parents[301] = kSelf;
  Event event;
  event.flags = kFlagCredentials;
  event.pid = 301;
  event.ppid = 300;
  EXPECT_TRUE(trial.IsOurs(event, 2 * LoopGuard::kLingerNs));
}

TEST(LoopGuard, KnowsWhatWeMade) {
  GuardTrial trial;
  Event event = SampleEvents()[1];
  EXPECT_FALSE(trial.IsOurs(event));
  event.causes = {{1, 2}, {7, 3}};
  EXPECT_TRUE(trial.IsOurs(event));
  event.causes = {{1, 7}};
  EXPECT_FALSE(trial.IsOurs(event));
  event.id = {7, 1};
  EXPECT_TRUE(trial.IsOurs(event));
  event.id = {1, 1};
  event.flags |= kFlagCaused;
  EXPECT_TRUE(trial.IsOurs(event));
}

TEST(LoopGuard, KnowsItsControlGroup) {
  GuardTrial trial;
  Event event;
  event.cgroup = "/system.slice/vexevt-react.service";
  EXPECT_TRUE(trial.IsOurs(event));
  event.cgroup = "/system.slice/vexevt-react.service/sub";
  EXPECT_TRUE(trial.IsOurs(event));
  event.cgroup = "/system.slice/vexevt-react.services";
  EXPECT_FALSE(trial.IsOurs(event));
}

TEST(LoopGuard, TheControlGroupOfAServiceIsItsMainProcesses) {
  ::setenv("SYSTEMD_EXEC_PID", std::to_string(::getppid()).c_str(), 1);
  EXPECT_EQ(OwnServiceCgroup(), "");
  ::setenv("SYSTEMD_EXEC_PID", std::to_string(::getpid()).c_str(), 1);
  const auto groups = ReadFile("/proc/self/cgroup", 65536);
  const std::string own = OwnServiceCgroup();
  EXPECT_NE(own, "/");
  EXPECT_TRUE(own.empty() || groups->find("0::" + own + "\n") != std::string::npos);
  ::unsetenv("SYSTEMD_EXEC_PID");
  EXPECT_EQ(OwnServiceCgroup(), "");
}

TEST(LoopGuard, KnowsAMatchByTheProcessThatItShows) {
  GuardTrial trial;
  trial.guard.Began(200);
  Event match;
  match.type = kVexevtMatch;
  match.payload = MatchPayload{.pattern = "mass delete"};
  match.attributes = {{"pid", std::int64_t{51}}, {"gone.pid", std::int64_t{200}}};
  EXPECT_TRUE(trial.IsOurs(match));
  match.attributes = {{"pid", std::int64_t{51}}, {"ppid", std::int64_t{200}}};
  EXPECT_FALSE(trial.IsOurs(match));
  match.attributes = {{"pid", std::int64_t{200}}};
  EXPECT_TRUE(trial.IsOurs(match));
  match.host = "elsewhere";
  EXPECT_FALSE(trial.IsOurs(match));
  match.host = "here";
  EXPECT_TRUE(trial.IsOurs(match));
}

TEST(LoopGuard, ForgetsWhomItHasNotHeardOfForLong) {
  GuardTrial trial;
  trial.guard.Began(200);
  Event event;
  event.flags = kFlagCredentials;
  const auto is_ours = [&](std::uint32_t pid, std::uint32_t parent) {
    event.pid = pid;
    event.ppid = parent;
    return trial.IsOurs(event);
  };
  EXPECT_TRUE(is_ours(999, 200));
  for (std::uint32_t i = 0; i < RecentPids::kMost; ++i) {
    ASSERT_TRUE(is_ours(1000 + i, 200));
    ASSERT_TRUE(i % 10'000 != 0 || is_ours(999, 1));
  }
  EXPECT_TRUE(is_ours(999, 1));
  EXPECT_FALSE(is_ours(1000, 1));
  EXPECT_TRUE(is_ours(200, 1));
}

TEST(LoopGuard, AParentIsFoundInProc) {
  EXPECT_EQ(ParentOfProcess(static_cast<std::uint32_t>(::getpid())), static_cast<std::uint32_t>(::getppid()));
  EXPECT_EQ(ParentOfProcess(0x7fffffff), std::nullopt);
}

}  // namespace
}  // namespace vexevt
