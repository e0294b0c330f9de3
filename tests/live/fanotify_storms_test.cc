// Many events, and events that are read late: nothing lost, nothing out of place, and what is lost is told.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <set>

#include "lib/capture/fanotify.h"
#include "tests/live/captured.h"
#include "tests/live/scratch_filesystem.h"
#include "tests/live/storm_plan.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;

class FanotifyStormsTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string reason = filesystem_.Make(GetParam());
    if (!reason.empty()) GTEST_SKIP() << reason;
    top_ = filesystem_.top();
    Watch({.stat = false});
  }

  void Watch(FanotifyOptions options) {
    options.selection.roots = {top_};
    auto opened = OpenFanotify(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    source_ = std::move(opened).value();
  }

  std::string At(const std::string& name) const { return top_ + "/" + name; }
  bool Make(const std::string& name) const { return ::mknod(At(name).c_str(), S_IFREG | 0600, 0) == 0; }
  bool Move(const std::string& from, const std::string& to) const {
    return ::rename(At(from).c_str(), At(to).c_str()) == 0;
  }

  ScratchFilesystem filesystem_;
  std::string top_;
  std::unique_ptr<Source> source_;
};

TEST_P(FanotifyStormsTest, PathsAreOfTheTimeUnderARenameStormReadLate) {
  StormPlan plan(20261123, 20'000);
  std::vector<std::string> expected = StormPlan::Lines(plan.steps());
  InChild([&] { return StormPlan::Do(plan.steps(), top_); });
  std::vector<std::string> got = Lines(DrainAll(source_.get()), top_);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], expected[i]) << "event " << i;
}

TEST_P(FanotifyStormsTest, MergedRenamesDoNotMisleadForLong) {
  InChild([&] {
    if (::mkdir(At("a").c_str(), 0755) != 0) return false;
    return Move("a", "b") && Move("b", "a") && Move("a", "b");
  });
  DrainAll(source_.get());
  InChild([&] { return Make("b/f"); });
  EXPECT_THAT(Lines(DrainAll(source_.get()), top_), ElementsAre("fs.create b/f"));
}

TEST_P(FanotifyStormsTest, NotOneOfFiftyThousandDeletesIsLost) {
  constexpr int kFiles = 50'000;
  InChild([&] {
    for (int i = 0; i < kFiles; ++i) {
      if (!Make(std::to_string(i))) return false;
    }
    return true;
  });
  DrainAll(source_.get());
  pid_t pid = ::fork();  // deletes while we read
  if (pid == 0) {
    for (int i = 0; i < kFiles; ++i) ::unlink(At(std::to_string(i)).c_str());
    ::_exit(0);
  }
  std::set<std::string> deleted;
  auto take = [&] {
    for (const Captured& event : DrainAll(source_.get())) {
      ASSERT_EQ(event.type, kFsDelete);
      ASSERT_TRUE(deleted.insert(event.path).second) << event.path << " twice";
    }
  };
  while (::waitpid(pid, nullptr, WNOHANG) == 0) take();
  take();
  EXPECT_EQ(deleted.size(), static_cast<std::size_t>(kFiles));
  EXPECT_EQ(source_->counters().gaps, 0U);
}

TEST_P(FanotifyStormsTest, AnOverflowIsToldAtItsPlace) {
  int limit = 0;
  std::ifstream("/proc/sys/fs/fanotify/max_queued_events") >> limit;
  if (limit <= 0 || limit > 100'000) GTEST_SKIP() << "fs.fanotify.max_queued_events is " << limit;
  InChild([&] { return ::mkdir(At("d").c_str(), 0755) == 0 && Make("d/before"); });
  source_.reset();
  Watch({.bounded_queue = true, .stat = false});
  InChild([&] { return Make("d/known"); });
  EXPECT_THAT(Lines(DrainAll(source_.get()), top_), ElementsAre("fs.create d/known"));
  InChild([&] {
    for (int i = 0; i < limit + 100; ++i) {
      if (!Make("f" + std::to_string(i))) return false;
    }
    return Move("d", "e");
  });
  std::vector<Captured> events = DrainAll(source_.get());
  // Others' execs have their places in the queue too.
  ASSERT_LE(events.size(), static_cast<std::size_t>(limit) + 1);
  ASSERT_GT(events.size(), static_cast<std::size_t>(limit) / 2);
  const Captured& gap = events.back();
  EXPECT_EQ(gap.type, kVexevtLost);
  EXPECT_EQ(gap.gap.lost, 0U);
  EXPECT_GT(gap.gap.since_ns, 0U);
  for (std::size_t i = 0; i + 1 < events.size(); ++i) ASSERT_EQ(events[i].path, At("f" + std::to_string(i)));
  EXPECT_EQ(source_->counters().gaps, 1U);
  // The rename was lost: the path is right all the same.
  InChild([&] { return Make("e/after"); });
  EXPECT_THAT(Lines(DrainAll(source_.get()), top_), ElementsAre("fs.create e/after"));
}

TEST_P(FanotifyStormsTest, WhatWasGoneBeforeItWasMetIsMarked) {
  InChild([&] { return ::mkdir(At("d").c_str(), 0755) == 0 && Make("d/f"); });
  Watch({.stat = false});
  InChild([&] { return ::unlink(At("d/f").c_str()) == 0 && ::rmdir(At("d").c_str()) == 0; });
  EXPECT_THAT(Lines(DrainAll(source_.get()), top_), ElementsAre("fs.delete ?/f", "fs.rmdir d"));
}

TEST_P(FanotifyStormsTest, ABarrierStandsBehindWhatHappenedBefore) {
  InChild([&] { return Make("a") && Make("b"); });
  ASSERT_TRUE(source_->InsertBarrier("first").ok());
  InChild([&] { return Make("c"); });
  ASSERT_TRUE(source_->InsertBarrier("second").ok());
  FrameBatch batch;
  auto state = source_->Drain(&batch);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, DrainState::kIdle);
  std::vector<std::string> seen;
  for (const Captured& event : Take(batch)) {
    seen.push_back(event.type == kVexevtBarrier ? "barrier " + event.token : event.Line(top_));
  }
  EXPECT_THAT(seen, ElementsAre("fs.create a", "fs.create b", "barrier first", "fs.create c", "barrier second"));
}

TEST_P(FanotifyStormsTest, StopGivesWhatWasReportedAndThenEnds) {
  InChild([&] { return Make("a"); });
  source_->Stop();
  source_->Stop();
  InChild([&] { return Make("b"); });
  FrameBatch batch;
  std::vector<std::string> seen;
  for (auto state = DrainState::kMore; state != DrainState::kEnd;) {
    batch.Clear();
    auto drained = source_->Drain(&batch);
    ASSERT_TRUE(drained.ok());
    state = *drained;
    ASSERT_NE(state, DrainState::kIdle);
    for (const Captured& event : Take(batch)) seen.push_back(event.Line(top_));
  }
  EXPECT_THAT(seen, ElementsAre("fs.create a"));
}

INSTANTIATE_TEST_SUITE_P(Filesystems, FanotifyStormsTest, ::testing::Values("ext4", "tmpfs"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace vexevt
