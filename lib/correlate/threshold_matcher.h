// ThresholdMatcher: tells when a measure of the events in a window that ends with the present event is beyond a limit.
//
// Amounts (count, distinct, sum): a match takes its events out of the window, so that the next one needs as much again.
// Levels (mean, percentile, rate): told when the limit is passed, and again only once it has not been in between. A
// percentile wants as many values as tell it from the largest; a rate wants two whole windows since the first event,
// and a window before that had none counts as one.
//
// Of each key no more is kept than makes a match, and of what has a field or a window before, the events of the
// windows. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/packing.h"
#include "lib/base/status.h"
#include "lib/correlate/found.h"
#include "lib/correlate/key_map.h"
#include "lib/correlate/pattern.h"
#include "lib/correlate/type_set.h"
#include "lib/event/event_view.h"
#include "lib/expr/condition.h"
#include "lib/rules/event_key.h"
#include "lib/rules/keyed_state.h"

namespace vexevt {

class ThresholdMatcher {
 public:
  // As SequenceMatcher::Compile.
  static Result<ThresholdMatcher> Compile(const Pattern& pattern, const NamedLists& lists);

  std::optional<TypeSet> types() const;
  bool asks_for_matches() const { return AsksForMatches(when_); }

  // `now_ns` is never less than before.
  void See(const EventView& event, std::uint64_t now_ns, FoundSink& sink);

  // Events are missing here: a level of a window over them is uncertain. More than a limit stays more, whatever is
  // missing.
  void SeeGap(std::uint64_t now_ns) { gap_ns_ = now_ns; }

  std::size_t partials() const { return counted_; }  // events that are kept in mind
  std::uint64_t evicted() const { return evicted_; }
  std::uint64_t suppressed() const { return suppressed_; }

  // As SequenceMatcher's.
  void Save(Packer* packer) const;
  bool Load(std::uint64_t now_ns, Unpacker* unpacker);

 private:
  static constexpr std::uint32_t kNone = KeyMap::kNone;

  // An event that counts, in a list of its key's from the oldest to the newest.
  struct Counted {
    std::uint64_t value = 0;  // kDistinct: the hash of what is counted; where values are measured: its double's bits
    std::uint64_t time_ns = 0;
    EventId id;
    std::uint32_t older = kNone, newer = kNone;
  };

  // Keys stand in a list, too, from the one that saw an event longest ago.
  struct Window {
    std::uint64_t key = 0, last_ns = 0;
    std::uint32_t oldest = kNone, newest = kNone, count = 0;
    std::uint32_t earlier = kNone, later = kNone;
    KeyMap values;                    // kDistinct: to a place in counted events
    double sum = 0;                   // kSum, kMean
    std::uint32_t beyond = 0;         // kPercentile: of the events, those beyond the limit
    std::uint32_t present = kNone;    // kRate: the oldest event that is not of the window before,
    std::uint32_t present_count = 0;  // and how many those are from it on
    bool passed = false;              // a level: the limit is
  };

  ThresholdMatcher() = default;

  bool IsLevel() const { return measure_ >= Measure::kMean; }
  bool Measures() const { return measure_ >= Measure::kSum && measure_ <= Measure::kPercentile; }
  bool Beyond(double value, double limit) const { return or_equal_ ? value >= limit : value > limit; }
  bool IsPassed(const Window& window, std::uint64_t now_ns) const;
  double Level(const Window& window) const;
  void Weigh(Window* window, const Counted& counted, int sign) const;
  Window& Touch(std::uint64_t key, std::uint64_t now_ns);
  std::uint32_t AddWindow(std::uint64_t key);
  std::uint32_t AddEvent();
  void Expire(Window* window, std::uint64_t now_ns);
  void Append(Window* window, std::uint32_t place);
  void Unlink(Window* window, std::uint32_t place);
  void Remove(Window* window, std::uint32_t place);
  void Link(std::uint32_t place);
  void Unlink(std::uint32_t place);
  void Forget(std::uint32_t place);
  void Tell(Window* window, const EventView& event, std::uint64_t now_ns, FoundSink& sink);

  Condition when_;
  Measure measure_ = Measure::kCount;
  bool distinct_ = false;
  std::uint32_t least_ = 1;
  double limit_ = 0;
  bool or_equal_ = false;
  std::uint32_t percent_ = 0;
  EarlierField measured_;
  std::uint64_t within_ns_ = 0, suppress_ns_ = 0;
  std::uint64_t kept_ns_ = 0;  // so long an event is kept
  std::size_t most_ = 0;
  EventKey key_, value_;
  bool keyed_ = false;
  std::vector<std::pair<std::string, EarlierField>> shown_key_;

  std::vector<Counted> events_;
  std::vector<std::uint32_t> free_events_;
  KeyMap keys_;  // to a place in windows_
  std::vector<Window> windows_;
  std::vector<std::uint32_t> free_windows_;
  std::uint32_t earliest_ = kNone, latest_ = kNone;
  std::vector<EventId> causes_;
  std::vector<BoundValue> values_;
  struct Told {
    std::uint64_t time_ns = 0;
  };
  KeyedState<Told> told_;
  std::optional<std::uint64_t> begun_ns_, gap_ns_;  // when the first event came, and where some were missing last
  std::size_t counted_ = 0;
  std::uint64_t evicted_ = 0, suppressed_ = 0;
};

}  // namespace vexevt
