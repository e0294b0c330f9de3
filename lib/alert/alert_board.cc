#include "lib/alert/alert_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/event/lost_event.h"
#include "lib/rules/compile.h"

namespace vexevt {

Result<AlertBoard> AlertBoard::Compile(const AlertsFile& file, std::span<const AlertQuery> queries) {
  VEXEVT_ASSIGN(const NamedLists lists, LoadLists(file.document, file.lists));
  std::vector<AlertWatch> watches;
  std::vector<std::string> labels = {"alert"};
  for (const AlertRule& rule : file.rules) {
    VEXEVT_ASSIGN(AlertWatch watch,
                  AlertWatch::Compile(file, rule, rule.query ? &queries[*rule.query] : nullptr, lists));
    std::ranges::move(watch.LabelNames(), std::back_inserter(labels));
    watches.push_back(std::move(watch));
  }
  VEXEVT_ASSIGN(AlertMutes mutes, AlertMutes::Compile(file, lists, labels));
  return AlertBoard(std::move(watches), AlertNotices(file.grouping, std::move(mutes)));
}

AlertBoard::AlertBoard(std::vector<AlertWatch> watches, AlertNotices notices)
    : watches_(std::move(watches)),
      notices_(std::move(notices)),
      sees_events_(std::ranges::any_of(watches_, [](const AlertWatch& watch) { return !watch.query(); })),
      refused_told_(watches_.size()) {}

AlertInstances::Tell AlertBoard::NoticeAt(std::uint64_t at_ns) {
  return [this, at_ns](const Alert& alert) { notices_.See(alert, std::max(at_ns, now_ns_)); };
}

void AlertBoard::SeeGap(std::uint64_t since_ns, std::uint64_t until_ns) {
  for (AlertWatch& watch : watches_) watch.instances().SeeGap(since_ns, until_ns);
}

void AlertBoard::See(const EventView& event, const Tell& tell) {
  const std::uint64_t at_ns = std::max(event.wall_ns(), now_ns_);
  if (event.type() == kVexevtLost) {
    const auto since_ns = event.Get<std::uint64_t>(layout::kPayloadGapSinceNs);
    SeeGap(since_ns != 0 ? since_ns : now_ns_, event.wall_ns());
  }
  if (!sees_events_) return;
  ComeTo(at_ns, tell);
  const AlertInstances::Tell notice = NoticeAt(at_ns);
  for (AlertWatch& watch : watches_) {
    if (!watch.query()) watch.See(event, at_ns, false, notice);
  }
}

void AlertBoard::SeeResult(std::size_t query, const EventView& result, std::uint64_t end_ns, bool lower_bound,
                           const Tell& tell) {
  ComeTo(end_ns, tell);
  for (AlertWatch& watch : watches_) {
    if (watch.query() == query) watch.See(result, end_ns, lower_bound, NoticeAt(end_ns));
  }
}

void AlertBoard::EndWindow(std::size_t query, std::uint64_t end_ns, bool lower_bound, const Tell& tell) {
  ComeTo(end_ns, tell);
  for (AlertWatch& watch : watches_) {
    if (watch.query() == query) watch.instances().EndWindow(end_ns, lower_bound, NoticeAt(end_ns));
  }
}

std::uint64_t AlertBoard::due_ns() const {
  std::uint64_t due = notices_.due_ns();
  for (const AlertWatch& watch : watches_) due = std::min(due, watch.instances().due_ns());
  return due;
}

// What is due before `at_ns`: what is found at that time comes before what is due then.
void AlertBoard::ComeTo(std::uint64_t at_ns, const Tell& tell) {
  if (at_ns > now_ns_) AdvanceTo(at_ns - 1, tell);
}

void AlertBoard::AdvanceTo(std::uint64_t now_ns, const Tell& tell) {
  for (std::uint64_t due = due_ns(); due <= now_ns && due != AlertInstances::kNever; due = due_ns()) {
    now_ns_ = std::max(now_ns_, due);
    for (AlertWatch& watch : watches_) watch.instances().AdvanceTo(due, NoticeAt(due));
    notices_.AdvanceTo(due, generation_, tell);
  }
  now_ns_ = std::max(now_ns_, now_ns);
}

void AlertBoard::Finish(const Tell& tell) { notices_.Finish(now_ns_, generation_, tell); }

void AlertBoard::TellLosses(const Tell& tell) {
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    const std::uint64_t refused = watches_[i].instances().refused();
    if (refused == refused_told_[i]) continue;
    const std::string cause = fmt::format("alert '{}': more alerts at once than its limit", watches_[i].name());
    tell(LostEvent({.cause = cause, .count = refused - refused_told_[i], .boundary = Boundary::kAnalytics}, &ids_,
                   {.wall_ns = now_ns_, .mono_ns = 0}));
    refused_told_[i] = refused;
  }
}

AlertBoard::Kept AlertBoard::Keep() const {
  Kept kept{.now_ns = now_ns_, .rules = {}, .notices = notices_.Keep()};
  for (const AlertWatch& watch : watches_) {
    kept.rules.push_back({watch.identity(), watch.name(), watch.instances().Keep()});
  }
  return kept;
}

std::vector<std::string> AlertBoard::Restore(Kept kept) {
  std::vector<std::string> changed;
  now_ns_ = kept.now_ns;
  notices_.Restore(std::move(kept.notices), now_ns_);
  const AlertInstances::Tell notice = NoticeAt(now_ns_);
  for (KeptRule& rule : kept.rules) {
    const auto same = std::ranges::find(watches_, rule.identity, &AlertWatch::identity);
    if (same != watches_.end()) {
      refused_told_[static_cast<std::size_t>(same - watches_.begin())] = rule.alerts.refused;
      same->instances().Restore(std::move(rule.alerts));
      continue;
    }
    if (!rule.alerts.instances.empty()) changed.push_back(std::move(rule.name));
    for (auto& [key, instance] : rule.alerts.instances) {
      if (instance.state != AlertInstances::State::kFiring) continue;
      instance.alert.resolved_ns = now_ns_;
      notice(instance.alert);
    }
  }
  return changed;
}

void AlertBoard::TakeOver(const AlertBoard& before) {
  Restore(before.Keep());
  generation_ = before.generation_ + 1;
}

std::vector<AlertTally> AlertBoard::Tally() const {
  std::vector<AlertTally> tallies;
  for (const AlertWatch& watch : watches_) {
    const AlertInstances& instances = watch.instances();
    tallies.push_back({.rule = watch.name(),
                       .pending = instances.count(AlertInstances::State::kPending),
                       .firing = instances.count(AlertInstances::State::kFiring),
                       .refused = instances.refused()});
  }
  return tallies;
}

}  // namespace vexevt
