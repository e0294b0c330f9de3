#include "lib/correlate/threshold_matcher.h"

#include "lib/correlate/compile_part.h"

namespace vexevt {

Result<ThresholdMatcher> ThresholdMatcher::Compile(const Pattern& pattern, const NamedLists& lists) {
  ThresholdMatcher matcher;
  const Threshold& threshold = *pattern.threshold;
  std::vector<EarlierField> wanted;
  VEXEVT_ASSIGN(matcher.when_, CompilePart(threshold.when, "", {}, lists, &wanted));
  matcher.distinct_ = threshold.measure == Measure::kDistinct;
  if (matcher.distinct_) matcher.value_ = EventKey({threshold.field});
  matcher.least_ = threshold.least;
  matcher.within_ns_ = pattern.within_ns;
  matcher.suppress_ns_ = pattern.suppress_ns;
  matcher.most_ = pattern.partials;
  matcher.keyed_ = !pattern.by.empty();
  matcher.key_ = EventKey(pattern.by);
  for (const std::string& name : pattern.by) {
    const bool attribute = name.starts_with("attr.");
    matcher.shown_key_.emplace_back(
        name, EarlierField{0, attribute ? nullptr : FindField(name), attribute ? name.substr(5) : ""});
  }
  return matcher;
}

std::optional<TypeSet> ThresholdMatcher::types() const {
  TypeSet types;
  AddTypes(when_, &types);
  return types;
}

void ThresholdMatcher::See(const EventView& event, std::uint64_t now_ns, FoundSink& sink) {
  if (!when_.MayHold(event)) return;
  Window& window = Touch(keyed_ ? key_.Hash(event) : 0, now_ns);
  Expire(&window, now_ns);
  const std::uint64_t value = distinct_ ? value_.Hash(event) : 0;
  std::uint32_t place = distinct_ ? window.values.Find(value) : kNone;
  if (place != kNone) {
    Unlink(&window, place);
  } else if (free_events_.empty()) {
    place = static_cast<std::uint32_t>(events_.size());
    events_.emplace_back();
  } else {
    place = free_events_.back();
    free_events_.pop_back();
  }
  Counted& counted = events_[place];
  counted.value = value;
  counted.time_ns = now_ns;
  counted.id = event.id();
  if (distinct_ && window.values.Find(value) == kNone) window.values.Insert(value, place);
  Append(&window, place);
  if (window.count >= least_) Tell(&window, event, now_ns, sink);
  while (counted_ > most_) {
    evicted_ += windows_[earliest_].count;
    Forget(earliest_);
  }
}

// The window of the key, which is now the one that saw an event last. Those that are over make room.
ThresholdMatcher::Window& ThresholdMatcher::Touch(std::uint64_t key, std::uint64_t now_ns) {
  while (earliest_ != kNone && windows_[earliest_].last_ns + within_ns_ <= now_ns) Forget(earliest_);
  std::uint32_t place = keys_.Find(key);
  if (place == kNone) {
    if (free_windows_.empty()) {
      place = static_cast<std::uint32_t>(windows_.size());
      windows_.emplace_back();
    } else {
      place = free_windows_.back();
      free_windows_.pop_back();
    }
    keys_.Insert(key, place);
    windows_[place].key = key;
    Link(place);
  } else if (place != latest_) {
    Unlink(place);
    Link(place);
  }
  windows_[place].last_ns = now_ns;
  return windows_[place];
}

void ThresholdMatcher::Link(std::uint32_t place) {
  windows_[place].earlier = latest_;
  windows_[place].later = kNone;
  (latest_ == kNone ? earliest_ : windows_[latest_].later) = place;
  latest_ = place;
}

void ThresholdMatcher::Unlink(std::uint32_t place) {
  const Window& window = windows_[place];
  (window.earlier == kNone ? earliest_ : windows_[window.earlier].later) = window.later;
  (window.later == kNone ? latest_ : windows_[window.later].earlier) = window.earlier;
}

void ThresholdMatcher::Forget(std::uint32_t place) {
  Window& window = windows_[place];
  while (window.oldest != kNone) Remove(&window, window.oldest);
  keys_.Erase(window.key);
  Unlink(place);
  free_windows_.push_back(place);
}

void ThresholdMatcher::Append(Window* window, std::uint32_t place) {
  events_[place].older = window->newest;
  events_[place].newer = kNone;
  (window->newest == kNone ? window->oldest : events_[window->newest].newer) = place;
  window->newest = place;
  ++window->count;
  ++counted_;
}

void ThresholdMatcher::Unlink(Window* window, std::uint32_t place) {
  const Counted& counted = events_[place];
  (counted.older == kNone ? window->oldest : events_[counted.older].newer) = counted.newer;
  (counted.newer == kNone ? window->newest : events_[counted.newer].older) = counted.older;
  --window->count;
  --counted_;
}

void ThresholdMatcher::Remove(Window* window, std::uint32_t place) {
  if (distinct_) window->values.Erase(events_[place].value);
  Unlink(window, place);
  free_events_.push_back(place);
}

void ThresholdMatcher::Expire(Window* window, std::uint64_t now_ns) {
  while (window->oldest != kNone && events_[window->oldest].time_ns + within_ns_ <= now_ns) {
    Remove(window, window->oldest);
  }
}

void ThresholdMatcher::Tell(Window* window, const EventView& event, std::uint64_t now_ns, FoundSink& sink) {
  Told* const told = suppress_ns_ > 0 ? &told_.At(window->key) : nullptr;
  if (told && told->time_ns != 0 && now_ns < told->time_ns + suppress_ns_) {
    ++suppressed_;
  } else {
    if (told) told->time_ns = now_ns;
    causes_.clear();
    for (std::uint32_t place = window->oldest; place != kNone; place = events_[place].newer) {
      causes_.push_back(events_[place].id);
    }
    values_.clear();
    for (const auto& [name, field] : shown_key_) values_.push_back({name, ReadEarlierField(event, field)});
    sink.Tell({.causes = causes_, .values = values_, .wall_ns = now_ns});
  }
  while (window->oldest != kNone) Remove(window, window->oldest);
}

}  // namespace vexevt
