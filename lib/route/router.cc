#include "lib/route/router.h"

#include <algorithm>
#include <limits>

#include "lib/io/held_up.h"
#include "lib/stream/barrier.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kForEver = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();  // sent nowhere

struct ToAttribute {
  std::variant<AttributeText, std::int64_t, double, bool, AttributeBytes> operator()(const std::string& text) const {
    return AttributeText{text};
  }
  template <typename T>
  std::variant<AttributeText, std::int64_t, double, bool, AttributeBytes> operator()(T value) const {
    return value;
  }
};

}  // namespace

Router::Router(Clock& clock)
    : context_{&clock, &ids_, {}, [this](const DeadLetter& letter) { return TakeDead(letter); }, 0} {}

Result<std::unique_ptr<Router>> Router::Start(RoutePlan plan, Clock& clock) {
  std::unique_ptr<Router> router(new Router(clock));
  VEXEVT_TRY(router->Reload(std::move(plan)));
  return router;
}

Status Router::Reload(RoutePlan plan) {
  // New endpoints start before old ones go, so that a failure changes nothing.
  std::vector<std::unique_ptr<Endpoint>> fresh;
  for (const RouteEndpoint& wanted : plan.endpoints) {
    auto kept = [&](const auto& endpoint) { return SamePlaces(endpoint->definition(), wanted); };
    if (std::ranges::any_of(endpoints_, kept)) continue;
    fresh.push_back(std::make_unique<Endpoint>(wanted, &context_));
    VEXEVT_TRY(fresh.back()->Start());
  }
  std::vector<std::unique_ptr<Endpoint>> now;
  for (const RouteEndpoint& wanted : plan.endpoints) {
    auto old = std::ranges::find_if(
        endpoints_, [&](const auto& endpoint) { return endpoint != nullptr && endpoint->Redefine(wanted); });
    auto made = std::ranges::find_if(fresh, [&](const auto& endpoint) {
      return endpoint != nullptr && endpoint->definition().rule.name == wanted.rule.name;
    });
    now.push_back(std::move(old != endpoints_.end() ? *old : *made));
  }
  for (auto& endpoint : endpoints_) {
    if (endpoint != nullptr) retired_.push_back(std::move(endpoint));
  }
  endpoints_ = std::move(now);
  plan.TakeOver(&plan_);
  decider_.reset();
  plan_ = std::move(plan);
  if (plan_.table) decider_.emplace(*plan_.table);
  reached_.assign(endpoints_.size(), 0);
  return {};
}

Status Router::Route(std::span<const EventView> batch) {
  if (decider_) decider_->Decide(batch, decisions_);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const EventView& event = batch[i];
    ++counts_.in;
    if (TellsOfStream(event.type())) [[unlikely]] {
      SendToAll(event);
      continue;
    }
    VEXEVT_ASSIGN(bool decided, SendByRules(event, decider_ ? decisions_[i] : std::span<const std::uint32_t>()));
    if (decided) continue;
    if (plan_.otherwise.empty()) {
      ++counts_.unrouted;
      continue;
    }
    std::size_t dropped = kNone;
    for (std::uint32_t number : plan_.otherwise) dropped = std::min(dropped, endpoints_[number]->Send(event));
    CountSent(dropped);
  }
  return {};
}

// Of an event that was sent: `dropped` is the least that any of its endpoints dropped for it. An event that made others
// go counts them off again.
void Router::CountSent(std::size_t dropped) {
  counts_.routed += 1 - dropped;
  counts_.dropped += dropped;
}

// What an endpoint gives up goes to another one, and says from where it comes and why.
bool Router::TakeDead(const DeadLetter& letter) {
  auto to =
      std::ranges::find_if(endpoints_, [&](const auto& each) { return each->definition().rule.name == letter.to; });
  if (to == endpoints_.end()) return false;
  std::span<const std::byte> frame = letter.frame;
  if (editor_.Load(frame).ok()) {
    editor_.SetAttribute({"dead.endpoint", AttributeText{letter.from}});
    editor_.SetAttribute({"dead.reason", AttributeText{letter.why}});
    if (editor_.Save(&dead_).ok()) frame = dead_;
  }
  EventView event;
  if (EventView::Bind(frame, &event)) (*to)->Send(event);
  return true;
}

void Router::SendToAll(const EventView& event) {
  bool barrier = event.type() == kVexevtBarrier;
  if (barrier) {
    std::size_t ways = 0;
    for (const auto& endpoint : endpoints_) ways += endpoint->ports().size();
    DivideBarrier(BarrierToken(event), ways);
  }
  std::size_t dropped = endpoints_.empty() ? 0 : kNone;
  for (const auto& endpoint : endpoints_) dropped = std::min(dropped, endpoint->SendToAll(event));
  CountSent(dropped);
  if (barrier) Flush();  // what stands before it does not wait for more to come
}

// Sends the event where the rules that hold name an endpoint; each gets it once, as the first rule that names it makes
// it. False: no rule holds.
Result<bool> Router::SendByRules(const EventView& event, std::span<const std::uint32_t> held) {
  auto next = [&](std::size_t from) { return decider_ ? plan_.NextOf(&held, from) : plan_.NextHolding(event, from); };
  std::size_t index = next(0);
  if (index == plan_.rules.size()) return false;
  std::size_t dropped = kNone;
  for (; index < plan_.rules.size(); index = plan_.all_matches ? next(index + 1) : kForEver) {
    RouteRule& rule = plan_.rules[index];
    ++rule.held;
    if (rule.rule.drop) break;
    if (!rule.admission.Admit(event)) {
      ++rule.refused;
      break;
    }
    EventView out = event;
    if (rule.edits) {
      VEXEVT_ASSIGN(out, Edit(event, rule.rule));
    }
    for (std::uint32_t number : rule.to) {
      if (reached_[number] == counts_.in) continue;
      reached_[number] = counts_.in;
      dropped = std::min(dropped, endpoints_[number]->Send(out));
    }
  }
  if (dropped == kNone) {
    ++counts_.held_back;
  } else {
    CountSent(dropped);
  }
  return true;
}

Result<EventView> Router::Edit(const EventView& event, const Rule& rule) {
  VEXEVT_TRY(editor_.Load(event.frame()));
  if (rule.boost) editor_.SetPriority(*rule.boost);
  for (const auto& [key, value] : rule.set) editor_.SetAttribute({key, std::visit(ToAttribute{}, value)});
  if (rule.sample && rule.sample->mark) MarkSample(event, rule.sample->rate, &editor_);
  VEXEVT_TRY(editor_.Save(&edited_));
  EventView view;
  if (!EventView::Bind(edited_, &view)) return DataLoss("an event could not be changed");
  return view;
}

bool Router::blocked() const {
  return std::ranges::any_of(endpoints_, [](const auto& endpoint) { return endpoint->blocked(); });
}

void Router::Flush() {
  ForEachPort([](Port& port) { port.Flush(); });
}

bool Router::holds_back() const {
  bool any = false;
  ForEachPort([&](const Port& port) { any |= port.holds_back(); });
  return any;
}

void Router::AddPolls(std::vector<pollfd>* polls) const {
  ForEachPort([&](const Port& port) { port.AddPolls(polls); });
}

std::uint64_t Router::next_due_ns() const {
  std::uint64_t due = kForEver;
  ForEachPort([&](const Port& port) { due = std::min(due, port.next_try_ns()); });
  return due;
}

bool Router::wants_service() const {
  bool any = false;
  ForEachPort([&](const Port& port) { any |= port.waits(); });
  return any;
}

void Router::Serve() {
  polls_.clear();
  poll_ends_.clear();
  ForEachPort([&](const Port& port) {
    port.AddPolls(&polls_);
    poll_ends_.push_back(polls_.size());
  });
  if (!polls_.empty() && ::poll(polls_.data(), polls_.size(), 0) > 0) {
    std::size_t begin = 0;
    auto end = poll_ends_.begin();
    ForEachPort([&](Port& port) {
      port.Polled(std::span(polls_).subspan(begin, *end - begin));
      begin = *end++;
    });
  }
  std::uint64_t now = context_.clock->Now().mono_ns;
  ForEachPort([&](Port& port) { port.TryIfDue(now); });
  for (const auto& endpoint : endpoints_) endpoint->MoveFromDown();
  for (const auto& endpoint : retired_) endpoint->MoveFromDown();
  Flush();
  DropDrainedRetired();
}

void Router::DropDrainedRetired() {
  std::erase_if(retired_, [&](const auto& endpoint) {
    for (const auto& port : endpoint->ports()) {
      if (!port->drained() && !port->failed()) return false;
    }
    for (const auto& port : endpoint->ports()) {
      if (Status closed = port->Close(); !closed.ok()) context_.messages.push_back({closed.message()});
    }
    return true;
  });
}

bool Router::output_gone() const {
  bool gone = false;
  ForEachPort([&](const Port& port) { gone |= port.state() == Port::State::kGone; });
  return gone;
}

std::vector<Status> Router::Finish() {
  ForEachPort([](Port& port) { port.TryNow(); });
  for (;;) {
    Serve();
    bool waiting = false;
    ForEachPort([&](const Port& port) {
      bool kept = port.spills() && port.state() == Port::State::kDown;
      waiting |= !port.drained() && !port.failed() && !kept;
    });
    if (!waiting) break;
    polls_.clear();
    AddPolls(&polls_);
    std::uint64_t now = context_.clock->Now().mono_ns, due = next_due_ns();
    std::uint64_t wait_ms = due <= now ? 0 : (std::min(due - now, 60 * kNsPerSecond) + kNsPerMs - 1) / kNsPerMs;
    HeldUp held_up;
    ::poll(polls_.data(), polls_.size(), due == kForEver ? -1 : static_cast<int>(wait_ms));
  }
  std::vector<Status> failures;
  ForEachPort([&](Port& port) {
    if (Status closed = port.Close(); !closed.ok()) failures.push_back(std::move(closed));
  });
  return failures;
}

}  // namespace vexevt
