// Which of many alike events pass: by rate, by share, by novelty. All three go by the events' own time and by hashes
// with fixed seeds, so a recorded stream is decided as the live one was. Not thread-safe; nothing is allocated per
// event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/event/edit.h"
#include "lib/event/event_view.h"
#include "lib/rules/event_key.h"
#include "lib/rules/keyed_state.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

std::vector<std::string> FieldNames(const std::vector<PlacedText>& fields);

// Token bucket for each key: it holds at most `burst` tokens, fills at `rate`, an event takes one or is refused.
class RateLimiter {
 public:
  explicit RateLimiter(const Limit& limit);
  bool Admit(const EventView& event);
  std::uint64_t evicted() const { return buckets_.evicted(); }

 private:
  struct Bucket {
    std::uint64_t time_ns = 0;
    double tokens = 0;
  };
  EventKey key_;
  double tokens_per_ns_;
  double burst_;
  bool shared_;  // no fields: one bucket for all events
  KeyedState<Bucket> buckets_;
};

class Sampler {
 public:
  explicit Sampler(const Sample& sample);
  bool Admit(const EventView& event) const { return key_.Hash(event) <= threshold_ && !none_; }

 private:
  EventKey key_;
  std::uint64_t threshold_;
  bool none_;
};

// Says in a copy of `event`, which `editor` has loaded, that it was kept as one of a sample: its attribute sample.rate
// is `rate`, times what it was, where it was sampled before. So each that is kept stands for 1 / sample.rate events.
void MarkSample(const EventView& event, double rate, FrameEditor* editor);

// The first of each key passes, and the next one only when the window since that first has gone by.
class Deduplicator {
 public:
  explicit Deduplicator(const Dedupe& dedupe);
  bool Admit(const EventView& event);
  std::uint64_t evicted() const { return seen_.evicted(); }

 private:
  struct Seen {
    std::uint64_t time_ns = 0;
  };
  EventKey key_;
  std::uint64_t window_ns_;
  KeyedState<Seen> seen_;
};

// What a rule keeps back of the events for which it holds.
struct Admission {
  std::optional<Deduplicator> dedupe;
  std::optional<Sampler> sample;
  std::optional<RateLimiter> limit;

  Admission() = default;
  explicit Admission(const Rule& rule);

  bool Admit(const EventView& event) {
    return (!dedupe || dedupe->Admit(event)) && (!sample || sample->Admit(event)) && (!limit || limit->Admit(event));
  }
  // Keys that were forgotten before their time, to make room: what they would have kept back may have passed.
  std::uint64_t evicted() const { return (dedupe ? dedupe->evicted() : 0) + (limit ? limit->evicted() : 0); }
};

}  // namespace vexevt
