#include "lib/stats/watcher.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/stats/anomaly_event.h"
#include "lib/stats/testing/told.h"

namespace vexevt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What a query's watches make of a stream.
class Watched {
 public:
  explicit Watched(std::string_view text, std::uint32_t most_groups = 100)
      : query_(*ParseStatsQuery(text)), watcher_(query_, most_groups), told_(Rollup::Compile(query_, {})) {}

  // So many events of a process within a second.
  Watched& See(std::uint64_t second, std::uint32_t pid, int count) {
    Event event;
    event.type = kFsWrite;
    event.pid = pid;
    for (int i = 0; i < count; ++i) {
      event.wall_ns = second * kNsPerSecond + static_cast<std::uint64_t>(i);
      SeeEvent(event);
    }
    return *this;
  }
  Watched& Finish() {
    (*told_)->Finish([this](const ToldWindow& window) { Tell(window); });
    return *this;
  }
  Watched& SeeGap(std::uint64_t second) {
    Event event;
    event.wall_ns = second * kNsPerSecond;
    event.type = kVexevtLost;
    event.payload = GapPayload{"ring", 3, event.wall_ns};
    return SeeEvent(event);
  }

  // The columns of the first watch, by row, and what was found, since the last call.
  std::vector<std::string> Rows() { return std::exchange(rows_, {}); }
  std::vector<std::string> Found() { return std::exchange(found_, {}); }
  Watcher& watcher() { return watcher_; }

 private:
  Watched& SeeEvent(const Event& event) {
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    EventView view;
    EXPECT_TRUE(EventView::Bind(frame, &view));
    (*told_)->See({&view, 1}, [this](const ToldWindow& window) { Tell(window); });
    return *this;
  }

  void Tell(const ToldWindow& window) {
    std::vector<ResultRow> rows = ReadRows((*told_)->plan(), window, ListForm::kJson);
    for (const Anomaly& anomaly : watcher_.See(window, &rows)) {
      found_.push_back(AnomalyText(query_, (*told_)->plan(), anomaly));
    }
    for (const ResultRow& row : rows) {
      const ResultValue& score = row.values[query_.aggregates.size()];
      rows_.push_back(std::holds_alternative<double>(score) ? "score" : TextOf(score));
    }
  }

  StatsQuery query_;
  Watcher watcher_;
  Result<std::unique_ptr<Rollup>> told_;
  std::vector<std::string> rows_, found_;
};

TEST(Watcher, WarmsUpThenFindsTheGroupThatIsNotAsItWas) {
  Watched watched("anomaly(count) by pid every 1s");
  for (std::uint64_t second = 0; second <= kWarmUp; ++second) watched.See(second, 1, 10).See(second, 2, 30);
  EXPECT_THAT(watched.Rows(), testing::Each("warming up"));
  watched.See(kWarmUp + 1, 1, 30).See(kWarmUp + 1, 2, 30).See(kWarmUp + 2, 1, 1);
  EXPECT_THAT(watched.Rows(), testing::Each("score"));
  EXPECT_THAT(watched.Found(), ElementsAre("anomaly_count of pid 1: count is 30, 5 to 15 was expected; score 4"));
  EXPECT_EQ(watched.watcher().anomalies(), 1u);
}

TEST(Watcher, TellsOnceThatAGroupIsSilent) {
  Watched watched("anomaly(count) by pid every 1s");
  for (std::uint64_t second = 0; second < 30; ++second) watched.See(second, 1, 20).See(second, 2, 20);
  for (std::uint64_t second = 30; second < 35; ++second) watched.See(second, 2, 20);
  EXPECT_THAT(watched.Found(), ElementsAre(HasSubstr("anomaly_count of pid 1: count is 0, 15 to 25 was expected; "
                                                     "score 4, 1970-01-01T00:00:30")));
  watched.See(35, 1, 20).See(35, 2, 20).See(36, 2, 20).See(37, 2, 20);
  EXPECT_THAT(watched.Found(), ElementsAre(HasSubstr("1970-01-01T00:00:36")));
}

TEST(Watcher, MakesUpForWindowsWithoutAnyEvent) {
  Watched watched("anomaly(count) every 1s");
  for (std::uint64_t second = 0; second < 30; ++second) watched.See(second, 1, 20);
  watched.See(33, 1, 20).See(34, 1, 20);
  EXPECT_THAT(watched.Found(),
              ElementsAre(HasSubstr("count is 0, 15 to 25 was expected; score 4, 1970-01-01T00:00:30")));
  watched.See(5'000, 1, 20).See(5'001, 1, 20);  // a clock that jumps is no silence
  EXPECT_THAT(watched.Found(), IsEmpty());
}

TEST(Watcher, FindsNothingInFewEventsWhereTheStreamEnds) {
  for (const int count : {1, 40}) {
    Watched watched("anomaly(count) every 1s");
    for (std::uint64_t second = 0; second < 30; ++second) watched.See(second, 1, 20);
    watched.See(30, 1, count).Finish();
    EXPECT_EQ(watched.Found().size(), count == 40) << count;
  }
  Watched silent("anomaly(count) every 1s");
  for (std::uint64_t second = 0; second < 30; ++second) silent.See(second, 1, 20);
  silent.See(33, 1, 1).Finish();
  EXPECT_THAT(silent.Found(), ElementsAre(HasSubstr("1970-01-01T00:00:30")));
}

TEST(Watcher, NeitherJudgesNorLearnsWhereEventsAreMissing) {
  Watched watched("anomaly(count) every 1s");
  for (std::uint64_t second = 0; second < 30; ++second) watched.See(second, 1, 20);
  watched.Rows();
  for (std::uint64_t second = 30; second < 80; ++second) watched.See(second, 1, 1).SeeGap(second);
  watched.See(80, 1, 1);
  EXPECT_THAT(watched.Rows(), testing::Contains("uncertain").Times(50));
  EXPECT_THAT(watched.Found(), IsEmpty());
  watched.See(81, 1, 20);
  EXPECT_THAT(watched.Found(), ElementsAre(HasSubstr("count is 1, 15 to 25 was expected")));
}

TEST(Watcher, ForgetsTheGroupsThatCameLongestAgo) {
  Watched watched("anomaly(count) by pid every 1s", 2);
  for (std::uint64_t second = 0; second < 30; ++second) watched.See(second, 1, 9).See(second, 2, 9);
  watched.See(30, 2, 9).See(30, 3, 9).See(31, 1, 99);
  EXPECT_EQ(watched.watcher().forgotten(), 1u);
  watched.Rows();
  watched.See(32, 2, 9);
  EXPECT_THAT(watched.Rows(), ElementsAre("warming up"));
}

TEST(Watcher, FindsAChangeAndSeveralValuesThatDoNotGoTogether) {
  Watched change("change(count) every 1s");
  for (std::uint64_t second = 0; second < 60; ++second) change.See(second, 1, second < 40 ? 20 : 40);
  EXPECT_THAT(change.Found(), ElementsAre(HasSubstr("change_count: count is 40, ")));
  Watched both("anomaly(count, count [pid = 1] as ones) as both every 1s");
  for (std::uint64_t second = 0; second < 200; ++second) {
    const int size = 20 + static_cast<int>(second * 7 % 20);
    both.See(second, 1, size).See(second, 2, size);
  }
  both.Found();
  both.See(200, 2, 44).See(201, 1, 1);
  EXPECT_THAT(both.Found(),
              ElementsAre(testing::ContainsRegex("both: count is 44, .*ones is 0.* was expected; score ")));
}

TEST(Watcher, GoesOnFromWhatWasSaved) {
  constexpr std::string_view kQuery =
      "anomaly(count) as a, anomaly(count, ewma) as b, anomaly(count, seasonal 4) as c, anomaly(count, rate) as d, "
      "change(count) as e, change(count, adwin) as f by pid every 1s";
  const auto feed = [](std::uint64_t from, std::uint64_t to, Watched* watched) {
    for (std::uint64_t second = from; second < to; ++second) {
      watched->See(second, 1, 10 + static_cast<int>(second * 5 % 4));
      if (second % 3 == 0) watched->See(second, 2, second == 303 ? 90 : 9);
    }
  };
  Watched undisturbed(kQuery), after(kQuery);
  feed(0, 200, &undisturbed);
  undisturbed.Found();
  const std::string saved = undisturbed.watcher().Save();
  const Status loaded = after.watcher().Load(saved);
  ASSERT_TRUE(loaded.ok()) << loaded.message();
  EXPECT_EQ(after.watcher().Save(), saved);
  feed(199, 400, &after);  // the window that was open
  feed(200, 400, &undisturbed);
  const auto found = undisturbed.Found();
  EXPECT_EQ(found, after.Found());
  EXPECT_FALSE(found.empty());
  EXPECT_EQ(after.watcher().Save(), undisturbed.watcher().Save());

  for (std::size_t size = 0; size < saved.size(); size += 97) {
    EXPECT_EQ(Watched(kQuery).watcher().Load(saved.substr(0, size)).code(), StatusCode::kDataLoss) << size;
  }
  EXPECT_EQ(Watched("anomaly(rate) every 1s").watcher().Load(saved).message(),
            fmt::format("its models are of another query, '{}'", kQuery));
}

TEST(AnomalyEvent, SaysWhatItsRowSays) {
  const StatsQuery query = *ParseStatsQuery("anomaly(max(size)) by pid every 1s");
  const StatePlan plan = *MakeStatePlan(query);
  std::string key;
  Event event;
  event.pid = 7;
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  ASSERT_TRUE(EventView::Bind(frame, &view));
  ReadGroupKey(view, query.by, &key);
  const Anomaly anomaly{0,       key,          {8192},          {true, 2.5, 1024, 4096}, {{{true, 2.5, 1024, 4096}}},
                        nullptr, kNsPerSecond, 2 * kNsPerSecond};
  AnomalyEvent maker(query, plan, "stats");
  const Event& made = maker.Make(anomaly, EventId{1, 2});
  EXPECT_EQ(made.type, kVexevtAnomaly);
  EXPECT_EQ(made.wall_ns, 2 * kNsPerSecond);
  EXPECT_THAT(made.causes, ElementsAre(EventId{1, 2}));
  const auto& payload = std::get<ObservabilityPayload>(made.payload);
  EXPECT_EQ(payload.value, 2.5);
  EXPECT_THAT(std::string(payload.message),
              HasSubstr("anomaly_max_size of pid 7: max_size is 8K, 1K to 4K was expected; score 2.5"));
  std::vector<std::string_view> names;
  for (const Attribute& attribute : made.attributes) names.push_back(attribute.key);
  EXPECT_THAT(names, ElementsAre("begin", "end", "pid", "max_size", "anomaly_max_size", "anomaly_max_size_low",
                                 "anomaly_max_size_high"));
}

}  // namespace
}  // namespace vexevt
