#include "lib/stats/rollup.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/units.h"
#include "lib/event/layout.h"
#include "lib/event/type.h"

namespace vexevt {
namespace {

std::uint64_t Before(std::uint64_t time_ns, std::uint64_t span_ns) { return time_ns - std::min(time_ns, span_ns); }

std::uint64_t After(std::uint64_t time_ns, std::uint64_t span_ns) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(time_ns, span_ns, &sum) ? ~std::uint64_t{0} : sum;
}

}  // namespace

Result<std::unique_ptr<Rollup>> Rollup::Compile(StatsQuery query, const RollupLimits& limits) {
  const WindowShape& windows = query.windows;
  if (windows.kind == WindowKind::kTime &&
      After(limits.lateness_ns, windows.length_ns) / windows.every_ns > kMaxOpenWindows) {
    return InvalidArgument(fmt::format("a lateness of {} would keep more than {} windows open",
                                       PrintDuration(limits.lateness_ns), kMaxOpenWindows));
  }
  VEXEVT_ASSIGN(StatePlan plan, MakeStatePlan(query));
  return std::unique_ptr<Rollup>(new Rollup(std::move(query), std::move(plan), limits));
}

Rollup::Rollup(StatsQuery query, StatePlan plan, const RollupLimits& limits)
    : query_(std::move(query)),
      plan_(std::move(plan)),
      limits_(limits),
      block_(plan_, query_.by),
      merged_(plan_, limits.most_groups),
      table_(plan_, limits.most_groups) {}

void Rollup::See(std::span<const EventView> events, const TellWindow& tell) {
  for (const EventView& event : events) SeeOne(event, tell);
  Settle();
}

void Rollup::SeeOne(const EventView& event, const TellWindow& tell) {
  if (TellsOfStream(event.type())) [[unlikely]] {
    if (event.type() == kVexevtLost) SeeLost(event);
    return;
  }
  newest_ns_ = std::max(newest_ns_, event.wall_ns());
  const std::uint64_t now_ns = Before(newest_ns_, limits_.lateness_ns);
  if (query_.windows.kind == WindowKind::kSession && limits_.lateness_ns > 0) {
    held_.Add(After(event.wall_ns(), limits_.lateness_ns), event.frame(),
              [&](std::span<const std::byte> frame) { TakeHeld(frame, tell); });
    return Advance(now_ns, tell);
  }
  if (now_ns >= due_ns_) [[unlikely]]
    Advance(now_ns, tell);
  now_ns_ = std::max(now_ns_, now_ns);
  Take(event, tell);
}

void Rollup::Take(const EventView& event, const TellWindow& tell) {
  if (query_.windows.kind == WindowKind::kTime) return TakeByTime(event);
  if (query_.windows.kind == WindowKind::kSession) return TakeBySession(event);
  Count(event, &table_);
  const std::uint64_t wall_ns = event.wall_ns();
  table_head_.first_ns = table_head_.events == 0 ? wall_ns : std::min(table_head_.first_ns, wall_ns);
  table_head_.last_ns = std::max(table_head_.last_ns, wall_ns);
  if (++table_head_.events == query_.windows.events) TellOpenTable(false, tell);
}

void Rollup::TakeHeld(std::span<const std::byte> frame, const TellWindow& tell) {
  EventView event;
  if (!EventView::Bind(frame, &event)) return;  // it was bound before
  now_ns_ = std::max(now_ns_, event.wall_ns());
  TellSessions(now_ns_, tell);
  TakeBySession(event);
  Settle();
}

void Rollup::Count(const EventView& event, GroupTable* groups) {
  if (block_.full()) Settle();
  block_.Add(event, groups);
}

void Rollup::Settle() {
  for (const ArrivalBlock::Placed& placed : block_.Settle()) {
    if (placed.row == GroupTable::kOther) ++in_other_;
    if (placed.first && query_.windows.kind == WindowKind::kSession) {
      endings_.emplace(After(placed.event->wall_ns(), query_.windows.gap_ns), placed.row);
    }
  }
  FindDue();
}

void Rollup::TakeByTime(const EventView& event) {
  const std::uint64_t index = event.wall_ns() / query_.windows.every_ns;
  const std::uint64_t over = std::max(next_window_, now_ns_ / query_.windows.every_ns);  // windows before this one are
  if (index < over) {
    ++late_;
    if (over - index >= PanesOfWindow()) return;
  }
  Count(event, &PaneAt(index).groups);
}

void Rollup::TakeBySession(const EventView& event) {
  if (After(event.wall_ns(), query_.windows.gap_ns) <= now_ns_) {
    ++late_;
    return;
  }
  Count(event, &table_);
  // If this is the first of a session, which Settle will know.
  due_ns_ = std::min(due_ns_, After(event.wall_ns(), query_.windows.gap_ns));
}

void Rollup::AdvanceTo(std::uint64_t wall_ns, const TellWindow& tell) {
  newest_ns_ = std::max(newest_ns_, wall_ns);
  Advance(Before(newest_ns_, limits_.lateness_ns), tell);
}

void Rollup::Advance(std::uint64_t now_ns, const TellWindow& tell) {
  Settle();
  if (query_.windows.kind == WindowKind::kSession) {
    held_.TakeDue(After(now_ns, limits_.lateness_ns), [&](std::span<const std::byte> frame) { TakeHeld(frame, tell); });
    TellSessions(now_ns, tell);
  } else if (query_.windows.kind == WindowKind::kTime) {
    while (!panes_.empty() && EndOf(NextWindow()) <= now_ns) TellNextWindow(tell);
    next_window_ = std::max(next_window_, now_ns / query_.windows.every_ns);
  }
  now_ns_ = std::max(now_ns_, now_ns);
  FindDue();
}

void Rollup::Finish(const TellWindow& tell) {
  switch (query_.windows.kind) {
    case WindowKind::kTime:
      while (!panes_.empty()) TellNextWindow(tell);
      break;
    case WindowKind::kSession:
      held_.TakeDue(kNever, [&](std::span<const std::byte> frame) { TakeHeld(frame, tell); });
      TellSessions(kNever, tell);
      break;
    default:
      if (table_head_.events > 0) TellOpenTable(false, tell);
  }
  FindDue();
}

void Rollup::TellPartial(const TellWindow& tell) {
  switch (query_.windows.kind) {
    case WindowKind::kTime:
      if (panes_.empty()) return;
      // One is open even where no event of it came since the last one was told.
      for (std::uint64_t window = NextWindow(), last = std::max(window, panes_.back()->index); window <= last;
           ++window) {
        TellWindowOf(window, true, tell);
      }
      break;
    case WindowKind::kSession:
      for (std::uint32_t row = 0; row < table_.rows(); ++row) {
        if (table_.InUse(row)) TellSession(row, true, tell);
      }
      break;
    default:
      if (table_head_.events > 0) TellOpenTable(true, tell);
  }
}

std::optional<std::uint64_t> Rollup::next_deadline_ns() const {
  std::uint64_t due_ns = due_ns_;
  if (const auto held = held_.next_due_ns()) due_ns = std::min(due_ns, Before(*held, limits_.lateness_ns));
  if (due_ns == kNever) return std::nullopt;
  return After(due_ns, limits_.lateness_ns);
}

void Rollup::FindDue() {
  due_ns_ = kNever;
  if (query_.windows.kind == WindowKind::kTime && !panes_.empty()) due_ns_ = EndOf(NextWindow());
  if (!endings_.empty()) due_ns_ = endings_.top().first;
}

// The panes are few, and nearly every event goes to the last one.
Rollup::Pane& Rollup::PaneAt(std::uint64_t index) {
  auto at = panes_.end();
  while (at != panes_.begin() && (*std::prev(at))->index >= index) --at;
  if (at != panes_.end() && (*at)->index == index) return **at;
  std::unique_ptr<Pane> pane;
  if (spare_panes_.empty()) {
    pane = std::make_unique<Pane>(Pane{index, GroupTable(plan_, limits_.most_groups)});
  } else {
    pane = std::move(spare_panes_.back());
    spare_panes_.pop_back();
    pane->index = index;
  }
  Pane& added = *pane;
  panes_.insert(at, std::move(pane));
  FindDue();
  return added;
}

std::uint64_t Rollup::EndOf(std::uint64_t index) const {
  std::uint64_t end_ns = 0;
  return __builtin_mul_overflow(index + 1, query_.windows.every_ns, &end_ns) ? kNever : end_ns;
}

std::uint64_t Rollup::NextWindow() const { return std::max(next_window_, panes_.front()->index); }

void Rollup::TellNextWindow(const TellWindow& tell) {
  const std::uint64_t window = NextWindow();
  TellWindowOf(window, false, tell);
  next_window_ = window + 1;
  while (!panes_.empty() && panes_.front()->index + PanesOfWindow() <= next_window_) {
    panes_.front()->groups.Clear();
    if (spare_panes_.size() < kMostSparePanes) spare_panes_.push_back(std::move(panes_.front()));
    panes_.erase(panes_.begin());
  }
}

void Rollup::TellWindowOf(std::uint64_t index, bool partial, const TellWindow& tell) {
  const std::uint64_t end_ns = EndOf(index);
  const std::uint64_t begin_ns = Before(end_ns, query_.windows.length_ns);
  const ToldWindow window{.begin_ns = begin_ns,
                          .end_ns = end_ns,
                          .span_ns = query_.windows.length_ns,
                          .lower_bound = GapTouches(begin_ns, end_ns),
                          .partial = partial,
                          .cut = end_ns > newest_ns_};
  if (PanesOfWindow() == 1) {
    for (const auto& pane : panes_) {
      if (pane->index == index) TellTable(&pane->groups, window, tell);
    }
    return;
  }
  merged_.Clear();
  for (const auto& pane : panes_) {
    if (pane->index <= index && index - pane->index < PanesOfWindow()) merged_.Merge(pane->groups);
  }
  TellTable(&merged_, window, tell);
}

void Rollup::TellTable(GroupTable* groups, ToldWindow window, const TellWindow& tell) {
  rows_.clear();
  for (std::uint32_t row = 0; row < groups->rows(); ++row) {
    if (groups->InUse(row)) rows_.push_back(row);
  }
  if (rows_.empty()) return;
  window.groups = groups;
  window.rows = rows_;
  tell(window);
}

void Rollup::TellOpenTable(bool partial, const TellWindow& tell) {
  Settle();
  TellTable(&table_,
            {.begin_ns = table_head_.first_ns,
             .end_ns = table_head_.last_ns,
             .span_ns = table_head_.last_ns - table_head_.first_ns,
             .lower_bound = table_has_gap_,
             .partial = partial,
             .cut = table_head_.events < query_.windows.events},
            tell);
  if (partial) return;
  table_.Clear();
  table_head_ = {};
  table_has_gap_ = false;
}

void Rollup::TellSessions(std::uint64_t now_ns, const TellWindow& tell) {
  while (!endings_.empty() && endings_.top().first <= now_ns) {
    const auto [due_ns, row] = endings_.top();
    endings_.pop();
    const std::uint64_t end_ns = After(HeadOf(table_.State(row)).last_ns, query_.windows.gap_ns);
    if (end_ns > now_ns) {
      endings_.emplace(end_ns, row);
      continue;
    }
    TellSession(row, false, tell);
    table_.Erase(row);
  }
  FindDue();
}

void Rollup::TellSession(std::uint32_t row, bool partial, const TellWindow& tell) {
  const GroupHead head = HeadOf(table_.State(row));
  tell({.begin_ns = head.first_ns,
        .end_ns = head.last_ns,
        .span_ns = head.last_ns - head.first_ns,
        // What is missing may have been its first event, or its last.
        .lower_bound =
            GapTouches(Before(head.first_ns, query_.windows.gap_ns), After(head.last_ns, query_.windows.gap_ns)),
        .partial = partial,
        .cut = After(head.last_ns, query_.windows.gap_ns) > newest_ns_,
        .groups = &table_,
        .rows = {&row, 1}});
}

void Rollup::SeeLost(const EventView& event) {
  const bool told = event.payload_tag() == layout::kPayloadGapTagValue;
  std::uint64_t since_ns = told ? event.Get<std::uint64_t>(layout::kPayloadGapSinceNs) : 0;
  if (since_ns == 0) since_ns = newest_ns_;
  SeeGap(std::min(since_ns, event.wall_ns()), event.wall_ns());
}

void Rollup::SeeGap(std::uint64_t since_ns, std::uint64_t until_ns) {
  table_has_gap_ = true;
  gaps_.push_back({since_ns, until_ns});
  if (gaps_.size() <= kMostGaps) return;
  gaps_[1].since_ns = std::min(gaps_[0].since_ns, gaps_[1].since_ns);
  gaps_[1].until_ns = std::max(gaps_[0].until_ns, gaps_[1].until_ns);
  gaps_.erase(gaps_.begin());
}

bool Rollup::GapTouches(std::uint64_t begin_ns, std::uint64_t end_ns) const {
  return std::ranges::any_of(gaps_, [&](const Gap& gap) { return gap.since_ns < end_ns && gap.until_ns >= begin_ns; });
}

}  // namespace vexevt
