#include "lib/status/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/status/show.h"

namespace vexevt {
namespace {

using ::testing::HasSubstr;

constexpr StageTime kReads = {.input = 0.95, .work = 0.05};
constexpr StageTime kWorks = {.input = 0.02, .work = 0.95, .output = 0.03};
constexpr StageTime kWrites = {.work = 0.1, .output = 0.9};

TEST(Bottleneck, IsTheToolThatWorksWhileOthersWaitForIt) {
  Bottleneck found = FindBottleneck({kWrites, kWorks, kReads});
  EXPECT_EQ(found.where, PaceSetter::kStage);
  EXPECT_EQ(found.stage, 1u);
  EXPECT_NEAR(found.share, (0.9 + 0.95 + 0.95) / 3, 1e-9);
  EXPECT_EQ(FindBottleneck({kWorks, kReads, kReads}).stage, 0u);
  EXPECT_EQ(FindBottleneck({kWrites, kWrites, kWorks}).stage, 2u);
  found = FindBottleneck({kWorks});
  EXPECT_EQ(found.where, PaceSetter::kStage);
  EXPECT_EQ(found.stage, 0u);
}

TEST(Bottleneck, IsTheSourceWhereAllWaitForInput) {
  Bottleneck found = FindBottleneck({kReads, kReads});
  EXPECT_EQ(found.where, PaceSetter::kSource);
  EXPECT_NEAR(found.share, 0.95, 1e-9);
  EXPECT_EQ(FindBottleneck({kReads}).where, PaceSetter::kSource);
  EXPECT_EQ(FindBottleneck({}).where, PaceSetter::kSource);
}

TEST(Bottleneck, IsTheReaderWhereAllWaitForTheirOutput) {
  Bottleneck found = FindBottleneck({kWrites, kWrites, kWrites});
  EXPECT_EQ(found.where, PaceSetter::kReader);
  EXPECT_NEAR(found.share, 0.9, 1e-9);
  EXPECT_EQ(FindBottleneck({kWrites}).where, PaceSetter::kReader);
}

TEST(Bottleneck, AToolThatIsReadyWorks) {
  const StageTime ready = {.work = 0.3, .queued = 0.7};
  const Bottleneck found = FindBottleneck({kWrites, ready, kReads});
  EXPECT_EQ(found.where, PaceSetter::kStage);
  EXPECT_EQ(found.stage, 1u);
}

TEST(Bottleneck, IsTheBusiestOfThoseThatTakeTurns) {
  const StageTime half = {.work = 0.5, .output = 0.5}, most = {.input = 0.3, .work = 0.7};
  EXPECT_EQ(FindBottleneck({half, most}).stage, 1u);
  const StageTime more = {.work = 0.8, .output = 0.2}, less = {.input = 0.4, .work = 0.6};
  EXPECT_EQ(FindBottleneck({more, less}).stage, 0u);
}

// The first look is at 10 s, the second at 12 s of the clock.
RunningTool Tool(pid_t pid, std::string from, std::string to) {
  RunningTool tool{.pid = pid, .stdin_link = std::move(from), .stdout_link = std::move(to)};
  tool.seen_ns = 10 * kNsPerSecond;
  tool.reading.facts = {"vexevt-t" + std::to_string(pid), "-", "-", 0};
  return tool;
}

constexpr Instant kThen = {.wall_ns = 5000 * kNsPerSecond, .mono_ns = 12 * kNsPerSecond};

TEST(Profile, SaysWhereTheTimeGoes) {
  RunningTool writer = Tool(1, "/a", "pipe:[1]"), reader = Tool(2, "pipe:[1]", "/b");
  reader.reading.numbers = {.waits = 1, .waited_ns = 4 * kNsPerSecond};
  reader.reading.numbers.moved_ns = 9 * kNsPerSecond;  // has waited for 5 s
  const std::vector<RunningTool> before = {writer, reader};

  writer.seen_ns = reader.seen_ns = 12 * kNsPerSecond;
  writer.thread = {.ran_ns = kNsPerSecond, .queued_ns = kNsPerSecond / 5};
  writer.processor_ns = 3 * kNsPerSecond;
  writer.reading.numbers = {.in = 2000, .out = 1000, .bytes_in = 20'000, .bytes_out = 10'000};
  reader.thread.ran_ns = kNsPerSecond / 2;
  reader.reading.numbers = {.in = 900, .out = 900, .bytes_in = 9'000, .bytes_out = 9'000};
  reader.reading.numbers.waited_ns = 6 * kNsPerSecond;
  const auto profiles = ProfilePipelines(before, {writer, reader}, kThen);
  ASSERT_EQ(profiles.size(), 1u);
  const std::vector<StageProfile>& stages = profiles[0].stages;
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_NEAR(stages[0].time.work, 0.5, 1e-9);
  EXPECT_NEAR(stages[0].time.queued, 0.1, 1e-9);
  EXPECT_NEAR(stages[0].time.input, 0, 1e-9);
  EXPECT_NEAR(stages[0].time.output, 0.4, 1e-9);
  EXPECT_NEAR(stages[0].processors, 1.5, 1e-9);
  EXPECT_NEAR(stages[0].in, 1000, 1e-9);
  EXPECT_NEAR(stages[0].bytes_out, 5000, 1e-9);
  EXPECT_FALSE(stages[0].queued_events);
  EXPECT_NEAR(stages[1].time.input, 0.5, 1e-9);  // 4 and 1 before, 6 now
  EXPECT_NEAR(stages[1].time.work, 0.25, 1e-9);
  EXPECT_EQ(stages[1].queued_events, 100);
  EXPECT_EQ(stages[1].queued_bytes, 1'000);
}

TEST(Profile, TimesNeverAddUpToMoreThanAll) {
  RunningTool tool = Tool(1, "/a", "/b");
  const std::vector<RunningTool> before = {tool};
  tool.seen_ns = 12 * kNsPerSecond;
  tool.thread.ran_ns = kNsPerSecond;
  tool.reading.numbers.waited_ns = ~std::uint64_t{0};  // a page is anybody's bytes
  tool.reading.numbers.moved_ns = ~std::uint64_t{0};
  auto profiles = ProfilePipelines(before, {tool}, kThen);
  ASSERT_EQ(profiles.size(), 1u);
  const StageTime& time = profiles[0].stages[0].time;
  EXPECT_NEAR(time.work, 0.5, 1e-9);
  EXPECT_NEAR(time.input, 0.5, 1e-9);
  EXPECT_EQ(time.output, 0);
  // And counters that went back are as if they stood.
  profiles = ProfilePipelines({tool}, before, kThen);
  EXPECT_EQ(profiles[0].stages[0].time.work, 0);
}

TEST(Profile, LeavesOutWhatHasJustBegun) {
  const RunningTool writer = Tool(1, "/a", "pipe:[1]"), reader = Tool(2, "pipe:[1]", "/b"), other = Tool(3, "/a", "/b");
  EXPECT_EQ(ProfilePipelines({writer, other}, {writer, reader, other}, kThen).size(), 1u);
  RunningTool anew = other;
  anew.reading.facts.started_wall_ns = 1;  // another process of the same number
  EXPECT_EQ(ProfilePipelines({other}, {anew}, kThen).size(), 0u);
}

PipelineProfile Of(std::vector<StageTime> times) {
  PipelineProfile profile;
  profile.bottleneck = FindBottleneck(times);
  for (const StageTime& time : times) {
    const auto pid = static_cast<pid_t>(profile.stages.size() + 1);
    StageProfile& stage = profile.stages.emplace_back();
    stage.tool = Tool(pid, "/srv/a\x1b", "/srv/b");
    stage.time = time;
    stage.in = 1'234'567;
    if (pid > 1) stage.queued_events = stage.queued_bytes = 2048;
  }
  return profile;
}

TEST(Profile, IsShownToPeople) {
  EXPECT_EQ(ProfileText({}), "");
  const PipelineProfile profiles[] = {Of({kWrites, kWorks, kReads})};
  EXPECT_EQ(ProfileText(profiles),
            "TOOL                  PID    IN/S   OUT/S  INPUT   WORK  READY OUTPUT    CPU   QUEUE\n"
            "vexevt-t1               1   1.23M       0     0%    10%     0%    90%   0.00       -\n"
            "vexevt-t2               2   1.23M       0     2%    95%     0%     3%   0.00      2K\n"
            "vexevt-t3               3   1.23M       0    95%     5%     0%     0%   0.00      2K\n"
            "  bottleneck: vexevt-t2 (2): it works 95% of the time; those before it wait for their output 90%; those "
            "behind it for "
            "input 95%\n");
}

TEST(Profile, GivesItsReason) {
  const PipelineProfile source[] = {Of({kReads, kReads})};
  EXPECT_THAT(ProfileText(source),
              HasSubstr("  bottleneck: '/srv/a\\x1b', which vexevt-t1 (1) reads: it waits for input 95% of "
                        "the time, those behind it 95%\n"));
  const PipelineProfile reader[] = {Of({kWrites, kWrites})};
  EXPECT_THAT(ProfileText(reader),
              HasSubstr("  bottleneck: '/srv/b', to which vexevt-t2 (2) writes: it waits for that 90% of the "
                        "time, those before it for their output 90%\n"));
  const PipelineProfile crowded[] = {Of({{.work = 0.6, .queued = 0.4}})};
  EXPECT_THAT(ProfileText(crowded),
              HasSubstr("  bottleneck: vexevt-t1 (1): it works 60% of the time, waits for a processor 40%\n"));
}

TEST(Profile, IsShownToPrograms) {
  EXPECT_EQ(ProfileJson({}), "{\"pipelines\":[]}\n");
  const PipelineProfile profiles[] = {Of({kWorks})};
  EXPECT_EQ(
      ProfileJson(profiles),
      R"({"pipelines":[{"bottleneck":{"where":"tool","pid":1,"share":0.950,)"
      R"("because":"vexevt-t1 (1): it works 95% of the time"},"tools":[{"tool":"vexevt-t1","pid":1,)"
      R"("input":"/srv/a\u001b","output":"/srv/b","seconds":0.000,"in":1234567.0,"out":0.0,"bytes_in":0.0,)"
      R"("bytes_out":0.0,"time":{"input":0.020,"work":0.950,"queued":0.000,"output":0.030},"processors":0.000}]}]})"
      "\n");
}

}  // namespace
}  // namespace vexevt
