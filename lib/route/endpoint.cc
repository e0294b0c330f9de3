#include "lib/route/endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "lib/event/type.h"

namespace vexevt {
namespace {

constexpr std::size_t kNothingDropped = std::numeric_limits<std::size_t>::max();

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
  options.dead_letter = rule.dead_letter.text;
  options.retry = {rule.retry_first_ns, rule.retry_max_ns, rule.breaker_failures, rule.breaker_open_ns};
  return options;
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

std::size_t Endpoint::SendToAll(const EventView& event) {
  std::size_t dropped = kNothingDropped;
  for (const auto& port : ports_) dropped = std::min(dropped, port->AppendToldOfStream(event));
  return dropped;
}

// Whether the next event may go there: those that are up, if there are none those that are still tried, else all.
bool Endpoint::CanChoose(const Port& port) const {
  auto any = [&](auto is) { return std::ranges::any_of(ports_, [&](const auto& each) { return is(*each); }); };
  auto up = [](const Port& each) { return each.up(); };
  auto tried = [](const Port& each) { return !each.failed(); };
  return any(up) ? port.up() : any(tried) ? tried(port) : true;
}

void Endpoint::LookAtPorts() {
  for (std::size_t i = 0; i < ports_.size(); ++i) states_[i] = {CanChoose(*ports_[i]), ports_[i]->full()};
}

std::size_t Endpoint::SendAmong(const EventView& event) {
  if (definition_.rule.balance == Balance::kBroadcast) {
    std::size_t dropped = kNothingDropped;
    for (const auto& port : ports_) dropped = std::min(dropped, port->Append(event.frame()));
    return dropped;
  }
  LookAtPorts();
  return ports_[balancer_.Pick(event, states_)]->Append(event.frame());
}

bool Endpoint::blocked() const {
  auto blocked = [](const auto& port) { return port->blocked(); };
  if (ports_.size() == 1 || definition_.rule.balance == Balance::kBroadcast)
    return std::ranges::any_of(ports_, blocked);
  auto chosen = [&](const auto& port) { return CanChoose(*port); };
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
    if (std::ranges::none_of(ports_, [](const auto& port) { return port->up(); })) return;
    for (const FrameQueue::Chunk& chunk : down.TakeFrames()) {
      ForEachFrame(chunk, [&](std::span<const std::byte> frame) {
        EventView event;
        if (!EventView::Bind(frame, &event)) return;  // can't be: only what Bind took came here
        LookAtPorts();
        Port& port = *ports_[balancer_.Pick(event, states_, i)];
        TellsOfStream(event.type()) ? port.AppendToldOfStream(event) : port.Append(frame);
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
