#include "lib/alert/alert_notices.h"

#include <algorithm>
#include <utility>

#include "lib/base/packing.h"
#include "lib/sketch/saturating.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kNever = ~std::uint64_t{0};

bool Fires(const Alert& alert) { return alert.resolved_ns == 0; }

}  // namespace

AlertNotices::AlertNotices(AlertGrouping grouping, AlertMutes mutes)
    : grouping_(std::move(grouping)), mutes_(std::move(mutes)), silence_change_ns_(mutes_.NextChange(0)) {}

std::string AlertNotices::GroupOf(const Alert& alert) const {
  if (!grouping_.by) return alert.id;
  Packer packer;
  for (const std::string& name : *grouping_.by) {
    const auto label = std::ranges::find(alert.labels, name, &AlertLabel::name);
    const std::string_view other = name == "alert" ? std::string_view(alert.rule) : std::string_view();
    packer.PutText(label == alert.labels.end() ? other : std::string_view(label->value));
  }
  return packer.Take();
}

void AlertNotices::See(const Alert& alert, std::uint64_t at_ns) {
  const auto known = alerts_.find(alert.id);
  if (known == alerts_.end()) {
    if (!Fires(alert)) return;
    if (alerts_.empty()) silence_change_ns_ = mutes_.NextChange(at_ns);  // nobody has looked at those before
    const auto group = Join({.alert = alert});
    if (mutes_.Add(alerts_.at(alert.id).marks)) WakeAll(at_ns);
    Wake(group, at_ns);
    return;
  }
  Held& held = known->second;
  const bool fired = Fires(held.alert), fires = Fires(alert);
  held.alert = alert;
  if (fired && !fires && mutes_.Remove(held.marks)) WakeAll(at_ns);
  if (!fired && fires && mutes_.Add(held.marks)) WakeAll(at_ns);
  const auto group = groups_.find(held.group);
  if (!fires && !held.told) {  // nobody has heard of it
    group->second.alerts.erase(alert.id);
    alerts_.erase(known);
    if (!group->second.alerts.empty()) return;
    SetDue(group, kNever);
    groups_.erase(group);
    return;
  }
  if (HasNews(held, at_ns)) Wake(group, at_ns);
}

bool AlertNotices::HasNews(const Held& held, std::uint64_t at_ns) const {
  if (!Fires(held.alert)) return held.told;
  const bool new_to_all = !held.told || (held.alert.flapping && !held.told_flapping);
  return new_to_all && !mutes_.Muted(held.marks, at_ns);
}

AlertNotices::Groups::iterator AlertNotices::Join(KeptAlert alert) {
  AlertMutes::Marks marks = mutes_.Of(alert.alert);
  std::string key = GroupOf(alert.alert);
  Held held{std::move(alert), std::move(marks), std::move(key)};
  const auto [group, added] = groups_.try_emplace(held.group);
  if (added) {
    group->second.number = ++groups_made_;
    group->second.due_ns = kNever;
  }
  std::string id = held.alert.id;
  group->second.alerts.insert(id);
  alerts_.insert_or_assign(std::move(id), std::move(held));
  return group;
}

// Something may have to be told of the group: as soon as its times allow.
void AlertNotices::Wake(Groups::iterator group, std::uint64_t at_ns) {
  const Group& state = group->second;
  const std::uint64_t due = state.told_ns == 0 ? SaturatingSum(at_ns, grouping_.wait_ns)
                                               : std::max(at_ns, SaturatingSum(state.told_ns, grouping_.interval_ns));
  if (due < state.due_ns) SetDue(group, due);
}

void AlertNotices::WakeAll(std::uint64_t at_ns) {
  for (auto group = groups_.begin(); group != groups_.end(); ++group) Wake(group, at_ns);
}

void AlertNotices::SetDue(Groups::iterator group, std::uint64_t due_ns) {
  Group& state = group->second;
  if (state.due_ns != kNever) due_.erase({state.due_ns, state.number});
  state.due_ns = due_ns;
  if (due_ns != kNever) due_.emplace(std::pair(due_ns, state.number), group);
}

std::uint64_t AlertNotices::due_ns() const {
  const std::uint64_t next = due_.empty() ? kNever : due_.begin()->first.first;
  return alerts_.empty() ? next : std::min(next, silence_change_ns_);
}

void AlertNotices::AdvanceTo(std::uint64_t now_ns, std::uint32_t generation, const Tell& tell) {
  while (due_ns() <= now_ns && due_ns() != kNever) {
    const std::uint64_t at_ns = due_ns();
    if (silence_change_ns_ <= at_ns) {
      silence_change_ns_ = mutes_.NextChange(at_ns);
      WakeAll(at_ns);
    } else {
      Look(due_.begin()->second, at_ns, generation, tell);
    }
  }
}

void AlertNotices::Finish(std::uint64_t now_ns, std::uint32_t generation, const Tell& tell) {
  const auto waiting = std::exchange(due_, {});
  for (const auto& [due, group] : waiting) {
    group->second.due_ns = kNever;
    Look(group, now_ns, generation, tell);
  }
}

void AlertNotices::Look(Groups::iterator group, std::uint64_t at_ns, std::uint32_t generation, const Tell& tell) {
  std::vector<const Alert*> firing, resolved;
  bool news = false;
  for (const std::string& id : group->second.alerts) {
    const Held& held = alerts_.at(id);
    news |= HasNews(held, at_ns);
    if (!Fires(held.alert)) {
      resolved.push_back(&held.alert);
    } else if (!mutes_.Muted(held.marks, at_ns)) {
      firing.push_back(&held.alert);
    }
  }
  // What fires and is no news was told, which may have been at the time 0.
  const bool repeats =
      grouping_.repeat_ns != 0 && !firing.empty() && at_ns >= SaturatingSum(group->second.told_ns, grouping_.repeat_ns);
  if (news || repeats) {
    ++told_;
    group->second.told_ns = at_ns;
    std::vector<const Alert*> alerts = firing;
    alerts.insert(alerts.end(), resolved.begin(), resolved.end());
    tell(event_.Make({.group = group->first, .alerts = alerts, .at_ns = at_ns, .generation = generation}));
  }
  for (const Alert* alert : firing) {
    Held& held = alerts_.at(alert->id);
    held.told = true;
    held.told_flapping = alert->flapping;
  }
  for (const Alert* alert : resolved) {
    const std::string id = alert->id;
    group->second.alerts.erase(id);
    alerts_.erase(id);
  }
  const bool again = grouping_.repeat_ns != 0 && !firing.empty();
  SetDue(group, again ? SaturatingSum(group->second.told_ns, grouping_.repeat_ns) : kNever);
  if (group->second.alerts.empty()) groups_.erase(group);
}

AlertNotices::Kept AlertNotices::Keep() const {
  Kept kept{.groups = {}, .told = told_};
  std::map<std::uint64_t, Groups::const_iterator> in_order;
  for (auto group = groups_.begin(); group != groups_.end(); ++group) in_order.emplace(group->second.number, group);
  for (const auto& [number, group] : in_order) {
    KeptGroup& made = kept.groups.emplace_back();
    made.key = group->first;
    made.due_ns = group->second.due_ns;
    made.told_ns = group->second.told_ns;
    for (const std::string& id : group->second.alerts) made.alerts.push_back(alerts_.at(id));
  }
  return kept;
}

void AlertNotices::Restore(Kept kept, std::uint64_t at_ns) {
  silence_change_ns_ = mutes_.NextChange(at_ns);
  told_ = kept.told;
  for (KeptGroup& before : kept.groups) {
    for (KeptAlert& alert : before.alerts) {
      const bool fires = Fires(alert.alert);
      const std::string id = alert.alert.id;
      const auto group = Join(std::move(alert));
      if (fires) mutes_.Add(alerts_.at(id).marks);
      group->second.told_ns = std::max(group->second.told_ns, before.told_ns);
      if (group->first == before.key) SetDue(group, std::max(before.due_ns, at_ns));
    }
  }
  // Under the same rules all that follows is due already, and not later; under others there may be news, or repeats.
  for (auto group = groups_.begin(); group != groups_.end(); ++group) {
    const bool news = std::ranges::any_of(group->second.alerts,
                                          [&](const std::string& id) { return HasNews(alerts_.at(id), at_ns); });
    if (news) Wake(group, at_ns);
    if (grouping_.repeat_ns == 0 || group->second.told_ns == 0) continue;
    const std::uint64_t repeat_ns = SaturatingSum(group->second.told_ns, grouping_.repeat_ns);
    SetDue(group, std::min(group->second.due_ns, std::max(at_ns, repeat_ns)));
  }
}

std::uint64_t AlertNotices::muted(std::uint64_t at_ns) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(alerts_, [&](const auto& entry) {
    return Fires(entry.second.alert) && mutes_.Muted(entry.second.marks, at_ns);
  }));
}

}  // namespace vexevt
