// ThresholdMatcher: tells when at least so many events, or so many different values of a field, came within a window
// that ends with the present event. A match takes its events out of the window: the next one needs as many again.
//
// Of each key no more is kept than makes a match. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

  // `now_ns` is never less than before.
  void See(const EventView& event, std::uint64_t now_ns, FoundSink& sink);

  std::size_t partials() const { return counted_; }  // events that are kept in mind
  std::uint64_t evicted() const { return evicted_; }
  std::uint64_t suppressed() const { return suppressed_; }

 private:
  static constexpr std::uint32_t kNone = KeyMap::kNone;

  // An event that counts, in a list of its key's from the oldest to the newest.
  struct Counted {
    std::uint64_t value = 0;  // kDistinct: the hash of what is counted
    std::uint64_t time_ns = 0;
    EventId id;
    std::uint32_t older = kNone, newer = kNone;
  };

  // Keys stand in a list, too, from the one that saw an event longest ago.
  struct Window {
    std::uint64_t key = 0, last_ns = 0;
    std::uint32_t oldest = kNone, newest = kNone, count = 0;
    std::uint32_t earlier = kNone, later = kNone;
    KeyMap values;  // kDistinct: to a place in counted events
  };

  ThresholdMatcher() = default;

  Window& Touch(std::uint64_t key, std::uint64_t now_ns);
  void Expire(Window* window, std::uint64_t now_ns);
  void Append(Window* window, std::uint32_t place);
  void Unlink(Window* window, std::uint32_t place);
  void Remove(Window* window, std::uint32_t place);
  void Link(std::uint32_t place);
  void Unlink(std::uint32_t place);
  void Forget(std::uint32_t place);
  void Tell(Window* window, const EventView& event, std::uint64_t now_ns, FoundSink& sink);

  Condition when_;
  bool distinct_ = false;
  std::uint32_t least_ = 1;
  std::uint64_t within_ns_ = 0, suppress_ns_ = 0;
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
  std::size_t counted_ = 0;
  std::uint64_t evicted_ = 0, suppressed_ = 0;
};

}  // namespace vexevt
