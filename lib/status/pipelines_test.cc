#include "lib/status/pipelines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/status/show.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Instant kNow = {.wall_ns = 5000 * kNsPerSecond, .mono_ns = 900 * kNsPerSecond};

RunningTool Tool(pid_t pid, std::string from, std::string to, StatusNumbers numbers) {
  RunningTool tool{.pid = pid, .stdin_link = std::move(from), .stdout_link = std::move(to)};
  tool.reading.facts = {"vexevt-t" + std::to_string(pid), "-", "-", kNow.wall_ns - 60 * kNsPerSecond};
  tool.reading.numbers = numbers;
  return tool;
}

StatusNumbers Waits(std::uint64_t in, std::uint64_t out) {
  return {.in = in, .out = out, .moved_ns = kNow.mono_ns - 5 * kNsPerSecond, .waits = 1};
}

std::vector<std::vector<pid_t>> Ids(const std::vector<Pipeline>& pipelines) {
  std::vector<std::vector<pid_t>> ids;
  for (const Pipeline& pipeline : pipelines) {
    for (ids.emplace_back(); const ToolHealth& health : pipeline.tools) ids.back().push_back(health.tool.pid);
  }
  return ids;
}

TEST(Pipelines, FollowThePipes) {
  auto pipelines =
      FormPipelines({Tool(1, "pipe:[2]", "/dev/null", Waits(4, 4)), Tool(2, "pipe:[1]", "pipe:[2]", Waits(9, 4)),
                     Tool(3, "/a", "/b", Waits(1, 1)), Tool(4, "/dev/tty", "pipe:[1]", Waits(10, 9))},
                    kNow);
  EXPECT_THAT(Ids(pipelines), ElementsAre(ElementsAre(3), ElementsAre(4, 2, 1)));
  const Pipeline& all = pipelines.back();
  EXPECT_TRUE(all.well());
  EXPECT_EQ(all.in, 10u);
  EXPECT_EQ(all.out, 4u);
  EXPECT_EQ(all.filtered, 6u);
  EXPECT_EQ(all.between, 0);
}

TEST(Pipelines, AreNotMadeOfWhatIsNoSinglePipe) {
  auto named = Tool(2, "pipe:[1]", "/dev/null", {});
  named.reading.facts.input = "a.evt";  // whatever its standard input is
  EXPECT_EQ(FormPipelines({Tool(1, "/a", "pipe:[1]", {}), named}, kNow).size(), 2u);
  // Two that write to one, two that read one, and files with one name.
  EXPECT_EQ(
      FormPipelines({Tool(1, "/a", "pipe:[1]", {}), Tool(2, "/b", "pipe:[1]", {}), Tool(3, "pipe:[1]", "/c", {})}, kNow)
          .size(),
      3u);
  EXPECT_EQ(
      FormPipelines({Tool(1, "/a", "pipe:[1]", {}), Tool(2, "pipe:[1]", "/b", {}), Tool(3, "pipe:[1]", "/c", {})}, kNow)
          .size(),
      3u);
  EXPECT_EQ(FormPipelines({Tool(1, "/a", "/b", {}), Tool(2, "/b", "/c", {})}, kNow).size(), 2u);
  // Rings, of one and of two.
  EXPECT_EQ(FormPipelines({Tool(1, "pipe:[1]", "pipe:[1]", {})}, kNow).size(), 1u);
  EXPECT_THAT(Ids(FormPipelines({Tool(1, "pipe:[1]", "pipe:[2]", {}), Tool(2, "pipe:[2]", "pipe:[1]", {})}, kNow)),
              ElementsAre(ElementsAre(1, 2)));
}

TEST(Pipelines, WhatIsOnItsWayIsBetweenTools) {
  StatusNumbers busy = {.in = 60, .out = 60, .last_wall_ns = kNow.wall_ns - 2 * kNsPerSecond, .moved_ns = kNow.mono_ns};
  auto pipelines = FormPipelines({Tool(1, "/a", "pipe:[1]", Waits(100, 90)), Tool(2, "pipe:[1]", "/b", busy)}, kNow);
  ASSERT_EQ(pipelines.size(), 1u);
  EXPECT_TRUE(pipelines[0].well());
  EXPECT_EQ(pipelines[0].between, 30);
  EXPECT_EQ(pipelines[0].in, pipelines[0].out + pipelines[0].filtered + 30);
  EXPECT_EQ(pipelines[0].tools[1].state, ToolState::kWorking);
  EXPECT_EQ(pipelines[0].tools[1].lag_ns, 2 * kNsPerSecond);
}

TEST(Pipelines, AtRestNothingIsMissing) {
  auto pipelines =
      FormPipelines({Tool(1, "/a", "pipe:[1]", Waits(100, 90)), Tool(2, "pipe:[1]", "/b", Waits(60, 60))}, kNow);
  ASSERT_EQ(pipelines.size(), 1u);
  EXPECT_FALSE(pipelines[0].well());
  EXPECT_THAT(pipelines[0].tools[1].complaints, ElementsAre("read 60 events, of 90 that were written to it"));
  // More than was written is as bad; and what has just come to rest is given time.
  pipelines =
      FormPipelines({Tool(1, "/a", "pipe:[1]", Waits(100, 50)), Tool(2, "pipe:[1]", "/b", Waits(60, 60))}, kNow);
  EXPECT_EQ(pipelines[0].between, -10);
  EXPECT_FALSE(pipelines[0].well());
  StatusNumbers just = Waits(100, 90);
  just.moved_ns = kNow.mono_ns - kNsPerSecond / 2;
  EXPECT_TRUE(
      FormPipelines({Tool(1, "/a", "pipe:[1]", just), Tool(2, "pipe:[1]", "/b", Waits(60, 60))}, kNow)[0].well());
}

TEST(Pipelines, LossesAndStandstillsAreTold) {
  StatusNumbers numbers = {.in = 9,
                           .made = 1,
                           .out = 5,
                           .dropped = 2,
                           .gaps = 3,
                           .lost = 40,
                           .unknown = 1,
                           .last_wall_ns = 1,
                           .moved_ns = kNow.mono_ns - 11 * kNsPerSecond};
  auto pipelines = FormPipelines({Tool(1, "/a", "/b", numbers)}, kNow);
  const ToolHealth& health = pipelines[0].tools[0];
  EXPECT_EQ(health.state, ToolState::kStalled);
  EXPECT_EQ(health.filtered, 3u);
  EXPECT_THAT(health.complaints, ElementsAre("has not moved for 11 s", "lost 2 events",
                                             "at least 40 events were lost before it, in 3 gaps"));
  EXPECT_THAT(StatusText(pipelines, kNow), HasSubstr("  ! lost 2 events\n"));
  EXPECT_THAT(StatusJson(pipelines, 0), HasSubstr("{\"well\":false,"));
}

TEST(Pipelines, TextsAreHarmless) {
  auto tool = Tool(1, "", "pipe:[1]", Waits(0, 0));
  tool.reading.facts.tool = "\x1b[31m\"";
  auto pipelines = FormPipelines({tool}, kNow);
  EXPECT_THAT(StatusText(pipelines, kNow), HasSubstr("\\x1b[31m\""));
  EXPECT_THAT(StatusJson(pipelines, 2), HasSubstr(R"("hidden":2,"pipelines":[{"well":true,)"));
  EXPECT_THAT(StatusJson(pipelines, 2), HasSubstr(R"("tool":"\u001b[31m\"","pid":1,"since":"1970-)"));
  EXPECT_THAT(StatusText({}, kNow), IsEmpty());
}

}  // namespace
}  // namespace vexevt
