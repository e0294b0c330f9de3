#include "lib/react/gate.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

// A gate, what it told as text, and events that differ in pid, the key, and comm.
class GateTrial {
 public:
  explicit GateTrial(const Workflow& workflow) : gate(workflow) {}

  Verdict Offer(std::uint32_t pid, std::uint64_t at_ms, std::string_view comm = "x") {
    Event event;
    event.pid = pid;
    event.comm = comm;
    const auto frame = FrameOf(event);
    EventView view;
    EXPECT_TRUE(EventView::Bind(frame, &view));
    return gate.Offer(view, at_ms * kMs, tell());
  }
  void Advance(std::uint64_t at_ms) { gate.Advance(at_ms * kMs, tell()); }
  void End(std::uint32_t pid, std::uint64_t at_ms) { gate.Ended(HashOfPid(pid), at_ms * kMs, tell()); }

  std::uint64_t HashOfPid(std::uint32_t pid) const {
    Event event;
    event.pid = pid;
    const auto frame = FrameOf(event);
    EventView view;
    EXPECT_TRUE(EventView::Bind(frame, &view));
    return gate.HashOf(view);
  }

  std::string Told() { return std::exchange(told_, {}); }
  Gate::Tell tell() {
    return [this](Verdict verdict, Occasion& occasion) {
      static constexpr std::string_view kNames[] = {"begins", "held", "waits", "cooling", "busy", "replaced", "full"};
      EventView view;
      EXPECT_TRUE(EventView::Bind(occasion.frame, &view));
      told_ += fmt::format("{}{} {}{}", told_.empty() ? "" : ", ", kNames[static_cast<int>(verdict)], view.pid(),
                           view.comm());
      if (occasion.count > 1) told_ += fmt::format("*{}", occasion.count);
    };
  }

  Gate gate;

 private:
  std::string told_;
};

Workflow ByPid() {
  Workflow workflow;
  workflow.key = {"pid"};
  return workflow;
}

TEST(Gate, RunsOneAtATimeForAKey) {
  GateTrial trial(ByPid());
  EXPECT_EQ(trial.Offer(1, 0, "a"), Verdict::kBegins);
  EXPECT_EQ(trial.Offer(1, 1, "b"), Verdict::kWaits);
  EXPECT_EQ(trial.Offer(2, 2, "c"), Verdict::kBegins);
  EXPECT_EQ(trial.Offer(1, 3, "d"), Verdict::kWaits);
  EXPECT_EQ(trial.Told(), "begins 1a, waits 1b, begins 2c, waits 1d");
  trial.End(2, 4);
  EXPECT_EQ(trial.Told(), "");
  trial.End(1, 5);
  EXPECT_EQ(trial.Told(), "begins 1b");
  trial.End(1, 6);
  EXPECT_EQ(trial.Told(), "begins 1d");
  trial.End(1, 7);
  EXPECT_EQ(trial.gate.running(), 0u);
  EXPECT_EQ(trial.gate.waiting(), 0u);
}

TEST(Gate, KeysTakeTurnsAtTheConcurrencyOfTheWorkflow) {
  Workflow workflow = ByPid();
  workflow.concurrency = 1;
  GateTrial trial(workflow);
  for (const std::uint32_t pid : {1u, 1u, 1u, 2u, 3u}) trial.Offer(pid, 0);
  EXPECT_EQ(trial.Told(), "begins 1x, waits 1x, waits 1x, waits 2x, waits 3x");
  trial.End(1, 1);
  EXPECT_EQ(trial.Told(), "begins 2x");
  trial.End(2, 2);
  EXPECT_EQ(trial.Told(), "begins 3x");
  trial.End(3, 3);
  EXPECT_EQ(trial.Told(), "begins 1x");
}

TEST(Gate, WithoutAKeyTheConcurrencyAloneCounts) {
  Workflow workflow;
  workflow.concurrency = 2;
  GateTrial trial(workflow);
  for (const std::uint32_t pid : {1u, 1u, 2u, 3u}) trial.Offer(pid, 0);
  EXPECT_EQ(trial.Told(), "begins 1x, begins 1x, waits 2x, waits 3x");
  trial.End(1, 1);
  trial.End(1, 1);
  EXPECT_EQ(trial.Told(), "begins 2x, begins 3x");
}

TEST(Gate, TheQueueHasABound) {
  Workflow workflow = ByPid();
  workflow.queue = 2;
  GateTrial trial(workflow);
  for (const std::string_view comm : {"a", "b", "c"}) trial.Offer(1, 0, comm);
  EXPECT_EQ(trial.Offer(1, 0, "d"), Verdict::kQueueFull);
  EXPECT_EQ(trial.Told(), "begins 1a, waits 1b, waits 1c, full 1d");
}

TEST(Gate, TheLatestWaitsInPlaceOfWhatDid) {
  Workflow workflow = ByPid();
  workflow.if_busy = IfBusy::kLatest;
  workflow.queue = 1;
  GateTrial trial(workflow);
  for (const std::string_view comm : {"a", "b", "c"}) trial.Offer(1, 0, comm);
  EXPECT_EQ(trial.Told(), "begins 1a, waits 1b, replaced 1b, waits 1c*2");
  EXPECT_EQ(trial.gate.waiting(), 1u);
  trial.End(1, 1);
  EXPECT_EQ(trial.Told(), "begins 1c*2");
}

TEST(Gate, DropsWhatComesWhileARunGoesOn) {
  Workflow workflow = ByPid();
  workflow.if_busy = IfBusy::kDrop;
  workflow.concurrency = 1;
  GateTrial trial(workflow);
  EXPECT_EQ(trial.Offer(1, 0), Verdict::kBegins);
  EXPECT_EQ(trial.Offer(1, 1), Verdict::kBusy);
  EXPECT_EQ(trial.Offer(2, 1), Verdict::kBusy);
  trial.End(1, 2);
  EXPECT_EQ(trial.Offer(2, 3), Verdict::kBegins);
}

TEST(Gate, ActsOnTheLastEventOnceItIsQuiet) {
  Workflow workflow = ByPid();
  workflow.debounce = {.idle_ns = 100 * kMs, .most_ns = 250 * kMs};
  GateTrial trial(workflow);
  EXPECT_EQ(trial.Offer(1, 0, "a"), Verdict::kHeld);
  trial.Offer(2, 10, "m");
  trial.Offer(1, 90, "b");
  EXPECT_EQ(trial.gate.next_deadline_ns(), 100 * kMs);
  trial.Advance(109);
  EXPECT_EQ(trial.Told(), "");
  trial.Advance(110);
  EXPECT_EQ(trial.Told(), "begins 2m");
  trial.Offer(1, 180, "c");
  trial.Advance(249);
  EXPECT_EQ(trial.Told(), "");
  trial.Offer(1, 249, "d");
  trial.Advance(250);  // not quiet, but 250 ms after the first one
  EXPECT_EQ(trial.Told(), "begins 1d*4");
  EXPECT_EQ(trial.gate.held(), 0u);
  // Its run goes on: what is let go meanwhile waits.
  trial.Offer(1, 260, "e");
  trial.Advance(360);
  EXPECT_EQ(trial.Told(), "waits 1e");
}

TEST(Gate, CoolsDownFromTheBeginOfARun) {
  Workflow workflow = ByPid();
  workflow.cooldown_ns = 100 * kMs;
  GateTrial trial(workflow);
  EXPECT_EQ(trial.Offer(1, 0), Verdict::kBegins);
  EXPECT_EQ(trial.Offer(1, 99), Verdict::kCooling);
  EXPECT_EQ(trial.Offer(2, 99), Verdict::kBegins);
  EXPECT_EQ(trial.Offer(1, 100, "a"), Verdict::kWaits);  // the run goes on
  EXPECT_EQ(trial.Offer(1, 100, "b"), Verdict::kWaits);
  trial.Told();
  trial.End(1, 150);
  EXPECT_EQ(trial.Told(), "begins 1a");
  trial.End(1, 160);
  EXPECT_EQ(trial.Told(), "cooling 1b");
  EXPECT_EQ(trial.gate.next_deadline_ns(), 100 * kMs);
  trial.Advance(250);
  EXPECT_EQ(trial.Offer(1, 250), Verdict::kBegins);
}

TEST(Gate, LetsGoEarlyWhenKeysAreTooMany) {
  Workflow workflow = ByPid();
  workflow.debounce = {.idle_ns = 1000 * kMs};
  workflow.concurrency = 1;
  workflow.queue = 1;
  GateTrial trial(workflow);
  for (std::uint32_t i = 0; i < Gate::kMaxKeys + 2; ++i) trial.Offer(i + 1, 0);
  EXPECT_EQ(trial.Told(), "");
  for (std::uint32_t i = 0; i < 3; ++i) trial.Offer(1'000'000 + i, 500);
  EXPECT_LE(trial.gate.held(), Gate::kMaxKeys + 2);
  EXPECT_GE(trial.gate.hurried(), 3u);
  EXPECT_EQ(trial.gate.running(), 1u);
  EXPECT_TRUE(trial.Told().starts_with("begins "));
}

TEST(Gate, TellsWhatIsHeldSoThatItCanBeKept) {
  Workflow workflow = ByPid();
  workflow.debounce = {.idle_ns = 100 * kMs};
  GateTrial trial(workflow);
  std::map<std::uint64_t, Occasion> kept;
  const auto keep = [&] {
    trial.gate.TakeHeldChanges([&](std::uint64_t key, const Occasion* held) {
      if (held == nullptr) {
        kept.erase(key);
      } else {
        kept[key] = *held;
      }
    });
  };
  trial.Offer(1, 0, "a");
  trial.Offer(2, 0, "m");
  keep();
  trial.Offer(1, 50, "b");
  keep();
  EXPECT_EQ(kept.size(), 2u);
  trial.Advance(100);
  EXPECT_EQ(trial.Told(), "begins 2m");
  keep();
  ASSERT_EQ(kept.size(), 1u);

  GateTrial again(workflow);
  again.gate.RestoreHeld(kept.begin()->second);
  again.gate.RestoreRunning(again.HashOfPid(2));
  again.Offer(2, 120, "n");
  again.Advance(149);
  EXPECT_EQ(again.Told(), "");
  again.Advance(220);
  EXPECT_EQ(again.Told(), "begins 1b*2, waits 2n");
}

TEST(Gate, AReloadKeepsWhatGoesOnUnderTheNewRules) {
  Workflow workflow = ByPid();
  workflow.cooldown_ns = 1000 * kMs;
  GateTrial before(workflow);
  before.Offer(1, 0, "a");
  workflow.cooldown_ns = 0;
  workflow.debounce = {.idle_ns = 100 * kMs};
  GateTrial between(workflow);
  between.gate.Inherit(std::move(before.gate));
  EXPECT_EQ(between.gate.running(), 1u);
  between.Offer(1, 10, "b");
  between.Offer(2, 10, "c");
  Workflow by_comm;
  by_comm.key = {"comm"};
  GateTrial after(by_comm);
  after.gate.Inherit(std::move(between.gate));
  EXPECT_EQ(after.gate.held(), 0u);
  EXPECT_EQ(after.gate.waiting(), 2u);
  after.Advance(20);
  EXPECT_EQ(after.Told(), "begins 1b, begins 2c");
  EXPECT_EQ(after.gate.running(), 3u);
  after.gate.Ended(before.HashOfPid(1), 30 * kMs, after.tell());
  EXPECT_EQ(after.gate.running(), 2u);
}

TEST(Gate, TheTextOfAKeyIsThatOfItsFields) {
  Workflow workflow;
  workflow.key = {"pid", "path", "attr.n"};
  const auto frame = FrameOf(SampleEvents()[2]);
  EventView view;
  ASSERT_TRUE(EventView::Bind(frame, &view));
  EXPECT_EQ(Gate(workflow).KeyText(view), "4711,/srv/\xff\n\"old,-5");
  EXPECT_EQ(Gate(Workflow()).KeyText(view), "");
}

}  // namespace
}  // namespace vexevt
