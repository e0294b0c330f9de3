#include "lib/alert/alert_instances.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lib/sketch/saturating.h"

namespace vexevt {
namespace {

// An alert that is over is forgotten once its penalty is less: what is left could hardly matter.
constexpr double kForgottenPenalty = 0.5;

}  // namespace

AlertInstances::Instance* AlertInstances::Find(std::string_view key) {
  const auto found = instances_.find(key);
  return found == instances_.end() ? nullptr : &found->second;
}

AlertInstances::Instance* AlertInstances::FindOrAdd(std::string_view key) {
  if (Instance* known = Find(key)) return known;
  if (instances_.size() >= times_.most) {
    ++refused_;
    return nullptr;
  }
  ++counts_[0];
  return &instances_.try_emplace(std::string(key)).first->second;
}

void AlertInstances::Set(Instance* instance, State state) {
  --counts_[static_cast<std::size_t>(instance->state)];
  ++counts_[static_cast<std::size_t>(state)];
  instance->state = state;
}

void AlertInstances::Judge(std::string_view key, Truth holds, Truth clears, std::uint64_t at_ns, const Tell& tell) {
  const auto found = instances_.find(key);
  if (found == instances_.end()) return;
  Instance& instance = found->second;
  instance.judged_ns = at_ns;
  if (times_.every_ns != 0) window_ns_ = at_ns;
  if (holds == Truth::kTrue) {
    Hold(&instance, at_ns, tell);
  } else if (instance.state == State::kPending && holds == Truth::kFalse) {
    Set(&instance, State::kInactive);
  } else if (instance.state == State::kFiring && clears == Truth::kTrue && instance.released_ns == 0) {
    instance.released_ns = at_ns;
  }
  Pass(found, at_ns, tell);
}

void AlertInstances::Hold(Instance* instance, std::uint64_t at_ns, const Tell& tell) {
  if (instance->state == State::kInactive) {
    Set(instance, State::kPending);
    instance->alert.since_ns = at_ns;
    instance->alert.fired_ns = instance->alert.resolved_ns = 0;
    instance->alert.flapping = false;
  } else if (instance->state == State::kFiring && instance->released_ns != 0 &&
             at_ns >= SaturatingSum(instance->released_ns, times_.keep_firing_ns)) {
    AddPenalty(instance, at_ns);  // it fires still only because it flaps
  }
  instance->released_ns = times_.momentary ? at_ns : 0;
  if (instance->state == State::kFiring) {
    tell(instance->alert);
  } else if (at_ns >= SaturatingSum(instance->alert.since_ns, times_.for_ns)) {
    Fire(instance, at_ns, tell);
  }
}

void AlertInstances::Fire(Instance* instance, std::uint64_t at_ns, const Tell& tell) {
  Set(instance, State::kFiring);
  instance->alert.fired_ns = at_ns;
  AddPenalty(instance, at_ns);
  tell(instance->alert);
}

void AlertInstances::AddPenalty(Instance* instance, std::uint64_t at_ns) {
  const AlertDamping& damping = times_.damping;
  if (damping.half_life_ns == 0) return;
  const double passed = static_cast<double>(at_ns - std::min(at_ns, instance->penalty_ns));
  instance->penalty = instance->penalty * std::exp2(-passed / static_cast<double>(damping.half_life_ns)) + 1;
  instance->penalty_ns = at_ns;
  instance->alert.flapping |= instance->penalty >= damping.begin;
}

std::uint64_t AlertInstances::ReachesAt(const Instance& instance, double penalty) const {
  if (instance.penalty <= penalty) return 0;
  const double half_lives = std::log2(instance.penalty / penalty);
  const double passes = std::ceil(half_lives * static_cast<double>(times_.damping.half_life_ns));
  return passes < 0x1p63 ? SaturatingSum(instance.penalty_ns, static_cast<std::uint64_t>(passes)) : kNever;
}

// When an alert that does not hold any more is over.
std::uint64_t AlertInstances::EndOf(const Instance& instance) const {
  if (instance.released_ns == 0) return kNever;
  const std::uint64_t end = SaturatingSum(instance.released_ns, times_.keep_firing_ns);
  return instance.alert.flapping ? std::max(end, ReachesAt(instance, times_.damping.end)) : end;
}

std::uint64_t AlertInstances::DueOf(const Instance& instance) const {
  switch (instance.state) {
    case State::kInactive:
      return ReachesAt(instance, kForgottenPenalty);
    case State::kPending: {
      if (times_.every_ns != 0) return kNever;  // a window says that it still holds
      return std::min(EndOf(instance), SaturatingSum(instance.alert.since_ns, times_.for_ns));
    }
    case State::kFiring:
      return EndOf(instance);
  }
  return kNever;
}

// What has come due of one. Returns the next one.
AlertInstances::Map::iterator AlertInstances::Pass(Map::iterator at, std::uint64_t at_ns, const Tell& tell) {
  Instance& instance = at->second;
  const bool is_due = DueOf(instance) <= at_ns;
  if (is_due && instance.state == State::kFiring) {
    instance.alert.resolved_ns = at_ns;
    tell(instance.alert);
    Set(&instance, State::kInactive);
  } else if (is_due && instance.state == State::kPending) {
    if (EndOf(instance) <= at_ns) {
      Set(&instance, State::kInactive);
    } else {
      Fire(&instance, at_ns, tell);
    }
  }
  const std::uint64_t due = DueOf(instance);
  const bool forgotten = instance.state == State::kInactive && due <= at_ns;
  awaiting_ -= std::exchange(instance.awaits_window, AwaitsWindow(instance));
  awaiting_ += instance.awaits_window;
  SetDue(at, forgotten ? kNever : due);
  if (!forgotten) return ++at;
  --counts_[0];
  return instances_.erase(at);
}

void AlertInstances::SetDue(Map::iterator at, std::uint64_t due_ns) {
  Instance& instance = at->second;
  if (due_ns == instance.due_ns) return;
  if (instance.due_ns != kNever) due_.erase({instance.due_ns, at->first});
  if (due_ns != kNever) due_.emplace(due_ns, at->first);
  instance.due_ns = due_ns;
}

std::uint64_t AlertInstances::due_ns() const {
  const std::uint64_t due = due_.empty() ? kNever : due_.begin()->first;
  return awaiting_ == 0 ? due : std::min(due, NextWindow());
}

void AlertInstances::EndWindow(std::uint64_t end_ns, bool lower_bound, const Tell& tell) {
  window_ns_ = end_ns;
  const Truth gone = lower_bound ? Truth::kUnknown : Truth::kTrue;
  for (auto at = instances_.begin(); at != instances_.end();) {
    Instance& instance = at->second;
    if (instance.judged_ns != end_ns && gone == Truth::kTrue) {
      if (instance.state == State::kPending) Set(&instance, State::kInactive);
      if (instance.state == State::kFiring && instance.released_ns == 0) instance.released_ns = end_ns;
    }
    at = Pass(at, end_ns, tell);
  }
}

void AlertInstances::SeeGap(std::uint64_t since_ns, std::uint64_t until_ns) {
  gap_since_ns_ = since_ns > gap_until_ns_ ? since_ns : std::min(gap_since_ns_, since_ns);
  gap_until_ns_ = std::max(gap_until_ns_, until_ns);
}

// Whether the end of a window in which there is no event would tell something of it.
bool AlertInstances::AwaitsWindow(const Instance& instance) const {
  return times_.every_ns != 0 &&
         (instance.state == State::kPending || (instance.state == State::kFiring && instance.released_ns == 0));
}

std::uint64_t AlertInstances::NextWindow() const { return SaturatingSum(window_ns_, times_.every_ns); }

void AlertInstances::AdvanceTo(std::uint64_t now_ns, const Tell& tell) {
  for (std::uint64_t due = due_ns(); due <= now_ns && due != kNever; due = due_ns()) {
    if (awaiting_ == 0 || due != NextWindow()) {
      Pass(instances_.find(due_.begin()->second), due, tell);
      continue;
    }
    const std::uint64_t gap_end_ns = SaturatingSum(gap_until_ns_, times_.length_ns);
    if (gap_since_ns_ < due && due < gap_end_ns) {
      // Nothing is known of this window, nor of those behind it that the gap touches: they change nothing.
      window_ns_ = due + (std::min(now_ns, gap_end_ns - 1) - due) / times_.every_ns * times_.every_ns;
    } else {
      EndWindow(due, false, tell);
    }
  }
}

void AlertInstances::Restore(Kept kept) {
  instances_ = std::move(kept.instances);
  window_ns_ = kept.window_ns;
  gap_since_ns_ = kept.gap_since_ns;
  gap_until_ns_ = kept.gap_until_ns;
  refused_ = kept.refused;
  for (auto at = instances_.begin(); at != instances_.end(); ++at) {
    Instance& instance = at->second;
    ++counts_[static_cast<std::size_t>(instance.state)];
    instance.awaits_window = AwaitsWindow(instance);
    awaiting_ += instance.awaits_window;
    instance.due_ns = kNever;
    SetDue(at, DueOf(instance));
  }
}

}  // namespace vexevt
