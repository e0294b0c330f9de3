// LoopGuard: tells the events that our own actions have caused, so that nothing is acted on that acting has brought
// about. An event is ours when
// - one of its causes, or it itself, is an event that we made, or it bears the flag `caused`;
// - its process is ours, an action's, or descends from one, whatever has ended in between: orphans come to us
//   (orphans.h), and whoever was seen to descend from us is known for kLingerNs after;
// - it is a match that shows such a process (attr.pid, attr.STEP.pid);
// - its process is in the control group that has our actions in it.
//
// Descent is learnt from the parent that an event names, and by asking for the parents of a process as long as it
// lives. Who has ended before its event is looked at is known by its parent alone.
//
// Bounded (recent_pids.h). Pure but for the look-up of parents, which is passed in. Time is ns of any clock that does
// not go back, passed in. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/react/recent_pids.h"

namespace vexevt {

// The parent of a process of this host, by /proc; nullopt: it has ended.
std::optional<std::uint32_t> ParentOfProcess(std::uint32_t pid);

// Our control group where systemd started us as a service's main process, so that it has nothing in it but us and what
// we started; else empty.
std::string OwnServiceCgroup();

class LoopGuard {
 public:
  static constexpr std::uint64_t kLingerNs = 10'000'000'000;   // events of what has ended come so much later
  static constexpr std::uint64_t kStrangerNs = 1'000'000'000;  // so long a process that is not ours is taken for that

  using ParentOf = std::function<std::optional<std::uint32_t>(std::uint32_t pid)>;

  // `self`: our own process. `host`: as events of this host name it; those that name another are not of processes here.
  LoopGuard(std::uint32_t self, std::string host, ParentOf parent_of)
      : self_(self), host_(std::move(host)), parent_of_(std::move(parent_of)) {}

  // The process of an action.
  void Began(std::uint32_t pid);
  void Ended(std::uint32_t pid, std::uint64_t now_ns);

  // The source of the ids of events that we make, or made before we were started again (id_source.h).
  void AddSource(std::uint64_t source) { sources_.push_back(source); }
  // A control group that has nothing in it but us and our actions; empty: none.
  void SetCgroup(std::string path) { cgroup_ = std::move(path); }

  // Some nanoseconds before the first action, and for a process that is known to be ours, or not to be.
  bool IsOurs(const EventView& event, std::uint64_t now_ns);

 private:
  bool IsMade(const EventView& event) const;
  bool IsInCgroup(const EventView& event) const;
  bool IsOfTree(const EventView& event, std::uint64_t now_ns);
  bool IsProcessOurs(std::uint32_t pid, std::optional<std::uint32_t> parent, std::uint64_t now_ns);
  bool IsKnown(std::uint32_t pid, std::uint64_t now_ns) const {
    return pid == self_ || actions_.contains(pid) || ours_.Has(pid, now_ns);
  }

  std::uint32_t self_;
  std::string host_;
  ParentOf parent_of_;
  std::vector<std::uint64_t> sources_;
  std::string cgroup_;
  bool has_acted_ = false;
  std::unordered_set<std::uint32_t> actions_;  // that go on
  RecentPids ours_, strangers_;
};

}  // namespace vexevt
