#include "lib/live/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/event/testing/samples.h"
#include "lib/event/type.h"
#include "lib/live/view.h"

namespace vexevt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kStart = 1'800'000'000;

Event EventAt(std::uint64_t second, std::string_view path, std::string_view comm = "cc") {
  Event event;
  event.wall_ns = (kStart + second) * kNsPerSecond;
  event.type = kFsWrite;
  event.pid = 7;
  event.comm = comm;
  event.payload = FsPayload{.path = path, .length = 100};
  return event;
}

class Model : public testing::Test {
 protected:
  explicit Model(std::string_view query = {}, std::size_t keep_bytes = 1 << 20) {
    std::optional<StatsQuery> parsed;
    if (!query.empty()) parsed = *ParseStatsQuery(query);
    model_ = std::move(*LiveModel::Compile(parsed, {}, keep_bytes));
  }

  void See(const Event& event) {
    const std::vector<std::byte> frame = FrameOf(event);
    EventView view;
    ASSERT_TRUE(EventView::Bind(frame, &view));
    model_->See({&view, 1});
    model_->SeenAt(0);
  }
  // So long after the last event.
  LiveSnapshot Look(std::uint64_t seconds = 0) {
    return model_->Look({.wall_ns = (kStart + 5) * kNsPerSecond, .mono_ns = seconds * kNsPerSecond});
  }
  // The first columns of a table, each row as one text.
  static std::vector<std::string> Rows(const LiveTable& table, std::size_t columns) {
    std::vector<std::string> rows;
    for (const LiveRow& row : table.rows) {
      std::string text = row.texts[0];
      for (std::size_t i = 1; i < columns; ++i) text += " " + row.texts[i];
      rows.push_back(text);
    }
    return rows;
  }

  std::unique_ptr<LiveModel> model_;
};

TEST_F(Model, HasTheBusiestOfTheLastMinute) {
  See(EventAt(0, "/old"));
  See(EventAt(100, "/a"));
  See(EventAt(101, "/a", "vi"));
  See(EventAt(101, "/b"));
  const LiveSnapshot shown = Look();
  EXPECT_EQ(shown.total, 4u);
  EXPECT_THAT(Rows(shown.tables[0], 3), ElementsAre("/a 2 200", "/b 1 100"));
  EXPECT_THAT(Rows(shown.tables[1], 3), ElementsAre("cc 7 2", "vi 7 1"));
  EXPECT_THAT(Rows(shown.tables[2], 2), ElementsAre("fs.write 3"));
}

TEST_F(Model, ForgetsWhileNoEventComesUntilTheStreamHasEnded) {
  See(EventAt(0, "/a"));
  EXPECT_THAT(Rows(Look(30).tables[0], 1), ElementsAre("/a"));
  model_->End();
  EXPECT_THAT(Rows(Look(100).tables[0], 1), ElementsAre("/a"));
}

TEST_F(Model, ForgetsWhatIsAMinuteOld) {
  See(EventAt(0, "/a"));
  EXPECT_THAT(Rows(Look(100).tables[0], 1), IsEmpty());
}

TEST_F(Model, CountsSecondsThatAreOver) {
  for (int i = 0; i < 10; ++i) See(EventAt(0, "/a"));
  EXPECT_EQ(Look().rate, 10);
  EXPECT_THAT(Look().seconds, IsEmpty());
  for (int i = 0; i < 2; ++i) See(EventAt(2, "/a"));
  See(EventAt(3, "/a"));
  EXPECT_THAT(Look().seconds, ElementsAre(10, 0, 2));
  EXPECT_EQ(Look().rate, 4);
  EXPECT_EQ(Look(4).rate, 0.6);  // of seconds 2 to 6
}

TEST_F(Model, FiltersWhatHasBeenAndWhatComes) {
  See(EventAt(0, "/a"));
  See(EventAt(1, "/b"));
  ASSERT_TRUE(model_->SetFilter("path = /a").ok());
  EXPECT_THAT(Rows(Look().tables[0], 2), ElementsAre("/a 1"));
  See(EventAt(2, "/a"));
  See(EventAt(2, "/b"));
  EXPECT_THAT(Rows(Look().tables[0], 2), ElementsAre("/a 2"));
  EXPECT_EQ(Look().total, 4u);
  EXPECT_EQ(model_->SetFilter("path =").code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Rows(Look().tables[0], 2), ElementsAre("/a 2"));
  ASSERT_TRUE(model_->SetFilter("").ok());
  EXPECT_THAT(Rows(Look().tables[0], 2), ElementsAre("/a 2", "/b 2"));
}

TEST_F(Model, TellsOfWhatIsLost) {
  See(EventAt(0, "/a"));
  Event gap = EventAt(1, "");
  gap.type = kVexevtLost;
  gap.payload = GapPayload{"ring", 3, gap.wall_ns};
  See(gap);
  EXPECT_EQ(Look().lost, 3u);
  EXPECT_FALSE(Look().lost_more);
  EXPECT_EQ(Look().total, 1u);
  EXPECT_THAT(Rows(Look().tables[0], 2), ElementsAre("/a >=1"));
  gap.payload = GapPayload{"ring", 0, gap.wall_ns};
  See(gap);
  EXPECT_TRUE(Look().lost_more);
}

TEST_F(Model, KeepsTheNewestAlertsWhateverTheFilter) {
  ASSERT_TRUE(model_->SetFilter("path = /a").ok());
  Event alert = EventAt(0, "");
  alert.type = kVexevtAlert;
  alert.payload = ObservabilityPayload{"disk", "/srv is \x1b full", "", 1};
  See(alert);
  alert.type = kVexevtAnomaly;
  See(alert);
  const LiveSnapshot shown = Look();
  EXPECT_EQ(shown.alerts, 2u);
  ASSERT_EQ(shown.tables[3].rows.size(), 2u);
  EXPECT_THAT(shown.tables[3].rows[0].texts[0], testing::HasSubstr("vexevt.anomaly"));
  EXPECT_THAT(shown.tables[3].rows[1].texts[0], testing::HasSubstr("/srv is \\x1b full"));
}

TEST_F(Model, StartsAnew) {
  See(EventAt(0, "/a"));
  model_->Reset();
  EXPECT_EQ(Look().total, 0u);
  EXPECT_THAT(Rows(Look().tables[0], 1), IsEmpty());
  ASSERT_TRUE(model_->SetFilter("path exists").ok());
  EXPECT_THAT(Rows(Look().tables[0], 1), IsEmpty());
  See(EventAt(1, "/b"));
  EXPECT_THAT(Rows(Look().tables[0], 1), ElementsAre("/b"));
}

struct QueryModel : Model {
  QueryModel() : Model("count by comm, ext") {}
};

TEST_F(QueryModel, ShowsTheQueryFirst) {
  See(EventAt(0, "/a.c"));
  See(EventAt(500, "/b.c"));
  const LiveSnapshot shown = Look();
  EXPECT_EQ(shown.tables.size(), 5u);
  EXPECT_THAT(Rows(shown.tables[0], 3), ElementsAre("cc c 2"));
}

struct SessionModel : Model {
  SessionModel() : Model("count by comm session gap 10s") {}
};

TEST_F(SessionModel, ShowsAllThatAreOpen) {
  See(EventAt(0, "/a"));
  See(EventAt(1, "/b", "vi"));
  EXPECT_THAT(Rows(Look().tables[0], 2), testing::UnorderedElementsAre("cc 1", "vi 1"));
  EXPECT_THAT(Rows(Look(20).tables[0], 2), IsEmpty());
}

// Of events that need twice the room, the older half is forgotten.
struct SmallModel : Model {
  SmallModel() : Model({}, 4 * FrameOf(EventAt(0, "/a")).size()) {}
};

TEST_F(SmallModel, KeepsTheNewestEvents) {
  for (std::uint64_t i = 0; i < 5; ++i) See(EventAt(i, "/a"));
  ASSERT_TRUE(model_->SetFilter("path = /a").ok());
  EXPECT_THAT(Rows(Look().tables[0], 2), ElementsAre("/a 3"));
}

}  // namespace
}  // namespace vexevt
