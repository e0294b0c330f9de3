#include "lib/route/balancer.h"

#include <xxhash.h>

#include <algorithm>
#include <numeric>

namespace vexevt {

Balancer::Balancer(const EndpointRule& endpoint)
    : balance_(endpoint.balance), key_([&] {
        std::vector<std::string> names;
        for (const PlacedText& field : endpoint.by) names.push_back(field.text);
        return EventKey(names);
      }()) {
  for (const Member& member : endpoint.members) {
    seeds_.push_back(XXH3_64bits(member.to.text.data(), member.to.text.size()));
    weights_.push_back(member.weight);
  }
  credit_.resize(weights_.size());
  eligible_.resize(weights_.size());
}

std::size_t Balancer::Pick(const EventView& event, std::span<const MemberState> states, std::size_t but) {
  std::ranges::copy(states, eligible_.begin());
  if (but != kNone) eligible_[but].up = false;
  if (std::ranges::none_of(eligible_, &MemberState::up)) {
    for (MemberState& state : eligible_) state.up = true;
    if (but != kNone && eligible_.size() > 1) eligible_[but].up = false;
  }
  if (balance_ == Balance::kHash) return ByHash(key_.Hash(event), eligible_);
  if (balance_ == Balance::kFailover) {
    return static_cast<std::size_t>(std::ranges::find(eligible_, true, &MemberState::up) - eligible_.begin());
  }
  auto free = [](const MemberState& state) { return state.up && !state.full; };
  if (std::ranges::any_of(eligible_, free)) {
    for (MemberState& state : eligible_) state.up = free(state);
  }
  return balance_ == Balance::kWeighted ? NextByWeight(eligible_) : NextInTurn(eligible_);
}

std::size_t Balancer::NextInTurn(std::span<const MemberState> states) {
  do {
    turn_ = turn_ + 1 < states.size() ? turn_ + 1 : 0;
  } while (!states[turn_].up);
  return turn_;
}

// As nginx does: each gains its weight, the richest is chosen and pays what all gained. So 5:1:1 gives AABACAA and not
// AAAAABC.
std::size_t Balancer::NextByWeight(std::span<const MemberState> states) {
  std::int64_t total = 0;
  std::size_t best = kNone;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!states[i].up) continue;
    credit_[i] += weights_[i];
    total += weights_[i];
    if (best == kNone || credit_[i] > credit_[best]) best = i;
  }
  credit_[best] -= total;
  return best;
}

// Rendezvous hashing (Thaler and Ravishankar 1998): the member whose hash with the key is highest. When one goes, only
// its keys move.
std::size_t Balancer::ByHash(std::uint64_t key, std::span<const MemberState> states) const {
  std::size_t best = kNone;
  std::uint64_t highest = 0;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (!states[i].up) continue;
    std::uint64_t score = XXH3_64bits_withSeed(&key, sizeof key, seeds_[i]);
    if (best == kNone || score > highest) {
      best = i;
      highest = score;
    }
  }
  return best;
}

}  // namespace vexevt
