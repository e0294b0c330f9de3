// Rollup: the aggregates of one stream, by group and window, in the order of the events' own time.
//
// Time goes by the events, so that a recorded stream gives what the live one gave: a window is told once an event has
// come that is `lateness` younger than the window's end. An event that comes later than that is counted as late, and is
// in those of its windows alone that have not been told. Windows without an event are not told.
//
// Of groups there are `most_groups` at most in each window; the events of others make up the group `other`. Where
// events are missing (a vexevt.lost event), the windows that the gap touches are lower bounds.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/packing.h"
#include "lib/base/status.h"
#include "lib/event/event_view.h"
#include "lib/stats/arrival_block.h"
#include "lib/stats/group_table.h"
#include "lib/stats/query.h"
#include "lib/stream/delay_queue.h"

namespace vexevt {

struct RollupLimits {
  std::uint32_t most_groups = 100'000;
  std::uint64_t lateness_ns = 0;
};

// A window that is over, or, with `partial`, as far as it has come. Valid during the call.
struct ToldWindow {
  std::uint64_t begin_ns = 0, end_ns = 0;  // from begin to before end; of all but kTime to the last event
  std::uint64_t span_ns = 0;               // by which rates go
  bool lower_bound = false;
  bool partial = false;
  bool cut = false;  // the stream has ended within it
  GroupTable* groups = nullptr;
  std::span<const std::uint32_t> rows;  // those in use
};

class Rollup {
 public:
  using TellWindow = std::function<void(const ToldWindow&)>;

  // kInvalidArgument as ParseStatsQuery says, or without a column where limits and query don't agree.
  static Result<std::unique_ptr<Rollup>> Compile(StatsQuery query, const RollupLimits& limits);

  // Events in their order. Many at once cost less than one by one.
  void See(std::span<const EventView> events, const TellWindow& tell);
  // So late it is, though no event has come that says so.
  void AdvanceTo(std::uint64_t wall_ns, const TellWindow& tell);
  // No event will come any more: windows that are open are told.
  void Finish(const TellWindow& tell);
  // Events of this time are missing.
  void SeeGap(std::uint64_t since_ns, std::uint64_t until_ns);
  // Windows that are open, as far as they have come; they stay open.
  void TellPartial(const TellWindow& tell);

  // When AdvanceTo will have something to tell; nullopt: not before the next event.
  std::optional<std::uint64_t> next_deadline_ns() const;
  std::uint64_t newest_ns() const { return newest_ns_; }  // of the events that were seen

  // Windows of time that are open, as bytes, between two batches.
  void Save(Packer* packer);
  // Into one of the same query that has seen nothing. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

  std::uint64_t late() const { return late_; }
  std::uint64_t in_other() const { return in_other_; }  // events that went to the group `other`
  const StatsQuery& query() const { return query_; }
  const StatePlan& plan() const { return plan_; }

 private:
  // Of the time from index * every_ns on, every_ns long.
  struct Pane {
    std::uint64_t index = 0;
    GroupTable groups;
  };
  struct Gap {
    std::uint64_t since_ns, until_ns;
  };
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  static constexpr std::size_t kMostSparePanes = 2;
  static constexpr std::size_t kMostGaps = 64;  // beyond them the two earliest are taken for one

  // When a session may be over; it is not, where an event has come since.
  using Ending = std::pair<std::uint64_t, std::uint32_t>;

  Rollup(StatsQuery query, StatePlan plan, const RollupLimits& limits);

  void SeeOne(const EventView& event, const TellWindow& tell);
  void Take(const EventView& event, const TellWindow& tell);
  void TakeByTime(const EventView& event);
  void TakeBySession(const EventView& event);
  void TakeHeld(std::span<const std::byte> frame, const TellWindow& tell);
  void Count(const EventView& event, GroupTable* groups);
  void Settle();
  void Advance(std::uint64_t now_ns, const TellWindow& tell);
  Pane& PaneAt(std::uint64_t index);
  std::uint64_t EndOf(std::uint64_t index) const;
  std::uint64_t NextWindow() const;
  std::uint64_t PanesOfWindow() const { return query_.windows.length_ns / query_.windows.every_ns; }
  void FindDue();
  void TellWindowOf(std::uint64_t index, bool partial, const TellWindow& tell);
  void TellNextWindow(const TellWindow& tell);
  void TellSessions(std::uint64_t now_ns, const TellWindow& tell);
  void TellSession(std::uint32_t row, bool partial, const TellWindow& tell);
  void TellTable(GroupTable* groups, ToldWindow window, const TellWindow& tell);
  void TellOpenTable(bool partial, const TellWindow& tell);
  void SeeLost(const EventView& event);
  bool LoadPane(Unpacker* unpacker);
  bool GapTouches(std::uint64_t begin_ns, std::uint64_t end_ns) const;

  const StatsQuery query_;
  const StatePlan plan_;  // the tables borrow it
  const RollupLimits limits_;
  std::uint64_t newest_ns_ = 0;
  std::uint64_t now_ns_ = 0;       // newest_ns_ less the lateness: before it nothing is open
  std::uint64_t due_ns_ = kNever;  // the now_ns_ at which something is to be told
  std::uint64_t late_ = 0, in_other_ = 0;
  ArrivalBlock block_;  // empty between two calls, and whenever a table is read
  std::vector<std::uint32_t> rows_;
  std::vector<Gap> gaps_;

  // kTime: open panes from the earliest on; the window that ends with the pane of this index is the next to be told.
  std::vector<std::unique_ptr<Pane>> panes_, spare_panes_;
  std::uint64_t next_window_ = 0;
  GroupTable merged_;

  // The others have one table. kSession: a row is a session.
  GroupTable table_;
  bool table_has_gap_ = false;
  GroupHead table_head_;  // of all its groups together
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> endings_;
  DelayQueue held_{std::uint64_t{256} << 20};  // kSession with lateness: sessions grow in order
};

}  // namespace vexevt
