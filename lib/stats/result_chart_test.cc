#include "lib/stats/result_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lib/stats/testing/told.h"

namespace vexevt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::NanSensitiveDoubleEq;
using testing::SizeIs;

// The charts of a query over what it sees.
class Drawn {
 public:
  explicit Drawn(std::string_view query) : told_(query), history_(told_.rollup().query(), told_.rollup().plan()) {
    told_.watch = [this](const ToldWindow& window) {
      history_.Add(window, ReadRows(told_.rollup().plan(), window, ListForm::kJson));
    };
  }

  Drawn& See(std::uint64_t second, std::string_view comm, std::uint64_t size = 0) {
    Event event;
    event.wall_ns = second * kNsPerSecond;
    event.type = kFsWrite;
    event.flags = kFlagStat;
    event.comm = comm;
    event.payload = FsPayload{.path = "/a", .size = size};
    told_.See(event);
    return *this;
  }

  Drawn& SeeGap(std::uint64_t second) {
    Event event;
    event.wall_ns = second * kNsPerSecond;
    event.type = kVexevtLost;
    event.payload = GapPayload{"ring", 3, event.wall_ns};
    told_.See(event);
    return *this;
  }

  std::vector<Chart> Finish(PlotKind kind = PlotKind::kAuto) {
    told_.Finish();
    return ChartsOf(history_, kind);
  }

  const ResultHistory& history() const { return history_; }

 private:
  ToldRollup told_;
  ResultHistory history_;
};

TEST(ResultChart, OneWindowIsBarsTheLargestFirst) {
  const auto charts = Drawn("count by comm").See(1, "a").See(2, "b").See(3, "b").Finish();
  ASSERT_THAT(charts, SizeIs(1));
  EXPECT_EQ(charts[0].kind, ChartKind::kBars);
  EXPECT_EQ(charts[0].title, "count by comm");
  EXPECT_EQ(charts[0].subtitle, "1970-01-01T00:00:01Z to 1970-01-01T00:00:03Z");
  ASSERT_THAT(charts[0].rows, SizeIs(2));
  EXPECT_EQ(charts[0].rows[0].label, "b");
  EXPECT_THAT(charts[0].rows[0].values, ElementsAre(2));
}

TEST(ResultChart, SeveralWindowsAreSparksAndEmptyOnesAreZero) {
  const auto charts =
      Drawn("count, max(size) by comm every 10s").See(1, "a", 5).See(12, "b", 7).See(31, "a", 9).Finish();
  ASSERT_THAT(charts, SizeIs(2));
  EXPECT_EQ(charts[0].kind, ChartKind::kSpark);
  EXPECT_THAT(charts[0].rows[0].values, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(charts[0].rows[1].values, ElementsAre(0, 1, 0, 0));
  EXPECT_EQ(charts[1].quantity, Quantity::kBytes);
  EXPECT_THAT(charts[1].rows[0].values, ElementsAre(5, NanSensitiveDoubleEq(NAN), NanSensitiveDoubleEq(NAN), 9));
}

TEST(ResultChart, BarsAreOfTheLastWindow) {
  const auto charts = Drawn("count by comm every 10s").See(1, "a").See(12, "b").Finish(PlotKind::kBars);
  ASSERT_THAT(charts, SizeIs(1));
  ASSERT_THAT(charts[0].rows, SizeIs(1));
  EXPECT_EQ(charts[0].rows[0].label, "b");
  EXPECT_EQ(charts[0].subtitle, "1970-01-01T00:00:10Z to 1970-01-01T00:00:20Z");
}

TEST(ResultChart, SessionsMayBeginBeforeTheFirstThatWasTold) {
  const auto charts =
      Drawn("count by comm session gap 10s").See(5, "a").See(12, "b").See(14, "a").See(23, "a").Finish();
  ASSERT_THAT(charts, SizeIs(1));
  EXPECT_THAT(charts[0].rows[0].values, ElementsAre(3, NanSensitiveDoubleEq(NAN)));
  EXPECT_THAT(charts[0].rows[1].values, ElementsAre(NanSensitiveDoubleEq(NAN), 1));
}

TEST(ResultChart, HistogramsHaveAllBucketsBetween) {
  const auto bars = Drawn("histogram(size)").See(1, "a", 1024).See(2, "a", 1500).See(3, "a", 4096).Finish();
  ASSERT_THAT(bars, SizeIs(1));
  ASSERT_THAT(bars[0].rows, SizeIs(3));
  EXPECT_EQ(bars[0].rows[0].label, "1K - 2K");
  EXPECT_THAT(bars[0].rows[0].values, ElementsAre(2));
  EXPECT_THAT(bars[0].rows[1].values[0], NanSensitiveDoubleEq(0));
  EXPECT_EQ(bars[0].rows[2].label, "4K - 8K");
  const auto heat = Drawn("histogram(size) by comm every 10s").See(1, "a", 1).See(12, "a", 3).See(13, "b", 3).Finish();
  ASSERT_THAT(heat, SizeIs(2));
  EXPECT_EQ(heat[0].kind, ChartKind::kHeatMap);
  EXPECT_EQ(heat[0].title, "histogram_size by comm: a");
  EXPECT_EQ(heat[0].rows[0].label, "2 - 4");
  EXPECT_THAT(heat[0].rows[0].values, ElementsAre(0, 1));
  EXPECT_THAT(heat[0].rows[1].values, ElementsAre(1, 0));
}

TEST(ResultChart, ATopkHasARowForEachItem) {
  const auto charts = Drawn("topk(2, comm)").See(1, "a").See(2, "b").See(3, "b").Finish();
  ASSERT_THAT(charts, SizeIs(1));
  ASSERT_THAT(charts[0].rows, SizeIs(2));
  EXPECT_EQ(charts[0].rows[0].label, "b");
  EXPECT_THAT(charts[0].rows[0].values, ElementsAre(2));
}

TEST(ResultChart, TextsAndNothingAreNotDrawn) {
  EXPECT_THAT(Drawn("first(comm)").See(1, "a").Finish(), IsEmpty());
  EXPECT_THAT(Drawn("count").Finish(), IsEmpty());
  EXPECT_THAT(Drawn("count").See(1, "a").Finish(PlotKind::kHistogram), IsEmpty());
}

TEST(ResultChart, SaysWhatIsLeftOutAndUncertain) {
  Drawn drawn("count by comm every 10s");
  for (int i = 0; i < 23; ++i) drawn.See(1, std::to_string(i));
  const auto charts = drawn.SeeGap(2).See(12, "0").Finish();
  ASSERT_THAT(charts, SizeIs(1));
  EXPECT_THAT(charts[0].rows, SizeIs(20));
  EXPECT_EQ(charts[0].note, "and 3 more; 1 of 2 windows are lower bounds: events are missing");
}

TEST(ResultHistory, IsBoundedHoweverLongTheStream) {
  Drawn drawn("count by comm every 1s");
  for (std::uint64_t second = 0; second < 5'000; ++second) drawn.See(second, std::to_string(second % 1'500));
  drawn.See(40'000'000, "late");
  const auto charts = drawn.Finish();
  ASSERT_THAT(charts, SizeIs(1));
  EXPECT_LE(charts[0].rows[0].values.size(), ResultHistory::kMostPlaces);
  EXPECT_LE(drawn.history().columns()[0][0].tracks.size(), ResultHistory::kMostTracks);
  EXPECT_EQ(charts[0].rows[0].values[0], 1);
}

TEST(ResultHistory, ANeighbourThatStandsOutStays) {
  Drawn drawn("count every 1s");
  for (std::uint64_t second = 0; second < 600; ++second) drawn.See(second, "a");
  drawn.See(600, "a").See(600, "a");
  const auto charts = drawn.Finish();
  EXPECT_EQ(charts[0].step, 2.0 * kNsPerSecond);
  EXPECT_EQ(charts[0].rows[0].values.back(), 2);
  EXPECT_EQ(charts[0].rows[0].values.front(), 1);
}

}  // namespace
}  // namespace vexevt
