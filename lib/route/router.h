// Router: events to endpoints, as a plan says. It owns the endpoints, moves what waits in them, and swaps plan and
// endpoints between two events.
//
//   VEXEVT_ASSIGN(auto router, Router::Start(std::move(plan), SystemClock()));
//   while (…) { if (!router->blocked()) router->Route(batch); router->Flush(); … poll … router->Serve(); }
//   for (Status& failure : router->Finish()) …
//
// Not thread-safe. Never waits, but in Finish.
#pragma once

#include <poll.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lib/event/edit.h"
#include "lib/route/endpoint.h"
#include "lib/route/route_plan.h"

namespace vexevt {

// What became of the events. in = routed + held_back + dropped + unrouted.
struct RouteCounts {
  std::uint64_t in = 0;
  std::uint64_t routed = 0;     // to an endpoint at least; less those that were dropped later, for others
  std::uint64_t held_back = 0;  // by a rule that drops, or by dedupe, sample or limit
  std::uint64_t dropped = 0;    // by every endpoint that they were for, as the queues were full
  std::uint64_t unrouted = 0;   // no rule named an endpoint for them
};

class Router {
 public:
  // `clock` outlives the router.
  static Result<std::unique_ptr<Router>> Start(RoutePlan plan, Clock& clock);

  // kDataLoss: an event that a rule changes can't be taken apart; all before it are routed.
  Status Route(std::span<const EventView> batch);

  // More events should wait. What is routed all the same is kept.
  bool blocked() const;

  // Writes what can be written without waiting.
  void Flush();
  // Whether something that was routed is still in memory only.
  bool holds_back() const;

  // What poll should wait for before Serve.
  void AddPolls(std::vector<pollfd>* polls) const;
  std::uint64_t next_due_ns() const;  // the clock's mono_ns; the largest value: never
  // Whether Serve may have something to do soon, so that a busy caller asks it now and then.
  bool wants_service() const;
  // Looks at all connections: writes on, accepts, connects again, hands on what waits for members that are down.
  void Serve();

  // `plan` from here on. Endpoints that lead to the same places keep connection and queue; others are opened, and those
  // that are no longer named go once they are drained. On failure all stays as it is.
  Status Reload(RoutePlan plan);

  // Waits until everything is delivered, spilled, or can't be delivered; closes all. Returns what failed. A port that
  // is down gets as many attempts as its breaker allows.
  std::vector<Status> Finish();

  // Standard output is an endpoint, and its reader has gone: what the user reads has ended.
  bool output_gone() const;

  std::vector<Message> TakeMessages() { return std::exchange(context_.messages, {}); }

  const RoutePlan& plan() const { return plan_; }
  std::span<const std::unique_ptr<Endpoint>> endpoints() const { return endpoints_; }
  const RouteCounts& counts() const { return counts_; }
  // At one endpoint at least events are missing, which vexevt.lost events told there.
  bool lossy() const { return context_.gaps > 0 || counts_.dropped > 0; }

 private:
  explicit Router(Clock& clock);

  void SendToAll(const EventView& event);
  void CountSent(std::size_t dropped);
  bool TakeDead(const DeadLetter& letter);
  Result<bool> SendByRules(const EventView& event, std::span<const std::uint32_t> held);
  Result<EventView> Edit(const EventView& event, const Rule& rule);
  void DropDrainedRetired();
  template <typename Fn>
  void ForEachPort(Fn fn) const {
    for (const auto* list : {&endpoints_, &retired_}) {
      for (const auto& endpoint : *list) {
        for (const auto& port : endpoint->ports()) fn(*port);
      }
    }
  }

  EventIds ids_;
  PortContext context_;
  RoutePlan plan_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;  // as plan_.endpoints
  std::vector<std::unique_ptr<Endpoint>> retired_;    // no longer named, not yet drained
  std::optional<Decider> decider_;                    // of plan_.table
  Decisions decisions_;                               // scratch
  RouteCounts counts_;
  FrameEditor editor_;
  std::vector<std::byte> edited_, dead_;
  std::vector<std::uint64_t> reached_;  // by endpoint: the number of the last event that it got
  std::vector<pollfd> polls_;           // scratch
  std::vector<std::size_t> poll_ends_;  // scratch: of each port's
};

}  // namespace vexevt
