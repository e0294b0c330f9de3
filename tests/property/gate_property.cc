// The gate of a workflow against what it promises, of any workflow and any order of events and ends of runs.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "lib/event/testing/samples.h"
#include "lib/react/gate.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kForEver = ~std::uint64_t{0};

Workflow AnyWorkflow() {
  Workflow workflow;
  if (*rc::gen::arbitrary<bool>()) workflow.key = {"pid"};
  workflow.concurrency = *rc::gen::inRange<std::uint32_t>(1, 4);
  workflow.queue = *rc::gen::inRange<std::uint32_t>(1, 5);
  workflow.if_busy = *rc::gen::element(IfBusy::kQueue, IfBusy::kLatest, IfBusy::kDrop);
  workflow.cooldown_ns = *rc::gen::element<std::uint64_t>(0, 0, 5, 20);
  workflow.debounce.idle_ns = *rc::gen::element<std::uint64_t>(0, 0, 3, 10);
  if (workflow.debounce.idle_ns > 0) workflow.debounce.most_ns = *rc::gen::element<std::uint64_t>(0, 10, 25);
  return workflow;
}

// What a gate is offered, and what it says.
class Witness {
 public:
  explicit Witness(const Workflow& workflow) : workflow_(workflow), gate_(workflow) {}

  void Offer(std::uint32_t pid) {
    Event event;
    event.id = {1, ++offered_};
    event.pid = pid;
    const auto frame = FrameOf(event);
    EventView view;
    RC_ASSERT(EventView::Bind(frame, &view));
    const Verdict verdict = gate_.Offer(view, now_, Tell());
    if (verdict == Verdict::kHeld) Hold(KeyOf(pid), event.id.sequence);
    if (verdict == Verdict::kCooling || (verdict == Verdict::kBusy && !told_of_.contains(offered_))) ++dropped_;
    if (verdict == Verdict::kCooling) RC_ASSERT(now_ < CoolingUntil(KeyOf(pid)));
    Check();
  }

  void Pass(std::uint64_t ns) {
    now_ += ns;
    gate_.Advance(now_, Tell());
    Check();
  }

  void EndOne(std::size_t which) {
    if (running_.empty()) return;
    auto run = running_.begin();
    std::advance(run, static_cast<std::ptrdiff_t>(which % running_.size()));
    const std::uint32_t pid = run->second;
    running_.erase(run);
    gate_.Ended(HashOf(pid), now_, Tell());
    Check();
  }

  // A restart or a reload in between changes nothing.
  void StartAgain() {
    Gate again(workflow_);
    again.Inherit(std::move(gate_));
    gate_ = std::move(again);
    Check();
  }

  void Finish() {
    for (int i = 0; i < 1000 && (gate_.running() > 0 || gate_.held() > 0); ++i) {
      Pass(30);
      EndOne(0);
    }
    RC_ASSERT(gate_.running() == 0u);
    RC_ASSERT(gate_.waiting() == 0u);
    RC_ASSERT(gate_.held() == 0u);
    RC_ASSERT(begun_ + dropped_ == offered_);
  }

 private:
  struct Burst {
    std::uint64_t first, last, count, newest;
  };

  std::uint32_t KeyOf(std::uint32_t pid) const { return workflow_.key.empty() ? 0 : pid; }
  std::uint32_t MostOfKey() const { return workflow_.key.empty() ? workflow_.concurrency : 1; }

  std::uint64_t HashOf(std::uint32_t pid) const {
    Event event;
    event.pid = pid;
    const auto frame = FrameOf(event);
    EventView view;
    RC_ASSERT(EventView::Bind(frame, &view));
    return gate_.HashOf(view);
  }

  void Hold(std::uint32_t key, std::uint64_t sequence) {
    const auto [burst, is_new] = held_.try_emplace(key, Burst{now_, now_, 0, 0});
    burst->second.last = now_;
    burst->second.newest = sequence;
    ++burst->second.count;
  }

  std::uint64_t DueOf(const Burst& burst) const {
    const std::uint64_t idle = burst.last + workflow_.debounce.idle_ns;
    return workflow_.debounce.most_ns == 0 ? idle : std::min(idle, burst.first + workflow_.debounce.most_ns);
  }

  std::uint64_t CoolingUntil(std::uint32_t key) const {
    const auto began = began_at_.find(key);
    return began == began_at_.end() ? 0 : began->second + workflow_.cooldown_ns;
  }

  std::uint32_t RunningOf(std::uint32_t key) const {
    return static_cast<std::uint32_t>(
        std::ranges::count_if(running_, [&](const auto& run) { return KeyOf(run.second) == key; }));
  }

  Gate::Tell Tell() {
    return [this](Verdict verdict, Occasion& occasion) {
      EventView event;
      RC_ASSERT(EventView::Bind(occasion.frame, &event));
      const std::uint32_t key = KeyOf(event.pid());
      told_of_.insert(event.id().sequence);
      // The first that is told of one that was held: it is due, whole, and its last event.
      const auto burst = held_.find(key);
      if (burst != held_.end() && burst->second.newest == event.id().sequence) {
        RC_ASSERT(DueOf(burst->second) <= now_);
        RC_ASSERT(occasion.count >= burst->second.count);
        held_.erase(burst);
      }
      switch (verdict) {
        case Verdict::kBegins:
          RC_ASSERT(running_.size() < workflow_.concurrency);
          RC_ASSERT(RunningOf(key) < MostOfKey());
          RC_ASSERT(now_ >= CoolingUntil(key));
          waiting_.erase(event.id().sequence);
          running_.emplace(event.id().sequence, event.pid());
          if (workflow_.cooldown_ns > 0) began_at_[key] = now_;
          begun_ += occasion.count;
          break;
        case Verdict::kWaits:
          RC_ASSERT(running_.size() == workflow_.concurrency || RunningOf(key) == MostOfKey());
          waiting_.emplace(event.id().sequence, key);
          break;
        case Verdict::kReplaced:  // those that it stood for count with the one that replaces it
          RC_ASSERT(waiting_.erase(event.id().sequence) == 1u);
          break;
        case Verdict::kCooling:
          RC_ASSERT(now_ < CoolingUntil(key));
          waiting_.erase(event.id().sequence);
          dropped_ += occasion.count;
          break;
        case Verdict::kQueueFull:
          RC_ASSERT(waiting_.size() == workflow_.queue);
          dropped_ += occasion.count;
          break;
        case Verdict::kBusy:
          RC_ASSERT(workflow_.if_busy == IfBusy::kDrop);
          dropped_ += occasion.count;
          break;
        case Verdict::kHeld:
          RC_FAIL("told of what is held");
      }
    };
  }

  void Check() {
    RC_ASSERT(gate_.running() == running_.size());
    RC_ASSERT(gate_.waiting() == waiting_.size());
    RC_ASSERT(gate_.held() == held_.size());
    RC_ASSERT(waiting_.size() <= workflow_.queue);
    std::uint64_t first_due = kForEver;
    for (const auto& [key, burst] : held_) first_due = std::min(first_due, DueOf(burst));
    if (first_due != kForEver) RC_ASSERT(gate_.next_deadline_ns().value_or(kForEver) <= first_due);
    if (running_.size() == workflow_.concurrency) return;
    // None waits that could run; and of one key, with kLatest, one waits at most.
    std::map<std::uint32_t, int> of_key;
    for (const auto& [sequence, key] : waiting_) {
      RC_ASSERT(RunningOf(key) == MostOfKey());
      RC_ASSERT(++of_key[key] == 1 || workflow_.if_busy == IfBusy::kQueue);
    }
  }

  Workflow workflow_;
  Gate gate_;
  std::uint64_t now_ = 1000;
  std::uint64_t offered_ = 0, begun_ = 0, dropped_ = 0;  // events
  std::set<std::uint64_t> told_of_;
  std::map<std::uint64_t, std::uint32_t> running_;  // pid, by the sequence of the event
  std::map<std::uint64_t, std::uint32_t> waiting_;  // key
  std::map<std::uint32_t, Burst> held_;
  std::map<std::uint32_t, std::uint64_t> began_at_;
};

RC_GTEST_PROP(Gate, KeepsItsPromises, ()) {
  Witness witness(AnyWorkflow());
  const auto steps = *rc::gen::container<std::vector<std::pair<int, std::uint32_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange<std::uint32_t>(0, 12)));
  for (const auto& [what, number] : steps) {
    if (what < 10) {
      witness.Offer(1 + number % 4);
    } else if (what < 15) {
      witness.Pass(number);
    } else if (what < 19) {
      witness.EndOne(number);
    } else {
      witness.StartAgain();
    }
  }
  witness.Finish();
}

}  // namespace
}  // namespace vexevt
