// Balancer: which member of an endpoint gets an event. Round robin and smooth weighted round robin go by the order of
// the events, hash by their content, so that a replay over the same members gives the same. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/rules/event_key.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

// What the choice goes by. An event goes to a member that is not up only where none is, and to a full one only where
// all are; but kHash and kFailover prefer full over moving what belongs elsewhere.
struct MemberState {
  bool up = true;
  bool full = false;
};

class Balancer {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};

  explicit Balancer(const EndpointRule& endpoint);

  // The member for `event`; `states` are those of the members, in their order. Not for kBroadcast. `but`: not that one,
  // where there is another; kNone: any.
  std::size_t Pick(const EventView& event, std::span<const MemberState> states, std::size_t but = kNone);

 private:
  std::size_t NextInTurn(std::span<const MemberState> states);
  std::size_t NextByWeight(std::span<const MemberState> states);
  std::size_t ByHash(std::uint64_t key, std::span<const MemberState> states) const;

  Balance balance_;
  EventKey key_;
  std::vector<std::uint64_t> seeds_;  // of the members, from what they are, not from where they stand
  std::vector<std::int64_t> weights_;
  std::vector<std::int64_t> credit_;   // of smooth weighted round robin
  std::vector<MemberState> eligible_;  // scratch
  std::size_t turn_ = 0;
};

}  // namespace vexevt
