// AlertInstances: the alerts of one rule, by key, and how they go from inactive to pending, to firing, to resolved.
//
// Time is that of the events, in ns, passed in; it does not go back. What each look at a key tells is three-valued:
// where events are missing nothing may be known, and then nothing changes.
//
//   inactive  holds                                    pending, or firing where `for` is 0
//   pending   holds, and has for `for`                 firing
//   pending   does not hold                            inactive
//   firing    cleared, and not held since for          resolved, but not before a flapping one has come to rest
//             `keep_firing_for`
//
// Bounded: so many alerts at most; what comes beyond is counted. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lib/alert/alert.h"
#include "lib/alert/alerts_file.h"
#include "lib/expr/result_condition.h"

namespace vexevt {

struct AlertTimes {
  std::uint64_t for_ns = 0, keep_firing_ns = 0;
  // Looked at by windows of this length, one of which ends every every_ns; 0: by single events. Of those nothing but a
  // further event can say that the condition holds no more.
  std::uint64_t every_ns = 0, length_ns = 0;
  bool momentary = false;  // by events: it holds at the time of an event alone
  AlertDamping damping;
  std::uint32_t most = 10'000;
};

class AlertInstances {
 public:
  enum class State : std::uint8_t { kInactive, kPending, kFiring };

  struct Instance {
    Alert alert;
    State state = State::kInactive;
    std::uint64_t judged_ns = 0;    // the end of the last window that told of it
    std::uint64_t released_ns = 0;  // from when on it does not hold; 0: it does
    double penalty = 0;             // as of penalty_ns
    std::uint64_t penalty_ns = 0;
    // For AlertInstances alone: as they are counted in due_ and awaiting_.
    std::uint64_t due_ns = ~std::uint64_t{0};
    bool awaits_window = false;
  };

  using Map = std::map<std::string, Instance, std::less<>>;  // in the order of keys, so that a replay tells in the same

  // All that has come of looks, for a later run, or one beside other rules.
  struct Kept {
    Map instances;
    std::uint64_t window_ns = 0, gap_since_ns = 0, gap_until_ns = 0;
    std::uint64_t refused = 0;
  };

  // An alert that fires, again where it has something new to say, or that is resolved. It must not call back.
  using Tell = std::function<void(const Alert&)>;

  explicit AlertInstances(const AlertTimes& times) : times_(times) {}

  // nullptr: nothing is known of the key.
  Instance* Find(std::string_view key);
  // nullptr: there are too many; that is counted.
  Instance* FindOrAdd(std::string_view key);

  // What was found of a known key at `at_ns`. Where it holds, the alert says so already. The instance may be gone
  // afterwards.
  void Judge(std::string_view key, Truth holds, Truth clears, std::uint64_t at_ns, const Tell& tell);
  // A window is over: the known keys of which nothing was found had no event in it, or, where events are missing,
  // maybe.
  void EndWindow(std::uint64_t end_ns, bool lower_bound, const Tell& tell);
  // Events of this time are missing.
  void SeeGap(std::uint64_t since_ns, std::uint64_t until_ns);

  // What time alone brings about, in its order: among it the end of windows that had no event at all.
  void AdvanceTo(std::uint64_t now_ns, const Tell& tell);
  std::uint64_t due_ns() const;  // when AdvanceTo has something to do; kNever: not before a look

  Kept Keep() const { return {instances_, window_ns_, gap_since_ns_, gap_until_ns_, refused_}; }
  // Of the same rule, into one that knows nothing.
  void Restore(Kept kept);

  std::uint64_t count(State state) const { return counts_[static_cast<std::size_t>(state)]; }
  std::uint64_t refused() const { return refused_; }

  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

 private:
  void Set(Instance* instance, State state);
  void Hold(Instance* instance, std::uint64_t at_ns, const Tell& tell);
  void Fire(Instance* instance, std::uint64_t at_ns, const Tell& tell);
  void AddPenalty(Instance* instance, std::uint64_t at_ns);
  std::uint64_t ReachesAt(const Instance& instance, double penalty) const;
  std::uint64_t EndOf(const Instance& instance) const;
  std::uint64_t DueOf(const Instance& instance) const;
  Map::iterator Pass(Map::iterator at, std::uint64_t at_ns, const Tell& tell);
  void SetDue(Map::iterator at, std::uint64_t due_ns);
  bool AwaitsWindow(const Instance& instance) const;
  std::uint64_t NextWindow() const;

  AlertTimes times_;
  Map instances_;
  std::array<std::uint64_t, 3> counts_{};                     // by state
  std::set<std::pair<std::uint64_t, std::string_view>> due_;  // when something comes due of which key; borrowed
  std::size_t awaiting_ = 0;     // instances that the end of a window without an event would change
  std::uint64_t window_ns_ = 0;  // the end of the last window
  std::uint64_t gap_since_ns_ = 0, gap_until_ns_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace vexevt
