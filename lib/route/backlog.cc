#include "lib/route/backlog.h"

#include <algorithm>
#include <utility>

#include "lib/event/event_view.h"
#include "lib/event/layout.h"
#include "lib/event/type.h"

namespace vexevt {
namespace {

void AddLoss(const Backlog::Loss& loss, Backlog::Loss* sum) {
  sum->events += loss.events;
  sum->more |= loss.more;
}

EventView ViewOf(std::span<const std::byte> frame) {
  EventView view;
  EventView::Bind(frame, &view);  // always holds: only what was bound is routed
  return view;
}

std::size_t UrgencyOf(const EventView& event) {
  return TellsOfStream(event.type()) ? Backlog::kUrgencies - 1 : static_cast<std::size_t>(Urgency(event.priority()));
}

// What is missing without this event.
Backlog::Loss LossOf(const EventView& event) {
  if (event.type() == kVexevtBarrier) return {};
  if (event.type() != kVexevtLost) return {.events = 1};
  auto lost = event.Get<std::uint64_t>(layout::kPayloadGapLost);
  return {.events = lost, .more = lost == 0};
}

}  // namespace

std::size_t Backlog::Add(std::span<const std::byte> frame) {
  const EventView event = ViewOf(frame);
  const std::size_t urgency = UrgencyOf(event), cost = CostOf(frame.size());
  std::size_t shed = 0;
  auto refuse = [&] {
    AddLoss(LossOf(event), &end_);
    refused_urgency_ = static_cast<int>(urgency);
    ++counts_[urgency];
    return shed + 1;
  };
  if (static_cast<int>(urgency) <= refused_urgency_) {
    if (bytes_ + cost > most_bytes_ / 4 * 3 && !empty()) return refuse();
    refused_urgency_ = -1;
  }
  while (bytes_ + cost > most_bytes_ && !empty()) {
    const auto lane = std::ranges::find_if(lanes_, [](const auto& candidates) { return !candidates.empty(); });
    const auto least = static_cast<std::size_t>(lane - lanes_.begin());
    if (least > urgency || (least == urgency && shed_ == Shed::kNewest)) return refuse();
    auto victim = shed_ == Shed::kNewest ? lane->back() : lane->front();
    shed_ == Shed::kNewest ? lane->pop_back() : lane->pop_front();
    Evict(victim);
    ++shed;
  }
  order_.push_back({{frame.begin(), frame.end()}, urgency, std::exchange(end_, {})});
  lanes_[urgency].push_back(std::prev(order_.end()));
  bytes_ += cost;
  return shed;
}

void Backlog::Evict(Order::iterator victim) {
  Backlog::Loss loss = LossOf(ViewOf(victim->frame));
  AddLoss(victim->before, &loss);
  bytes_ -= CostOf(victim->frame.size());
  ++counts_[victim->urgency];
  auto next = order_.erase(victim);
  AddLoss(loss, next == order_.end() ? &end_ : &next->before);
}

Backlog::Loss Backlog::TakeLoss() { return std::exchange(order_.empty() ? end_ : order_.front().before, {}); }

void Backlog::Pop() {
  bytes_ -= CostOf(order_.front().frame.size());
  lanes_[order_.front().urgency].pop_front();  // each lane is in order, so its first is the first of all
  order_.pop_front();
}

}  // namespace vexevt
