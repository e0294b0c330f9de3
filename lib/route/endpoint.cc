#include "lib/route/endpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/event/type.h"
#include "lib/stream/barrier.h"

namespace vexevt {
namespace {

PortOptions OptionsOf(const RouteEndpoint& endpoint, std::size_t member) {
  const EndpointRule& rule = endpoint.rule;
  PortOptions options;
  options.target = endpoint.targets[member];
  options.name = rule.name;
  options.spec = rule.members[member].to.text == "-" ? "standard output" : rule.members[member].to.text;
  options.queue_bytes = rule.queue_bytes;
  options.on_full = rule.on_full;
  options.spill = rule.spill.text;
  // Each member has its own files; by number, so that a member keeps them when its address changes.
  if (!options.spill.empty() && rule.members.size() > 1) options.spill += fmt::format("/{}", member);
  options.spill_max_bytes = rule.spill_max_bytes;
  options.retry = {rule.retry_first_ns, rule.retry_max_ns, rule.breaker_failures, rule.breaker_open_ns};
  return options;
}

// An event that may be a barrier.
void Append(const EventView& event, Port& port) {
  bool taken = port.Append(event.frame());
  if (taken && event.type() == kVexevtBarrier) port.ExpectBarrier(BarrierToken(event));
}

}  // namespace

Endpoint::Endpoint(RouteEndpoint definition, PortContext* context)
    : definition_(std::move(definition)), balancer_(definition_.rule), states_(definition_.targets.size()) {
  for (std::size_t i = 0; i < definition_.targets.size(); ++i) {
    ports_.push_back(std::make_unique<Port>(OptionsOf(definition_, i), context));
  }
}

Status Endpoint::Start() {
  for (const auto& port : ports_) VEXEVT_TRY(port->Start());
  return {};
}

void Endpoint::SendToAll(const EventView& event) {
  for (const auto& port : ports_) Append(event, *port);
}

void Endpoint::LookAtPorts() {
  for (std::size_t i = 0; i < ports_.size(); ++i) states_[i] = {ports_[i]->up(), ports_[i]->full()};
}

bool Endpoint::SendAmong(const EventView& event) {
  if (definition_.rule.balance == Balance::kBroadcast) {
    bool taken = false;
    for (const auto& port : ports_) taken |= port->Append(event.frame());
    return taken;
  }
  LookAtPorts();
  return ports_[balancer_.Pick(event, states_)]->Append(event.frame());
}

bool Endpoint::blocked() const {
  auto blocked = [](const auto& port) { return port->blocked(); };
  if (ports_.size() == 1 || definition_.rule.balance == Balance::kBroadcast)
    return std::ranges::any_of(ports_, blocked);
  bool any_up = std::ranges::any_of(ports_, [](const auto& port) { return port->up(); });
  // Those that the next event may go to.
  auto chosen = [&](const auto& port) { return !any_up || port->up(); };
  switch (definition_.rule.balance) {
    case Balance::kHash:
      return std::ranges::any_of(ports_, [&](const auto& port) { return chosen(port) && blocked(port); });
    case Balance::kFailover: {
      auto first = std::ranges::find_if(ports_, chosen);
      return first != ports_.end() && blocked(*first);
    }
    default:
      return std::ranges::none_of(ports_, [&](const auto& port) { return chosen(port) && !blocked(port); });
  }
}

void Endpoint::MoveFromDown() {
  if (ports_.size() == 1 || definition_.rule.balance == Balance::kBroadcast) return;
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    Port& down = *ports_[i];
    if (down.state() != Port::State::kDown || down.spills() || down.queued_bytes() == 0) continue;
    LookAtPorts();
    if (std::ranges::none_of(states_, &MemberState::up)) return;
    for (const FrameQueue::Chunk& chunk : down.TakeFrames()) {
      ForEachFrame(chunk, [&](std::span<const std::byte> frame) {
        EventView event;
        if (!EventView::Bind(frame, &event)) return;  // can't be: only what Bind took came here
        LookAtPorts();
        Append(event, *ports_[balancer_.Pick(event, states_, i)]);
      });
    }
  }
}

bool SamePlaces(const RouteEndpoint& a, const RouteEndpoint& b) {
  auto place = [](const Member& member) -> const std::string& { return member.to.text; };
  return a.rule.name == b.rule.name && a.rule.spill.text == b.rule.spill.text &&
         std::ranges::equal(a.rule.members, b.rule.members, {}, place, place);
}

bool Endpoint::Redefine(const RouteEndpoint& now) {
  if (!SamePlaces(definition_, now)) return false;
  auto same_balance = [&] {
    const EndpointRule &a = definition_.rule, &b = now.rule;
    return a.balance == b.balance && std::ranges::equal(a.by, b.by, {}, &PlacedText::text, &PlacedText::text) &&
           std::ranges::equal(a.members, b.members, {}, &Member::weight, &Member::weight);
  };
  if (!same_balance()) balancer_ = Balancer(now.rule);
  definition_ = now;
  for (std::size_t i = 0; i < ports_.size(); ++i) ports_[i]->Redefine(OptionsOf(now, i));
  return true;
}

}  // namespace vexevt
