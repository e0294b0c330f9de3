// SequenceMatcher: finds the matches of one sequence in a stream of events, by an automaton whose states are what has
// been taken so far.
//
// A partial match has taken some events, stands at a position of the automaton, and waits for some of the next ones
// (its targets). An event that a target's condition holds for makes a new partial match that has taken it. The old one
// lives on without it as long as it has a target whose contiguity lets the event lie between: with `next` none may,
// with `then` one for which the target's condition does not hold, with `then any` any. That is the meaning of Flink
// CEP's next, followedBy and followedByAny.
//
// Not thread-safe. In a steady state nothing is allocated per event.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/packing.h"
#include "lib/base/status.h"
#include "lib/correlate/automaton.h"
#include "lib/correlate/found.h"
#include "lib/correlate/history.h"
#include "lib/correlate/key_map.h"
#include "lib/correlate/pattern.h"
#include "lib/correlate/type_set.h"
#include "lib/event/event_view.h"
#include "lib/expr/condition.h"
#include "lib/rules/event_key.h"
#include "lib/rules/keyed_state.h"

namespace vexevt {

class SequenceMatcher {
 public:
  // `pattern` has been checked. A failure's message is "COLUMN: what is wrong", within the pattern's text.
  static Result<SequenceMatcher> Compile(const Pattern& pattern, const NamedLists& lists);

  // Of these only See has to be told; nullopt: of all.
  std::optional<TypeSet> types() const;
  // Whether it looks for what other patterns find, too.
  bool asks_for_matches() const { return std::ranges::any_of(conditions_, &AsksForMatches); }

  // `now_ns`, the time that it happened, is never less than before.
  void See(const EventView& event, std::uint64_t now_ns, FoundSink& sink);

  // The time has come so far, with or without an event.
  void Advance(std::uint64_t now_ns, FoundSink& sink);
  // Whether time matters while no event of these types comes.
  bool waits_for_time() const { return within_ns_ > 0 && (timeouts_ || ends_in_absence_); }
  // When Advance will have something to do; nullopt: not before the next event.
  std::optional<std::uint64_t> next_deadline_ns() const;

  // Events are missing here.
  void SeeGap() { ++gaps_; }

  std::size_t partials() const { return partials_; }
  std::uint64_t evicted() const { return evicted_; }        // partial matches given up for want of room
  std::uint64_t suppressed() const { return suppressed_; }  // matches not told, see Pattern::suppress_ns

  // What it has seen up to `now_ns`, for one of the same pattern that has seen nothing yet: that goes on in its place.
  // False: it is nothing that Save wrote, and this is of no use any more.
  void Save(Packer* packer) const;
  bool Load(std::uint64_t now_ns, Unpacker* unpacker);

 private:
  static constexpr std::uint32_t kUntil = 32;  // no pattern has more steps

  // What is asked of the events that a position takes.
  struct Asked {
    bool greedy = false, has_until = false;
    bool waits = false;                // is a match once nothing has happened in time
    std::vector<std::uint32_t> keeps;  // places in wanted_
  };

  struct Partial {
    std::uint64_t start = 0;    // number of its first event
    std::uint64_t targets = 0;  // a bit for each position that may come; its own: once more
    std::uint64_t gaps = 0;     // before it began
    std::uint32_t last = History::kNone;
    std::uint32_t count = 0;  // taken by the members of its position
    std::uint16_t at = 0;     // its position
    bool fresh = true;        // no event of the key has come since its last one
    bool waits = false;       // is a match unless something happens in time
  };

  struct KeyPartials {
    std::uint64_t key = 0;
    std::vector<Partial> partials;  // in the order in which they came to be
  };

  struct Start {
    std::uint64_t deadline_ns, key, start;
  };

  struct Completed {
    std::uint64_t start;
    std::uint32_t last;
    std::uint64_t gaps;
  };

  SequenceMatcher() = default;

  Status CompileConditions(const Pattern& pattern, const NamedLists& lists);
  Status CompileSteps(const Pattern& pattern);
  void WantShown(const Pattern& pattern);
  std::uint32_t Want(EarlierField field);

  // Of what begins now; the largest value: none.
  std::uint64_t Deadline(std::uint64_t now_ns) const {
    constexpr std::uint64_t kNever = ~std::uint64_t{0};
    return within_ns_ == 0 || now_ns > kNever - within_ns_ ? kNever : now_ns + within_ns_;
  }
  std::uint64_t Judge(const EventView& event) const;
  bool Holds(std::uint32_t condition, std::uint64_t judged, const EventView& event, std::uint32_t last);
  FieldValue Earlier(std::uint32_t last, std::uint32_t wanted) const;
  void Move(Partial* partial, const EventView& event, std::uint64_t judged);
  void Forbid(Partial* partial, const EventView& event, std::uint64_t judged);
  void Take(std::uint32_t at, const Partial* from, const EventView& event);
  std::uint64_t NotTaken(const StepPosition& position, std::uint32_t last, std::uint32_t count) const;
  void Settle(KeyPartials* of_key, std::uint64_t now_ns, FoundSink& sink);
  std::uint64_t PruneLimit(const Completed& completed) const;
  void Tell(const Completed& completed, std::uint64_t now_ns, bool timed_out, FoundSink& sink);
  KeyPartials& Of(std::uint64_t key);
  template <typename Ended>
  std::size_t Drop(KeyPartials* of_key, Ended ended);
  void ForgetIfEmpty(const KeyPartials& of_key);
  void MakeRoom(std::uint32_t place);
  void DropStaleStarts();
  bool LoadPartials(Unpacker* unpacker);
  bool MayWait(const Partial& partial) const;

  Automaton automaton_;
  std::vector<Asked> asked_;           // of each position
  std::uint64_t moving_ = 0;           // a bit for each condition that partial matches are asked about
  std::vector<Condition> conditions_;  // of each step, then, from kUntil on, what ends it
  std::vector<bool> not_next_;         // of each step: is forbidden right behind only
  std::vector<EarlierField> wanted_;
  std::vector<std::uint32_t> kept_at_;                        // of what is wanted: its place in TakenEvent::values
  std::vector<std::pair<std::string, std::uint32_t>> shown_;  // name and place in wanted_
  // The fields of the key, as the first event has them: for each step its place in wanted_.
  std::vector<std::pair<std::string, std::vector<std::uint32_t>>> shown_key_;
  bool sees_all_ = false;  // events that no condition holds for matter, too
  bool rests_on_absence_ = false, ends_in_absence_ = false;
  EventKey key_;
  bool keyed_ = false;
  std::uint64_t within_ns_ = 0, suppress_ns_ = 0;
  Skip skip_ = Skip::kPastLast;
  std::uint32_t skip_to_ = 0;
  bool timeouts_ = false;
  std::size_t most_by_key_ = 0, most_ = 0;

  History history_;
  KeyMap keys_;  // to a place in pool_
  std::vector<KeyPartials> pool_;
  std::vector<std::uint32_t> free_;
  std::deque<Start> starts_;  // in order; of some that have ended, too
  std::vector<Partial> born_;
  std::vector<Completed> completed_;
  std::vector<FieldValue> earlier_;
  std::vector<EventId> causes_;
  std::vector<BoundValue> values_;
  struct Told {
    std::uint64_t time_ns = 0;
  };
  KeyedState<Told> told_;
  std::uint64_t number_ = 0;  // of the event
  std::uint64_t gaps_ = 0;
  std::size_t partials_ = 0;
  std::uint64_t evicted_ = 0, suppressed_ = 0;
};

}  // namespace vexevt
