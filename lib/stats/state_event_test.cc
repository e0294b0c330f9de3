#include "lib/stats/state_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/stats/testing/told.h"

namespace vexevt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Event WriteAt(std::uint64_t second, std::uint32_t pid) {
  Event event;
  event.wall_ns = second * kNsPerSecond;
  event.type = kFsWrite;
  event.pid = pid;
  event.comm = pid == 1 ? "cc" : "ld";
  return event;
}

using Frames = std::vector<std::vector<std::byte>>;

// The states of a rollup over these events.
Frames StatesOf(std::string_view text, const std::vector<Event>& events) {
  auto query = ParseStatsQuery(text);
  auto rollup = Rollup::Compile(std::move(*query), {});
  StateEvent state((*rollup)->query(), (*rollup)->plan(), "stats");
  Frames frames;
  const Rollup::TellWindow tell = [&](const ToldWindow& window) {
    for (const std::uint32_t row : window.rows) {
      const auto event = state.Make(window, row);
      ASSERT_TRUE(event.ok());
      AppendFrame(**event, &frames.emplace_back());
    }
  };
  for (const Event& event : events) {
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    EventView view;
    EXPECT_TRUE(EventView::Bind(frame, &view));
    (*rollup)->See({&view, 1}, tell);
  }
  (*rollup)->Finish(tell);
  return frames;
}

Status AddAll(const Frames& frames, StateSum* sum) {
  for (const auto& frame : frames) {
    EventView view;
    EXPECT_TRUE(EventView::Bind(frame, &view));
    VEXEVT_TRY(sum->Add(view));
  }
  return {};
}

std::vector<std::string> Sum(StateSum* sum) {
  std::vector<std::string> told;
  sum->Finish([&](const ToldWindow& window) {
    for (const ResultRow& row : ReadRows(sum->plan(), window, ListForm::kJson)) {
      std::string line =
          std::to_string(window.begin_ns / kNsPerSecond) + "-" + std::to_string(window.end_ns / kNsPerSecond);
      line += " " + (row.other ? "other" : KeyText(row.key, sum->query()->by));
      for (const ResultValue& value : row.values) line += " " + TextOf(value);
      told.push_back(std::move(line));
    }
  });
  return told;
}

std::vector<std::string> SumOf(std::string_view text, const std::vector<Event>& here, const std::vector<Event>& there) {
  StateSum sum(100);
  EXPECT_TRUE(AddAll(StatesOf(text, here), &sum).ok());
  EXPECT_TRUE(AddAll(StatesOf(text, there), &sum).ok());
  return Sum(&sum);
}

TEST(StateSum, OfTwoHostsIsTheAnswerOfOneRun) {
  const std::vector<Event> here = {WriteAt(1, 1), WriteAt(5, 1), WriteAt(12, 2)},
                           there = {WriteAt(3, 1), WriteAt(14, 1)};
  EXPECT_THAT(SumOf("count, interarrival, distinct(comm), topk(2, comm) by pid", here, there),
              ElementsAre("1-14 1 4 4333333333.333333 1 [[\"cc\",4]]", "1-14 2 1 - 1 [[\"ld\",1]]"));
  EXPECT_THAT(SumOf("count by pid every 10s", here, there), ElementsAre("0-10 1 3", "10-20 1 1", "10-20 2 1"));
  EXPECT_THAT(SumOf("count by pid session gap 3s", here, there), ElementsAre("1-5 1 3", "12-12 2 1", "14-14 1 1"));
}

TEST(StateSum, AnswersForAnotherValueThanItsQueryNames) {
  const std::string text = "count, frequency(comm, gdb), frequency(comm, cc) [pid = 1] as of_one by type every 10s";
  const std::vector<Event> here = {WriteAt(1, 1), WriteAt(5, 1), WriteAt(12, 2)},
                           there = {WriteAt(3, 1), WriteAt(14, 1)};
  EXPECT_THAT(SumOf(text, here, there), ElementsAre("0-10 fs.write 3 0 3", "10-20 fs.write 2 0 1"));
  StateSum sum(100, "ld");
  ASSERT_TRUE(AddAll(StatesOf(text, here), &sum).ok());
  ASSERT_TRUE(AddAll(StatesOf(text, there), &sum).ok());
  EXPECT_EQ(sum.query()->text, "count, frequency(comm, ld), frequency(comm, ld) [pid = 1] as of_one by type every 10s");
  EXPECT_THAT(Sum(&sum), ElementsAre("0-10 fs.write 3 0 0", "10-20 fs.write 2 1 0"));
  EXPECT_THAT(AddAll(StatesOf("count", here), &sum).message(),
              HasSubstr("states of two queries can't be merged: '" + text + "' and 'count'"));
}

TEST(StateSum, RefusesToAnswerForAValueThatItsQueryCanNotAsk) {
  const auto failure = [](std::string_view text, std::string value) {
    StateSum sum(100, std::move(value));
    return AddAll(StatesOf(text, {WriteAt(1, 1)}), &sum);
  };
  EXPECT_EQ(failure("frequency(pid, 1)", "cc").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(failure("frequency(pid, 1)", "cc").message(),
            "can't tell how often 'cc' was: 'pid' is compared with a number, not with 'cc'");
  EXPECT_EQ(failure("count", "cc").message(), "can't tell how often 'cc' was: there is no frequency in 'count'");
}

TEST(StateSum, RefusesStatesOfAnotherQuery) {
  StateSum sum(100);
  ASSERT_TRUE(AddAll(StatesOf("count", {WriteAt(1, 1)}), &sum).ok());
  EXPECT_THAT(AddAll(StatesOf("rate", {WriteAt(1, 1)}), &sum).message(),
              HasSubstr("states of two queries can't be merged: 'count' and 'rate'"));
}

TEST(StateSum, RefusesWhatIsDamaged) {
  const std::string text =
      "count, first(comm), distinct(comm), p50(pid), topk(1, comm), frequency(comm, cc), entropy(comm), "
      "histogram(pid) by comm";
  auto query = ParseStatsQuery(text);
  const auto plan = MakeStatePlan(*query);
  ASSERT_TRUE(plan.ok());
  const Frames frames = StatesOf(text, {WriteAt(1, 1)});
  ASSERT_EQ(frames.size(), 1u);
  EventView view;
  ASSERT_TRUE(EventView::Bind(frames[0], &view));
  const std::string state(std::get<AttributeBytes>(view.attribute(0).value).value);
  for (std::size_t size = 1; size < state.size(); ++size) {
    Event event;
    event.type = kObservabilityMetric;
    event.payload = ObservabilityPayload{.name = "stats", .message = text, .unit = {}};
    event.attributes = {{"state", AttributeBytes{std::string_view(state).substr(0, size)}}};
    StateSum sum(100);
    Frames cut(1);
    AppendFrame(event, &cut[0]);
    EXPECT_EQ(AddAll(cut, &sum).code(), StatusCode::kDataLoss) << size;
  }
}

TEST(StateSum, PassesOverOtherEvents) {
  StateSum sum(100);
  Frames frames(1);
  AppendFrame(WriteAt(1, 1), &frames[0]);
  EXPECT_TRUE(AddAll(frames, &sum).ok());
  EXPECT_EQ(sum.query(), nullptr);
}

}  // namespace
}  // namespace vexevt
