// AlertBoard: all rules of a file at work, from results and events to the events that tell of alerts.
//
// Time is that of the events: what is given comes in its order, results of windows that end at one time before
// AdvanceTo that time. So a recorded stream gives what the live one gave. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/alert_notices.h"
#include "lib/alert/alert_watch.h"
#include "lib/alert/alerts_file.h"
#include "lib/event/id_source.h"

namespace vexevt {

struct AlertTally {
  std::string_view rule;
  std::uint64_t pending = 0, firing = 0;
  std::uint64_t refused = 0;  // looks at alerts for which there was no room
};

class AlertBoard {
 public:
  using Tell = AlertNotices::Tell;

  // `queries`: of file.queries. Failures are told at their place in the file.
  static Result<AlertBoard> Compile(const AlertsFile& file, std::span<const AlertQuery> queries);

  // Events of this time are missing.
  void SeeGap(std::uint64_t since_ns, std::uint64_t until_ns);
  // Events of the input, in the order in which they come.
  void See(const EventView& event, const Tell& tell);

  // A result of a query's window that ends at `end_ns`, and, once all are told, that end.
  void SeeResult(std::size_t query, const EventView& result, std::uint64_t end_ns, bool lower_bound, const Tell& tell);
  void EndWindow(std::size_t query, std::uint64_t end_ns, bool lower_bound, const Tell& tell);

  // So late it is: all windows that end at `now_ns` or before have been given.
  void AdvanceTo(std::uint64_t now_ns, const Tell& tell);
  std::uint64_t due_ns() const;  // when AdvanceTo has something to do; all ones: not before the next event
  // Of alerts for which there was no room: vexevt.lost events.
  void TellLosses(const Tell& tell);
  // No event comes any more: what waits for others of its group is told.
  void Finish(const Tell& tell);

  struct KeptRule {
    std::uint64_t identity = 0;  // of all that the rule says
    std::string name;
    AlertInstances::Kept alerts;
  };
  // All that has come of what was given, between two batches.
  struct Kept {
    std::uint64_t now_ns = 0;
    std::vector<KeptRule> rules;
    AlertNotices::Kept notices;
  };
  Kept Keep() const;
  // Into one that was given nothing, also of other rules: alerts of rules that did not change stay as they are, others
  // that fire are resolved. Gives the names of the rules that had alerts and are no more what they were.
  std::vector<std::string> Restore(Kept kept);
  // The same from a board whose rules these take the place of.
  void TakeOver(const AlertBoard& before);

  std::uint32_t generation() const { return generation_; }
  std::uint64_t told() const { return notices_.told(); }
  std::uint64_t muted() const { return notices_.muted(now_ns_); }
  std::vector<AlertTally> Tally() const;

 private:
  AlertBoard(std::vector<AlertWatch> watches, AlertNotices notices);

  void ComeTo(std::uint64_t at_ns, const Tell& tell);
  AlertInstances::Tell NoticeAt(std::uint64_t at_ns);

  std::vector<AlertWatch> watches_;
  AlertNotices notices_;
  bool sees_events_;                         // some rule has no query
  std::vector<std::uint64_t> refused_told_;  // by watch
  std::uint64_t now_ns_ = 0;
  std::uint32_t generation_ = 1;
  EventIds ids_;
};

}  // namespace vexevt
