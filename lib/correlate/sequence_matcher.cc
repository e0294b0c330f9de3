#include "lib/correlate/sequence_matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "lib/correlate/compile_part.h"

namespace vexevt {
namespace {

// For each step a bit for those that come in any order with it.
void FindUnordered(const PatternNode& node, std::vector<std::uint64_t>* beside) {
  std::uint64_t members = 0;
  for (const PatternNode& part : node.parts) {
    FindUnordered(part, beside);
    if (node.kind == PatternNode::Kind::kSomeOf) members |= BitOf(part.step);
  }
  ForBits(members, [&](std::uint32_t step) { (*beside)[step] = members; });
}

}  // namespace

Result<SequenceMatcher> SequenceMatcher::Compile(const Pattern& pattern, const NamedLists& lists) {
  SequenceMatcher matcher;
  VEXEVT_TRY(matcher.CompileConditions(pattern, lists));
  VEXEVT_TRY(matcher.CompileSteps(pattern));
  matcher.WantShown(pattern);
  matcher.kept_at_.resize(matcher.wanted_.size());
  for (std::size_t at = 0; at < matcher.asked_.size(); ++at) {
    std::vector<std::uint32_t>& keeps = matcher.asked_[at].keeps;
    for (std::uint32_t i = 0; i < matcher.wanted_.size(); ++i) {
      if (matcher.wanted_[i].name != matcher.automaton_.positions[at].step) continue;
      matcher.kept_at_[i] = static_cast<std::uint32_t>(keeps.size());
      keeps.push_back(i);
    }
  }
  matcher.earlier_.resize(matcher.wanted_.size());
  matcher.key_ = EventKey(pattern.by);
  matcher.keyed_ = !pattern.by.empty();
  matcher.within_ns_ = pattern.within_ns;
  matcher.suppress_ns_ = pattern.suppress_ns;
  matcher.skip_ = pattern.skip;
  const auto skip_to = std::ranges::find(pattern.steps, pattern.skip_to, &PatternStep::name);
  matcher.skip_to_ = static_cast<std::uint32_t>(skip_to - pattern.steps.begin());
  matcher.timeouts_ = pattern.timeouts;
  matcher.most_by_key_ = pattern.partials_by_key;
  matcher.most_ = pattern.partials;
  return matcher;
}

Status SequenceMatcher::CompileConditions(const Pattern& pattern, const NamedLists& lists) {
  std::vector<std::string> names;
  for (const PatternStep& step : pattern.steps) names.push_back(step.name);
  conditions_.resize(kUntil + pattern.steps.size());
  std::vector<std::uint64_t> beside(pattern.steps.size());
  FindUnordered(pattern.shape, &beside);
  for (std::uint32_t i = 0; i < pattern.steps.size(); ++i) {
    const PatternStep& step = pattern.steps[i];
    // An event is asked for once it has been taken.
    const auto compile = [&](const PatternPart& part, std::size_t taken) -> Result<Condition> {
      auto condition = CompilePart(part, step.name, names, lists, &wanted_);
      if (!condition.ok()) return condition;
      for (const std::uint32_t use : condition->uses()) {
        const auto earlier = static_cast<std::uint32_t>(wanted_[use].name);
        const PatternStep& used = pattern.steps[earlier];
        const bool unordered = (beside[i] & BitOf(earlier)) != 0;
        if (earlier < taken && !used.negated && !unordered) continue;
        return InvalidArgument(fmt::format("{}: '{}' {} happened by then", part.at + 1, used.name,
                                           unordered ? "may not have" : "has not"));
      }
      return condition;
    };
    VEXEVT_ASSIGN(conditions_[i], compile(step.when, i));
    if (step.until) {
      VEXEVT_ASSIGN(conditions_[kUntil + i], compile(*step.until, i + 1));
    }
    not_next_.push_back(step.negated && step.link == Contiguity::kStrict);
  }
  return Status::Ok();
}

Status SequenceMatcher::CompileSteps(const Pattern& pattern) {
  VEXEVT_ASSIGN(automaton_, BuildAutomaton(pattern));
  std::uint64_t reached = 0;
  for (const StepPosition& position : automaton_.positions) {
    const PatternStep& step = pattern.steps[position.step];
    Asked& asked = asked_.emplace_back();
    asked.greedy = step.greedy;
    asked.has_until = step.until.has_value();
    asked.waits = std::ranges::any_of(position.absences, &Absence::at_end);
    ends_in_absence_ |= asked.waits;
    rests_on_absence_ |= !position.absences.empty();
    if (position.link == Contiguity::kStrict || position.inner == Contiguity::kStrict) {
      sees_all_ = rests_on_absence_ = true;
    }
    reached |= position.next;
    if (position.most > 1) reached |= position.members;
    if (asked.has_until) moving_ |= BitOf(kUntil + position.step);
    for (const Absence& absence : position.absences) {
      moving_ |= BitOf(absence.step);
      sees_all_ |= not_next_[absence.step];
    }
  }
  // What nothing but a beginning waits for moves no partial match.
  ForBits(reached, [&](std::uint32_t at) { moving_ |= BitOf(automaton_.positions[at].step); });
  return Status::Ok();
}

std::uint32_t SequenceMatcher::Want(EarlierField field) {
  const auto found = std::ranges::find(wanted_, field);
  const auto place = static_cast<std::uint32_t>(found - wanted_.begin());
  if (found == wanted_.end()) wanted_.push_back(std::move(field));
  return place;
}

void SequenceMatcher::WantShown(const Pattern& pattern) {
  std::vector<std::string> names;
  for (const PatternStep& step : pattern.steps) names.push_back(step.negated ? "" : step.name);
  for (const std::string& shown : ShownFields(pattern)) {
    const auto field = ParseEarlierField(shown, names);  // has been checked
    if (field.ok() && *field) shown_.emplace_back(shown, Want(**field));
  }
  for (const std::string& name : pattern.by) {
    const bool attribute = name.starts_with("attr.");
    const std::string shown = attribute ? name.substr(5) : name;
    std::vector<std::uint32_t>& places =
        shown_key_.emplace_back(shown, std::vector<std::uint32_t>(pattern.steps.size())).second;
    ForBits(automaton_.first, [&](std::uint32_t first) {
      EarlierField field{automaton_.positions[first].step, attribute ? nullptr : FindField(name),
                         attribute ? shown : ""};
      places[field.name] = Want(field);
    });
  }
}

std::optional<TypeSet> SequenceMatcher::types() const {
  if (sees_all_) return std::nullopt;
  TypeSet types;
  for (const Condition& condition : conditions_) AddTypes(condition, &types);
  return types;
}

// A bit for each condition that holds, as far as the event alone tells.
std::uint64_t SequenceMatcher::Judge(const EventView& event) const {
  std::uint64_t judged = 0;
  for (std::uint32_t i = 0; i < not_next_.size(); ++i) {
    if (conditions_[i].MayHold(event)) judged |= BitOf(i);
  }
  for (std::uint32_t i = kUntil; i < conditions_.size(); ++i) {
    if ((moving_ & BitOf(i)) != 0 && conditions_[i].MayHold(event)) judged |= BitOf(i);
  }
  return judged;
}

FieldValue SequenceMatcher::Earlier(std::uint32_t last, std::uint32_t wanted) const {
  for (; last != History::kNone; last = history_[last].before) {
    if (history_[last].step == wanted_[wanted].name) return history_[last].values[kept_at_[wanted]].Get();
  }
  return {};
}

bool SequenceMatcher::Holds(std::uint32_t condition, std::uint64_t judged, const EventView& event, std::uint32_t last) {
  if ((judged & BitOf(condition)) == 0) return false;
  const Condition& asked = conditions_[condition];
  if (!asked.relates()) return true;
  for (const std::uint32_t use : asked.uses()) earlier_[use] = Earlier(last, use);
  return asked.Relates(event, earlier_);
}

void SequenceMatcher::See(const EventView& event, std::uint64_t now_ns, FoundSink& sink) {
  Advance(now_ns, sink);
  ++number_;
  const std::uint64_t judged = Judge(event);
  if (judged == 0 && !sees_all_) return;
  const std::uint64_t key = keyed_ ? key_.Hash(event) : 0;
  std::uint32_t place = keys_.Find(key);
  if (place != KeyMap::kNone && (sees_all_ || (judged & moving_) != 0)) {
    for (Partial& partial : pool_[place].partials) Move(&partial, event, judged);
  }
  const std::size_t moved = born_.size();
  ForBits(automaton_.first, [&](std::uint32_t first) {
    if (Holds(automaton_.positions[first].step, judged, event, History::kNone)) Take(first, nullptr, event);
  });
  if (place == KeyMap::kNone && born_.empty() && completed_.empty()) return;
  KeyPartials& of_key = Of(key);
  place = keys_.Find(key);
  partials_ += born_.size();
  if (born_.size() > moved) {
    starts_.push_back({Deadline(now_ns), key, number_});
  }
  of_key.partials.insert(of_key.partials.end(), born_.begin(), born_.end());
  born_.clear();
  Settle(&of_key, now_ns, sink);
  Drop(&of_key, [](const Partial& partial) { return partial.targets == 0 && !partial.waits; });
  ForgetIfEmpty(of_key);
  if (of_key.partials.size() > most_by_key_ || partials_ > most_) [[unlikely]]
    MakeRoom(place);
  if (starts_.size() > 2 * partials_ + 1024) [[unlikely]]
    DropStaleStarts();
}

// What happened behind the last event of `partial` and must not have.
void SequenceMatcher::Forbid(Partial* partial, const EventView& event, std::uint64_t judged) {
  for (const Absence& absence : automaton_.positions[partial->at].absences) {
    if (not_next_[absence.step] && !partial->fresh) continue;
    if (!Holds(absence.step, judged, event, partial->last)) continue;
    partial->targets &= ~absence.before;
    if (absence.at_end) partial->waits = false;
  }
}

void SequenceMatcher::Move(Partial* partial, const EventView& event, std::uint64_t judged) {
  const StepPosition& now = automaton_.positions[partial->at];
  const Asked& asked = asked_[partial->at];
  const std::uint64_t again = BitOf(partial->at);
  if (asked.has_until && (partial->targets & again) != 0 && Holds(kUntil + now.step, judged, event, partial->last)) {
    partial->targets &= ~again;
  }
  if (!now.absences.empty()) Forbid(partial, event, judged);
  std::uint64_t held = 0;
  ForBits(partial->targets, [&](std::uint32_t target) {
    if (Holds(automaton_.positions[target].step, judged, event, partial->last)) held |= BitOf(target);
  });
  const std::uint64_t taken = asked.greedy && (held & again) != 0 ? again : held;
  const Partial before = *partial;
  ForBits(partial->targets, [&](std::uint32_t target) {
    if ((taken & BitOf(target)) != 0) Take(target, &before, event);
    const Contiguity contiguity = (now.members & BitOf(target)) != 0 ? now.inner : automaton_.positions[target].link;
    if (contiguity == Contiguity::kStrict || (contiguity == Contiguity::kRelaxed && (held & BitOf(target)) != 0)) {
      partial->targets &= ~BitOf(target);
    }
  });
  partial->fresh = false;
}

// `from`, or nothing, goes on with the event.
void SequenceMatcher::Take(std::uint32_t at, const Partial* from, const EventView& event) {
  const StepPosition& position = automaton_.positions[at];
  const std::vector<std::uint32_t>& keeps = asked_[at].keeps;
  TakenEvent* taken = nullptr;
  Partial partial;
  partial.last = history_.Add(from ? from->last : History::kNone, keeps.size(), &taken);
  taken->id = event.id();
  taken->number = number_;
  taken->step = static_cast<std::uint16_t>(position.step);
  taken->at = static_cast<std::uint16_t>(at);
  for (std::size_t i = 0; i < keeps.size(); ++i) {
    taken->values[i].Keep(ReadEarlierField(event, wanted_[keeps[i]]));
  }
  partial.start = from ? from->start : number_;
  partial.gaps = from ? from->gaps : gaps_;
  partial.at = static_cast<std::uint16_t>(at);
  partial.count = from && (position.members & BitOf(from->at)) != 0 ? from->count + 1 : 1;
  if (partial.count < position.most) partial.targets = NotTaken(position, partial.last, partial.count);
  if (partial.count >= position.least) {
    partial.targets |= position.next;
    partial.waits = asked_[at].waits;
    if (position.complete && !partial.waits) {
      history_.Hold(partial.last);
      completed_.push_back({partial.start, partial.last, partial.gaps});
    }
  }
  if (partial.targets != 0 || partial.waits) {
    born_.push_back(partial);
  } else {
    history_.Release(partial.last);
  }
}

// What may come again at the position whose members have taken the last `count` events.
std::uint64_t SequenceMatcher::NotTaken(const StepPosition& position, std::uint32_t last, std::uint32_t count) const {
  std::uint64_t members = position.members;
  if (std::has_single_bit(members)) return members;
  for (; count > 0 && last != History::kNone; --count, last = history_[last].before) {
    members &= ~BitOf(history_[last].at);
  }
  return members;
}

// Tells what was completed, the earliest first, and ends what the matches skip.
void SequenceMatcher::Settle(KeyPartials* of_key, std::uint64_t now_ns, FoundSink& sink) {
  if (completed_.empty()) return;
  std::ranges::stable_sort(completed_, {}, &Completed::start);
  std::uint64_t limit = 0;  // what began before this event is over
  std::uint64_t over = 0;   // kToNext: and what began with this one
  for (const Completed& completed : completed_) {
    if (completed.start >= limit && completed.start != over) {
      limit = std::max(limit, PruneLimit(completed));
      if (skip_ == Skip::kToNext) {
        over = completed.start;
        Drop(of_key, [&](const Partial& partial) { return partial.start == over; });
      }
      Told* const told = suppress_ns_ > 0 ? &told_.At(of_key->key) : nullptr;
      if (told && told->time_ns != 0 && now_ns < told->time_ns + suppress_ns_) {
        ++suppressed_;
      } else {
        if (told) told->time_ns = now_ns;
        Tell(completed, now_ns, false, sink);
      }
    }
    history_.Release(completed.last);
  }
  completed_.clear();
  if (limit > 0) Drop(of_key, [&](const Partial& partial) { return partial.start < limit; });
}

// Partial matches that began before this event are over.
std::uint64_t SequenceMatcher::PruneLimit(const Completed& completed) const {
  switch (skip_) {
    case Skip::kNone:
    case Skip::kToNext:
      return 0;
    case Skip::kPastLast:
      return history_[completed.last].number + 1;
    case Skip::kToFirst:
    case Skip::kToLast:
      break;
  }
  std::uint64_t limit = 0;
  for (std::uint32_t at = completed.last; at != History::kNone; at = history_[at].before) {
    if (history_[at].step != skip_to_) continue;
    limit = history_[at].number;
    if (skip_ == Skip::kToLast) break;
  }
  return limit;
}

void SequenceMatcher::Tell(const Completed& completed, std::uint64_t now_ns, bool timed_out, FoundSink& sink) {
  causes_.clear();
  std::uint32_t first = completed.last;
  for (std::uint32_t at = completed.last; at != History::kNone; at = history_[at].before) {
    causes_.push_back(history_[at].id);
    first = at;
  }
  std::ranges::reverse(causes_);
  values_.clear();
  for (const auto& [name, places] : shown_key_) {
    values_.push_back({name, Earlier(first, places[history_[first].step])});
  }
  for (const auto& [name, place] : shown_) values_.push_back({name, Earlier(completed.last, place)});
  sink.Tell({.causes = causes_,
             .values = values_,
             .wall_ns = now_ns,
             .uncertain = rests_on_absence_ && completed.gaps != gaps_,
             .timed_out = timed_out});
}

void SequenceMatcher::Advance(std::uint64_t now_ns, FoundSink& sink) {
  while (!starts_.empty() && starts_.front().deadline_ns <= now_ns) {
    const Start start = starts_.front();
    starts_.pop_front();
    const std::uint32_t place = keys_.Find(start.key);
    if (place == KeyMap::kNone) continue;
    KeyPartials& of_key = pool_[place];
    for (const Partial& partial : of_key.partials) {
      if (partial.start != start.start) continue;
      const Completed completed{partial.start, partial.last, partial.gaps};
      if (partial.waits) {
        history_.Hold(partial.last);
        completed_.push_back(completed);
      } else if (timeouts_) {
        Tell(completed, start.deadline_ns, true, sink);
      }
    }
    Drop(&of_key, [&](const Partial& partial) { return partial.start == start.start; });
    Settle(&of_key, start.deadline_ns, sink);
    ForgetIfEmpty(of_key);
  }
}

std::optional<std::uint64_t> SequenceMatcher::next_deadline_ns() const {
  if (starts_.empty() || !waits_for_time()) return std::nullopt;
  return starts_.front().deadline_ns;
}

SequenceMatcher::KeyPartials& SequenceMatcher::Of(std::uint64_t key) {
  std::uint32_t place = keys_.Find(key);
  if (place == KeyMap::kNone) {
    if (free_.empty()) {
      place = static_cast<std::uint32_t>(pool_.size());
      pool_.emplace_back();
    } else {
      place = free_.back();
      free_.pop_back();
    }
    pool_[place].key = key;
    keys_.Insert(key, place);
  }
  return pool_[place];
}

template <typename Ended>
std::size_t SequenceMatcher::Drop(KeyPartials* of_key, Ended ended) {
  const std::size_t dropped = std::erase_if(of_key->partials, [&](const Partial& partial) {
    if (!ended(partial)) return false;
    history_.Release(partial.last);
    return true;
  });
  partials_ -= dropped;
  return dropped;
}

void SequenceMatcher::ForgetIfEmpty(const KeyPartials& of_key) {
  const std::uint32_t place = keys_.Find(of_key.key);
  if (!of_key.partials.empty() || place == KeyMap::kNone) return;
  free_.push_back(place);
  keys_.Erase(of_key.key);
}

// The oldest go: of the key at `place` first, then of all.
void SequenceMatcher::MakeRoom(std::uint32_t place) {
  KeyPartials& of_key = pool_[place];
  while (of_key.partials.size() > most_by_key_) {
    const std::uint64_t oldest = std::ranges::min(of_key.partials, {}, &Partial::start).start;
    evicted_ += Drop(&of_key, [&](const Partial& partial) { return partial.start == oldest; });
  }
  ForgetIfEmpty(of_key);
  while (partials_ > most_ && !starts_.empty()) {
    const Start start = starts_.front();
    starts_.pop_front();
    const std::uint32_t at = keys_.Find(start.key);
    if (at == KeyMap::kNone) continue;
    evicted_ += Drop(&pool_[at], [&](const Partial& partial) { return partial.start == start.start; });
    ForgetIfEmpty(pool_[at]);
  }
}

void SequenceMatcher::DropStaleStarts() {
  std::erase_if(starts_, [&](const Start& start) {
    const std::uint32_t place = keys_.Find(start.key);
    return place == KeyMap::kNone || std::ranges::none_of(pool_[place].partials, [&](const Partial& partial) {
             return partial.start == start.start;
           });
  });
}

}  // namespace vexevt
