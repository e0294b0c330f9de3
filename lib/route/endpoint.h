// Endpoint: what a rules file calls one: a port, or several among which events are balanced or to which all go.
// Not thread-safe.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/route/balancer.h"
#include "lib/route/port.h"
#include "lib/route/route_plan.h"

namespace vexevt {

class Endpoint {
 public:
  Endpoint(RouteEndpoint definition, PortContext* context);

  Status Start();

  // How many events were dropped: this one, or others for it.
  std::size_t Send(const EventView& event) {
    ++events_;
    return ports_.size() == 1 ? ports_.front()->Append(event.frame()) : SendAmong(event);
  }
  // Whatever the balance: for events that tell of the stream.
  std::size_t SendToAll(const EventView& event);

  // Whoever feeds should wait.
  bool blocked() const;

  // What waits for a member that is down goes to the others, where the balance allows; order is kept among what moves.
  void MoveFromDown();

  const RouteEndpoint& definition() const { return definition_; }
  // The same but for what can be changed in place: as `now` from here on. False: nothing was done.
  bool Redefine(const RouteEndpoint& now);

  std::span<const std::unique_ptr<Port>> ports() const { return ports_; }
  std::uint64_t events() const { return events_; }  // sent here

 private:
  std::size_t SendAmong(const EventView& event);
  bool CanChoose(const Port& port) const;
  void LookAtPorts();

  RouteEndpoint definition_;
  Balancer balancer_;
  std::vector<std::unique_ptr<Port>> ports_;
  std::vector<MemberState> states_;  // scratch
  std::uint64_t events_ = 0;
};

// What Redefine can't change is alike: the members, and where they spill.
bool SamePlaces(const RouteEndpoint& a, const RouteEndpoint& b);

}  // namespace vexevt
