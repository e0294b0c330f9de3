#include "lib/capture/merged_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <deque>
#include <string>
#include <vector>

#include "lib/event/barrier_event.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kOld = 1'000'000'000;  // long ago, so that nothing waits for the clock

// A source that gives what a test says, and is idle between.
class Scripted final : public Source {
 public:
  int poll_fd() const override { return news_.get(); }
  Result<DrainState> Drain(FrameBatch* batch) override {
    std::uint64_t seen = 0;
    [[maybe_unused]] ssize_t drained = ::read(news_.get(), &seen, sizeof seen);
    for (const Event& event : waiting_) batch->Append(event);
    counters_.events += waiting_.size();
    waiting_.clear();
    for (const std::string& token : barriers_) batch->Append(BarrierEvent(token));
    barriers_.clear();
    if (!failure_.ok()) return Status(failure_.code(), failure_.message());
    return ends_ || stopped_ ? DrainState::kEnd : DrainState::kIdle;
  }
  Status InsertBarrier(std::string_view token) override {
    barriers_.emplace_back(token);
    return {};
  }
  void Stop() override { stopped_ = true; }
  const SourceCounters& counters() const override { return counters_; }

  void Say(std::uint64_t wall_ns, std::uint64_t source) {
    Event event;
    event.id = {source, wall_ns};
    event.wall_ns = wall_ns;
    event.type = kFsCreate;
    event.boundary = Boundary::kKernel;
    waiting_.push_back(event);
    ::eventfd_write(news_.get(), 1);
  }
  void End() {
    ends_ = true;
    ::eventfd_write(news_.get(), 1);
  }
  void Fail(Status status) {
    failure_ = std::move(status);
    ::eventfd_write(news_.get(), 1);
  }

 private:
  UniqueFd news_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::vector<Event> waiting_;
  std::vector<std::string> barriers_;
  bool ends_ = false, stopped_ = false;
  Status failure_;
  SourceCounters counters_;
};

class MergedSourceTest : public ::testing::Test {
 protected:
  void Make(std::vector<std::uint64_t> lags_ns, bool stamps_late = false) {
    std::vector<SourceToMerge> sources;
    for (std::uint64_t lag_ns : lags_ns) {
      auto source = std::make_unique<Scripted>();
      sources_.push_back(source.get());
      sources.push_back({std::move(source), "source " + std::to_string(sources_.size()), lag_ns, stamps_late});
    }
    auto made =
        MergedSource::Of(std::move(sources), false, [this](std::string_view text) { told_.emplace_back(text); });
    ASSERT_TRUE(made.ok());
    merged_ = std::move(*made);
  }

  // What comes until nothing is to be had but by waiting: "time/source", "barrier TOKEN", "lost CAUSE".
  std::vector<std::string> Drain() {
    FrameBatch batch;
    Result<DrainState> state = DrainState::kMore;
    while (state.ok() && *state == DrainState::kMore) state = merged_->Drain(&batch);
    state_ = state.ok() ? *state : DrainState::kEnd;
    failure_ = state.ok() ? "" : state.status().message();
    std::vector<std::string> events;
    for (std::span<const std::byte> rest = batch.frames(); !rest.empty();) {
      EventView view;
      EXPECT_TRUE(EventView::Bind(rest.first(MeasureFrame(rest).bytes), &view));
      rest = rest.subspan(view.frame().size());
      Event event;
      Unpack(view, &event);
      if (event.type == kVexevtBarrier) {
        events.push_back("barrier " + std::string(std::get<AttributeText>(event.attributes[0].value).value));
      } else if (event.type == kVexevtLost) {
        events.push_back("lost " + std::string(std::get<GapPayload>(event.payload).cause));
      } else {
        events.push_back(std::to_string(event.wall_ns) + "/" + std::to_string(event.id.source));
      }
    }
    return events;
  }
  // The same, until so many have come; poll_fd has to tell.
  std::vector<std::string> Await(std::size_t count) {
    std::vector<std::string> events;
    while (events.size() < count) {
      for (std::string& event : Drain()) events.push_back(std::move(event));
      if (events.size() >= count || state_ == DrainState::kEnd) break;
      pollfd wait{merged_->poll_fd(), POLLIN, 0};
      if (::poll(&wait, 1, 20'000) != 1) break;
    }
    return events;
  }

  std::vector<Scripted*> sources_;
  std::unique_ptr<MergedSource> merged_;
  std::vector<std::string> told_;
  DrainState state_ = DrainState::kIdle;
  std::string failure_;
};

TEST_F(MergedSourceTest, EventsComeInTheOrderOfTimeAndEqualOnesInThatOfTheSources) {
  Make({0, 0, 0});
  for (std::uint64_t time : {1u, 4u, 4u, 9u}) sources_[0]->Say(time, 1);
  for (std::uint64_t time : {2u, 4u, 5u}) sources_[1]->Say(time, 2);
  for (std::uint64_t time : {4u, 6u}) sources_[2]->Say(time, 3);
  EXPECT_THAT(Drain(), ElementsAre("1/1", "2/2", "4/1", "4/1", "4/2", "4/3", "5/2", "6/3", "9/1"));
  EXPECT_EQ(state_, DrainState::kIdle);
  EXPECT_EQ(merged_->events(0), 4u);
  EXPECT_EQ(merged_->events(1), 3u);
  EXPECT_EQ(merged_->counters().events, 9u);
}

TEST_F(MergedSourceTest, ASourcesOwnOrderStaysWhateverItsClockSays) {
  Make({0, 0});
  for (std::uint64_t time : {7u, 3u, 5u}) sources_[0]->Say(time, 1);
  for (std::uint64_t time : {1u, 6u, 8u}) sources_[1]->Say(time, 2);
  EXPECT_THAT(Drain(), ElementsAre("1/2", "6/2", "7/1", "3/1", "5/1", "8/2"));
}

TEST_F(MergedSourceTest, WhatAnotherMaySayLaterIsWaitedForAndNoLonger) {
  constexpr std::uint64_t kLag = 30 * kNsPerMs;
  Make({0, kLag});
  std::uint64_t now = SystemClock().Now().wall_ns;
  sources_[0]->Say(now, 1);
  EXPECT_THAT(Drain(), ElementsAre()) << "the other may have an earlier one on its way";
  sources_[1]->Say(now - 1, 2);
  EXPECT_THAT(Await(2), ElementsAre(std::to_string(now - 1) + "/2", std::to_string(now) + "/1"));
  EXPECT_GE(SystemClock().Now().wall_ns, now + kLag) << "until it can't have one";
}

TEST_F(MergedSourceTest, ATimeInTheFutureDelaysNothing) {
  Make({0, kNsPerMs});
  std::uint64_t future = SystemClock().Now().wall_ns + 3600 * kNsPerSecond;
  sources_[0]->Say(future, 1);
  EXPECT_THAT(Await(1), ElementsAre(std::to_string(future) + "/1"));
}

TEST_F(MergedSourceTest, ASourceThatEndsLeavesTheOthersGoingOn) {
  Make({0, 0});
  sources_[0]->Say(kOld, 1);
  sources_[0]->End();
  EXPECT_THAT(Drain(), ElementsAre(std::to_string(kOld) + "/1"));
  EXPECT_EQ(state_, DrainState::kIdle);
  EXPECT_THAT(told_, ElementsAre(HasSubstr("source 1 has ended")));
  sources_[1]->Say(kOld + 1, 2);
  EXPECT_THAT(Await(1), ElementsAre(std::to_string(kOld + 1) + "/2"));
  sources_[1]->End();
  EXPECT_THAT(Drain(), ElementsAre());
  EXPECT_EQ(state_, DrainState::kEnd);
  EXPECT_EQ(failure_, "");
}

TEST_F(MergedSourceTest, ASourceThatFailsLeavesAGapAndItsErrorForTheEnd) {
  Make({0, 0});
  sources_[0]->Say(kOld, 1);
  sources_[0]->Fail(DataLoss("'x' is damaged"));
  EXPECT_THAT(Drain(), ElementsAre(std::to_string(kOld) + "/1", "lost source 1 failed"));
  EXPECT_EQ(state_, DrainState::kIdle);
  EXPECT_THAT(told_, ElementsAre(HasSubstr("'x' is damaged")));
  sources_[1]->Say(kOld + 1, 2);
  EXPECT_THAT(Await(1), ElementsAre(std::to_string(kOld + 1) + "/2"));
  sources_[1]->End();
  EXPECT_THAT(Drain(), ElementsAre());
  EXPECT_EQ(failure_, "'x' is damaged");
}

TEST_F(MergedSourceTest, ABarrierStandsBehindWhatAllHadAndComesOnce) {
  Make({0, 0});
  sources_[0]->Say(kOld, 1);
  sources_[1]->Say(kOld + 5, 2);
  ASSERT_TRUE(merged_->InsertBarrier("b").ok());
  EXPECT_THAT(Await(3), ElementsAre(std::to_string(kOld) + "/1", std::to_string(kOld + 5) + "/2", "barrier b"));
  EXPECT_THAT(Drain(), ElementsAre());
}

TEST_F(MergedSourceTest, ABarrierDoesNotWaitForWhoHasEnded) {
  Make({0, 0});
  sources_[0]->End();
  EXPECT_THAT(Drain(), ElementsAre());
  ASSERT_TRUE(merged_->InsertBarrier("b").ok());
  EXPECT_THAT(Await(1), ElementsAre("barrier b"));
}

TEST_F(MergedSourceTest, StoppedAllGiveWhatTheyHadAndEnd) {
  Make({0, kNsPerMs}, /*stamps_late=*/true);
  sources_[0]->Say(kOld, 1);
  sources_[1]->Say(kOld + 1, 2);
  merged_->Stop();
  EXPECT_THAT(Drain(), ElementsAre(std::to_string(kOld) + "/1", std::to_string(kOld + 1) + "/2"));
  EXPECT_EQ(state_, DrainState::kEnd);
  EXPECT_THAT(told_, ElementsAre());
}

TEST_F(MergedSourceTest, OneToEightSources) {
  EXPECT_FALSE(MergedSource::Of({}, false, {}).ok());
  std::vector<SourceToMerge> nine(9);
  EXPECT_FALSE(MergedSource::Of(std::move(nine), false, {}).ok());
}

}  // namespace
}  // namespace vexevt
