#include "lib/correlate/threshold_matcher.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>
#include <variant>

#include "lib/correlate/compile_part.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kWhole = 100'000;  // in thousandths of a per cent

EarlierField FieldNamed(const std::string& name) {
  const bool attribute = name.starts_with("attr.");
  return {0, attribute ? nullptr : FindField(name), attribute ? name.substr(5) : ""};
}

// nullopt: it is no number, or none that can be counted with.
std::optional<double> NumberOf(const FieldValue& value) {
  const auto number = std::visit(
      [](const auto& held) -> double {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) return static_cast<double>(held);
        return std::numeric_limits<double>::quiet_NaN();
      },
      value);
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::string_view NameOf(Measure measure) {
  switch (measure) {
    case Measure::kSum:
      return "sum";
    case Measure::kMean:
      return "mean";
    case Measure::kPercentile:
      return "percentile";
    case Measure::kRate:
      return "rate";
    default:
      return "";
  }
}

}  // namespace

Result<ThresholdMatcher> ThresholdMatcher::Compile(const Pattern& pattern, const NamedLists& lists) {
  ThresholdMatcher matcher;
  const Threshold& threshold = *pattern.threshold;
  std::vector<EarlierField> wanted;
  VEXEVT_ASSIGN(matcher.when_, CompilePart(threshold.when, "", {}, lists, &wanted));
  matcher.measure_ = threshold.measure;
  matcher.distinct_ = threshold.measure == Measure::kDistinct;
  if (matcher.distinct_) matcher.value_ = EventKey({threshold.field});
  matcher.least_ = threshold.least;
  matcher.limit_ = threshold.limit;
  matcher.or_equal_ = threshold.or_equal;
  matcher.percent_ = threshold.percent;
  if (matcher.Measures()) matcher.measured_ = FieldNamed(threshold.field);
  matcher.within_ns_ = pattern.within_ns;
  matcher.kept_ns_ = threshold.measure == Measure::kRate ? 2 * pattern.within_ns : pattern.within_ns;
  matcher.suppress_ns_ = pattern.suppress_ns;
  matcher.most_ = pattern.partials;
  matcher.keyed_ = !pattern.by.empty();
  matcher.key_ = EventKey(pattern.by);
  for (const std::string& name : pattern.by) {
    const EarlierField field = FieldNamed(name);
    matcher.shown_key_.emplace_back(field.field ? name : field.attribute, field);
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
  std::uint64_t value = 0;
  if (distinct_) value = value_.Hash(event);
  if (Measures()) {
    const std::optional<double> number = NumberOf(ReadEarlierField(event, measured_));
    if (!number) return;
    value = std::bit_cast<std::uint64_t>(*number);
  }
  if (!begun_ns_) begun_ns_ = now_ns;
  Window& window = Touch(keyed_ ? key_.Hash(event) : 0, now_ns);
  Expire(&window, now_ns);
  std::uint32_t place = distinct_ ? window.values.Find(value) : kNone;
  if (place != kNone) {
    Unlink(&window, place);
  } else {
    place = AddEvent();
    if (distinct_) window.values.Insert(value, place);
  }
  Counted& counted = events_[place];
  counted.value = value;
  counted.time_ns = now_ns;
  counted.id = event.id();
  Append(&window, place);
  if (!IsPassed(window, now_ns)) {
    window.passed = false;
  } else if (!window.passed) {
    Tell(&window, event, now_ns, sink);
  }
  while (counted_ > most_) {
    evicted_ += windows_[earliest_].count;
    Forget(earliest_);
  }
}

bool ThresholdMatcher::IsPassed(const Window& window, std::uint64_t now_ns) const {
  switch (measure_) {
    case Measure::kCount:
    case Measure::kDistinct:
      return window.count >= least_;
    case Measure::kSum:
      return Beyond(window.sum, limit_);
    case Measure::kMean:
      return Beyond(window.sum, limit_ * window.count);
    case Measure::kPercentile: {
      // The value at the rank is beyond the limit where fewer than so many are not.
      const std::uint64_t rank = (std::uint64_t{percent_} * window.count + kWhole - 1) / kWhole;
      return window.count * (kWhole - percent_) >= kWhole && window.count - window.beyond < rank;
    }
    case Measure::kRate:
      return now_ns - *begun_ns_ >= kept_ns_ &&
             Beyond(window.present_count, limit_ * std::max(window.count - window.present_count, 1u));
  }
  return false;
}

// The measure itself, for people.
double ThresholdMatcher::Level(const Window& window) const {
  switch (measure_) {
    case Measure::kMean:
      return window.sum / window.count;
    case Measure::kPercentile: {
      std::vector<double> values;
      for (std::uint32_t place = window.oldest; place != kNone; place = events_[place].newer) {
        values.push_back(std::bit_cast<double>(events_[place].value));
      }
      const std::uint64_t rank = (std::uint64_t{percent_} * values.size() + kWhole - 1) / kWhole;
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
      std::ranges::nth_element(values, at);
      return *at;
    }
    case Measure::kRate:
      return static_cast<double>(window.present_count) / std::max(window.count - window.present_count, 1u);
    default:
      return window.sum;
  }
}

// An event comes into the window, or goes out of it.
void ThresholdMatcher::Weigh(Window* window, const Counted& counted, int sign) const {
  const double value = std::bit_cast<double>(counted.value);
  if (measure_ == Measure::kPercentile) {
    window->beyond += Beyond(value, limit_) ? static_cast<std::uint32_t>(sign) : 0;
  } else {
    window->sum += sign * value;
  }
}

// The window of the key, which is now the one that saw an event last. Those that are over make room.
ThresholdMatcher::Window& ThresholdMatcher::Touch(std::uint64_t key, std::uint64_t now_ns) {
  while (earliest_ != kNone && windows_[earliest_].last_ns + kept_ns_ <= now_ns) Forget(earliest_);
  std::uint32_t place = keys_.Find(key);
  if (place == kNone) {
    place = AddWindow(key);
  } else if (place != latest_) {
    Unlink(place);
    Link(place);
  }
  windows_[place].last_ns = now_ns;
  return windows_[place];
}

// An empty one, of a key that has none.
std::uint32_t ThresholdMatcher::AddWindow(std::uint64_t key) {
  std::uint32_t place = 0;
  if (free_windows_.empty()) {
    place = static_cast<std::uint32_t>(windows_.size());
    windows_.emplace_back();
  } else {
    place = free_windows_.back();
    free_windows_.pop_back();
  }
  keys_.Insert(key, place);
  Window& window = windows_[place];
  window.key = key;
  window.present = kNone;
  window.present_count = 0;
  window.passed = false;
  Link(place);
  return place;
}

std::uint32_t ThresholdMatcher::AddEvent() {
  if (free_events_.empty()) {
    events_.emplace_back();
    return static_cast<std::uint32_t>(events_.size() - 1);
  }
  const std::uint32_t place = free_events_.back();
  free_events_.pop_back();
  return place;
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
  if (Measures()) Weigh(window, events_[place], 1);
  if (measure_ == Measure::kRate) {
    if (window->present == kNone) window->present = place;
    ++window->present_count;
  }
}

void ThresholdMatcher::Unlink(Window* window, std::uint32_t place) {
  const Counted& counted = events_[place];
  (counted.older == kNone ? window->oldest : events_[counted.older].newer) = counted.newer;
  (counted.newer == kNone ? window->newest : events_[counted.newer].older) = counted.older;
  --window->count;
  --counted_;
  if (Measures()) Weigh(window, counted, -1);
  if (window->count == 0) window->sum = 0;  // of what was rounded nothing stays
}

void ThresholdMatcher::Remove(Window* window, std::uint32_t place) {
  if (distinct_) window->values.Erase(events_[place].value);
  Unlink(window, place);
  free_events_.push_back(place);
}

void ThresholdMatcher::Expire(Window* window, std::uint64_t now_ns) {
  while (window->present != kNone && events_[window->present].time_ns + within_ns_ <= now_ns) {
    window->present = events_[window->present].newer;
    --window->present_count;
  }
  while (window->oldest != kNone && events_[window->oldest].time_ns + kept_ns_ <= now_ns) {
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
    const std::uint32_t first = measure_ == Measure::kRate ? window->present : window->oldest;
    for (std::uint32_t place = first; place != kNone; place = events_[place].newer) {
      causes_.push_back(events_[place].id);
    }
    values_.clear();
    for (const auto& [name, field] : shown_key_) values_.push_back({name, ReadEarlierField(event, field)});
    if (measure_ >= Measure::kSum) values_.push_back({NameOf(measure_), Level(*window)});
    const bool over_gap = gap_ns_ && *gap_ns_ + kept_ns_ > now_ns;
    sink.Tell({.causes = causes_, .values = values_, .wall_ns = now_ns, .uncertain = IsLevel() && over_gap});
  }
  window->passed = IsLevel();
  if (window->passed) return;
  while (window->oldest != kNone) Remove(window, window->oldest);
}

void ThresholdMatcher::Save(Packer* packer) const {
  packer->Put(evicted_);
  packer->Put(suppressed_);
  for (const auto& time_ns : {begun_ns_, gap_ns_}) {
    packer->Put(time_ns.has_value());
    packer->Put(time_ns.value_or(0));
  }
  packer->PutCount(keys_.size());
  for (std::uint32_t at = earliest_; at != kNone; at = windows_[at].later) {
    const Window& window = windows_[at];
    packer->Put(window.key);
    packer->Put(window.last_ns);
    packer->Put(window.sum);
    packer->Put(window.passed);
    packer->PutCount(window.count);
    for (std::uint32_t place = window.oldest; place != kNone; place = events_[place].newer) {
      packer->Put(events_[place].value);
      packer->Put(events_[place].time_ns);
      packer->Put(events_[place].id);
    }
  }
  told_.Save(packer);
}

bool ThresholdMatcher::Load(std::uint64_t now_ns, Unpacker* unpacker) {
  constexpr std::size_t kEventBytes = 2 * sizeof(std::uint64_t) + sizeof(EventId);
  evicted_ = unpacker->Get<std::uint64_t>();
  suppressed_ = unpacker->Get<std::uint64_t>();
  for (std::optional<std::uint64_t>* time_ns : {&begun_ns_, &gap_ns_}) {
    const bool known = unpacker->Get<bool>();
    const auto at_ns = unpacker->Get<std::uint64_t>();
    if (known) *time_ns = at_ns;
  }
  for (std::size_t keys = unpacker->GetCount(4 * sizeof(std::uint64_t)); keys > 0; --keys) {
    const auto key = unpacker->Get<std::uint64_t>();
    if (keys_.Find(key) != kNone) return false;
    Window& window = windows_[AddWindow(key)];
    window.last_ns = unpacker->Get<std::uint64_t>();
    if (window.last_ns > now_ns || !begun_ns_ || *begun_ns_ > window.last_ns) return false;
    const auto sum = unpacker->Get<double>();
    window.passed = unpacker->Get<bool>();
    for (std::size_t count = unpacker->GetCount(kEventBytes); count > 0; --count) {
      const std::uint32_t place = AddEvent();
      Counted& counted = events_[place];
      counted.value = unpacker->Get<std::uint64_t>();
      counted.time_ns = unpacker->Get<std::uint64_t>();
      counted.id = unpacker->Get<EventId>();
      if (Measures() && !std::isfinite(std::bit_cast<double>(counted.value))) return false;
      if (distinct_) {
        if (window.values.Find(counted.value) != kNone) return false;
        window.values.Insert(counted.value, place);
      }
      Append(&window, place);
    }
    Expire(&window, window.last_ns);
    window.sum = sum;  // as it was rounded
  }
  return told_.Load(unpacker) && unpacker->ok();
}

}  // namespace vexevt
