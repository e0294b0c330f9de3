#include "lib/cli/time_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/event/encode.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kStart = 1'795'435'200 * kNsPerSecond;

// Views of events at these seconds after kStart.
class Batch {
 public:
  explicit Batch(const std::vector<std::uint64_t>& seconds) {
    std::vector<std::size_t> ends;
    for (std::uint64_t second : seconds) {
      AppendFrame(Event{.wall_ns = kStart + second * kNsPerSecond}, &bytes_);
      ends.push_back(bytes_.size());
    }
    std::size_t begin = 0;
    for (std::size_t end : ends) {
      EXPECT_TRUE(EventView::Bind(std::span(bytes_).subspan(begin, end - begin), &views_.emplace_back()));
      begin = end;
    }
  }
  std::span<const EventView> views() const { return views_; }

 private:
  std::vector<std::byte> bytes_;
  std::vector<EventView> views_;
};

std::vector<std::uint64_t> Seconds(std::span<const EventView> events) {
  std::vector<std::uint64_t> seconds;
  for (const EventView& event : events) seconds.push_back((event.wall_ns() - kStart) / kNsPerSecond);
  return seconds;
}

using ::testing::ElementsAre;

TEST(TimeWindow, IsIdleWhenNothingIsAskedFor) {
  EXPECT_FALSE(TimeWindow(CommonOptions{}, {kStart, 0}).active());
  EXPECT_EQ(TimeWindow(CommonOptions{}, {kStart, 0}).deadline_ns(), ~std::uint64_t{0});
}

TEST(TimeWindow, SinceAndAPastUntilLeaveOutAndGoOn) {
  CommonOptions options;
  options.since_ns = kStart + 2 * kNsPerSecond;
  options.until_ns = kStart + 4 * kNsPerSecond;
  TimeWindow window(options, {kStart + 100 * kNsPerSecond, 0});
  std::size_t beyond = 0;
  EXPECT_THAT(Seconds(window.Select(Batch({1, 2, 3, 4, 5, 3}).views(), 0, &beyond)), ElementsAre(2, 3, 3));
  EXPECT_EQ(beyond, 0u);
  EXPECT_EQ(window.deadline_ns(), ~std::uint64_t{0});
}

TEST(TimeWindow, AnUntilAheadEndsTheRun) {
  CommonOptions options;
  options.until_ns = kStart + 4 * kNsPerSecond;
  TimeWindow window(options, {kStart, 50 * kNsPerSecond});
  EXPECT_EQ(window.deadline_ns(), 54 * kNsPerSecond);
  std::size_t beyond = 0;
  EXPECT_THAT(Seconds(window.Select(Batch({1, 3, 4, 2}).views(), 0, &beyond)), ElementsAre(1, 3));
  EXPECT_EQ(beyond, 2u);
}

TEST(TimeWindow, DurationRunsFromTheFirstEvent) {
  CommonOptions options;
  options.duration_ns = 3 * kNsPerSecond;
  TimeWindow window(options, {kStart, 50 * kNsPerSecond});
  EXPECT_EQ(window.deadline_ns(), 53 * kNsPerSecond);
  std::size_t beyond = 0;
  EXPECT_THAT(Seconds(window.Select(Batch({10, 11}).views(), 52 * kNsPerSecond, &beyond)), ElementsAre(10, 11));
  EXPECT_EQ(beyond, 0u);
  EXPECT_EQ(window.deadline_ns(), 55 * kNsPerSecond);
  EXPECT_THAT(Seconds(window.Select(Batch({12, 13}).views(), 53 * kNsPerSecond, &beyond)), ElementsAre(12));
  EXPECT_EQ(beyond, 1u);
}

TEST(TimeWindow, TheLongestDurationDoesNotWrap) {
  CommonOptions options;
  options.duration_ns = ~std::uint64_t{0};
  TimeWindow window(options, {kStart, 50});
  std::size_t beyond = 0;
  EXPECT_THAT(Seconds(window.Select(Batch({1}).views(), 60, &beyond)), ElementsAre(1));
  EXPECT_EQ(beyond, 0u);
  EXPECT_EQ(window.deadline_ns(), ~std::uint64_t{0});
}

}  // namespace
}  // namespace vexevt
