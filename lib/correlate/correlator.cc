#include "lib/correlate/correlator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/correlate/match_event.h"
#include "lib/event/encode.h"
#include "lib/event/lost_event.h"
#include "lib/match/hash.h"
#include "lib/rules/compile.h"

namespace vexevt {
namespace {

// All that a pattern's matches depend on: two that agree here are the same.
std::string DefinitionOf(const PlacedPattern& placed) {
  const Pattern& pattern = placed.pattern;
  return fmt::format("{}\n{}\n{}\n{}\n{} {}\n{}\n{}\n{}\n{} {}", pattern.name, placed.match.text,
                     fmt::join(pattern.by, ","), pattern.within_ns, static_cast<int>(pattern.skip), pattern.skip_to,
                     pattern.suppress_ns, pattern.timeouts,
                     pattern.shown ? fmt::format("{}", fmt::join(*pattern.shown, ",")) : "default",
                     pattern.partials_by_key, pattern.partials);
}

}  // namespace

Result<Correlator> Correlator::Compile(const PatternsFile& file) {
  VEXEVT_ASSIGN(NamedLists lists, LoadLists(file.document, file.lists));
  Correlator correlator;
  for (const PlacedPattern& placed : file.patterns) {
    const auto add = [&](auto compiled) -> Status {
      if (!compiled.ok()) return ErrorInPattern(file, placed, compiled.status());
      correlator.patterns_.push_back(
          {placed.pattern.name, Hash(DefinitionOf(placed)), placed.pattern.severity, std::move(*compiled)});
      return Status::Ok();
    };
    VEXEVT_TRY(placed.pattern.threshold ? add(ThresholdMatcher::Compile(placed.pattern, lists))
                                        : add(SequenceMatcher::Compile(placed.pattern, lists)));
  }
  correlator.IndexTypes();
  return correlator;
}

void Correlator::IndexTypes() {
  of_type_.resize(kTypeCodes);
  for (std::uint32_t i = 0; i < patterns_.size(); ++i) {
    all_.push_back(i);
    const auto types = std::visit([](const auto& matcher) { return matcher.types(); }, patterns_[i].matcher);
    for (std::uint32_t code = 0; code < kTypeCodes; ++code) {
      if (!types || types->test(code)) of_type_[code].push_back(i);
    }
    if (std::visit([](const auto& matcher) { return matcher.asks_for_matches(); }, patterns_[i].matcher)) {
      of_matches_.push_back(i);
    }
    const auto* sequence = std::get_if<SequenceMatcher>(&patterns_[i].matcher);
    if (sequence && sequence->waits_for_time()) timed_.push_back(i);
  }
}

// What one pattern finds, as events.
class Correlator::Teller final : public FoundSink {
 public:
  Teller(Correlator* correlator, std::uint32_t place, const TellEvent& tell)
      : correlator_(correlator), place_(place), running_(&correlator->patterns_[place]), tell_(tell) {}

  void Tell(const Found& found) override {
    if (!found.timed_out) ++running_->matches;
    MakeMatchEvent({.pattern = running_->name,
                    .identity = running_->identity,
                    .generation = correlator_->generation_,
                    .severity = running_->severity,
                    .host = correlator_->host_,
                    .tenant = correlator_->tenant_},
                   found, &correlator_->event_);
    tell_(correlator_->event_);
    if (correlator_->of_matches_.empty() || correlator_->of_matches_.back() <= place_) return;
    AppendFrame(correlator_->event_, &correlator_->made_.emplace_back(Made{place_, {}}).frame);
  }

 private:
  Correlator* correlator_;
  std::uint32_t place_;
  Running* running_;
  const TellEvent& tell_;
};

void Correlator::See(const EventView& event, const TellEvent& tell) {
  newest_ns_ = std::max(newest_ns_, event.wall_ns());
  if (lateness_ns_ == 0) {
    if (held_.size() > 0) [[unlikely]]
      Finish(tell);  // of a run before, which allowed for lateness
    return Look(event, tell);
  }
  const auto look = [&](std::span<const std::byte> frame) {
    EventView view;
    if (EventView::Bind(frame, &view)) Look(view, tell);
  };
  held_.Add(event.wall_ns() + lateness_ns_, event.frame(), look);
  held_.TakeDue(newest_ns_, look);
}

void Correlator::Look(const EventView& event, const TellEvent& tell) {
  const bool late = event.wall_ns() < now_ns_;
  late_ += late;
  now_ns_ = std::max(now_ns_, event.wall_ns());
  if (event.type() == kVexevtLost) return SeeGap();
  if (late && see_late_ && !TellsOfStream(event.type())) return see_late_(event);
  if (host_ != event.host()) host_ = event.host();
  if (tenant_ != event.tenant()) tenant_ = event.tenant();
  // What time brings comes before the event.
  Advance(tell);
  for (const std::uint32_t place : event.type() < kTypeCodes ? of_type_[event.type()] : all_) {
    Teller teller(this, place, tell);
    std::visit([&](auto& matcher) { matcher.See(event, now_ns_, teller); }, patterns_[place].matcher);
  }
  if (!made_.empty()) ShowMatches(tell);
}

void Correlator::Advance(const TellEvent& tell) {
  for (const std::uint32_t place : timed_) {
    Teller teller(this, place, tell);
    std::get<SequenceMatcher>(patterns_[place].matcher).Advance(now_ns_, teller);
  }
  if (!made_.empty()) ShowMatches(tell);
}

// Each pattern's matches go to those behind it only, so this ends.
void Correlator::ShowMatches(const TellEvent& tell) {
  for (std::size_t i = 0; i < made_.size(); ++i) {
    const Made made = std::move(made_[i]);  // more are made meanwhile
    EventView view;
    if (!EventView::Bind(made.frame, &view)) continue;
    for (const std::uint32_t place : of_matches_) {
      if (place <= made.place) continue;
      Teller teller(this, place, tell);
      std::visit([&](auto& matcher) { matcher.See(view, now_ns_, teller); }, patterns_[place].matcher);
    }
  }
  made_.clear();
}

void Correlator::TellLosses(const TellEvent& tell) {
  for (Running& running : patterns_) {
    const std::uint64_t evicted = std::visit([](const auto& matcher) { return matcher.evicted(); }, running.matcher);
    if (evicted == running.evicted_told) continue;
    const std::string cause = fmt::format("pattern '{}': partial matches beyond its limit", running.name);
    tell(LostEvent({.cause = cause, .count = evicted - running.evicted_told, .boundary = Boundary::kAnalytics}, &ids_,
                   {.wall_ns = now_ns_, .mono_ns = 0}));
    running.evicted_told = evicted;
  }
}

void Correlator::AdvanceTo(std::uint64_t wall_ns, const TellEvent& tell) {
  newest_ns_ = std::max(newest_ns_, wall_ns);
  held_.TakeDue(newest_ns_, [&](std::span<const std::byte> frame) {
    EventView view;
    if (EventView::Bind(frame, &view)) Look(view, tell);
  });
  if (newest_ns_ < lateness_ns_ || newest_ns_ - lateness_ns_ <= now_ns_) return;
  now_ns_ = newest_ns_ - lateness_ns_;
  Advance(tell);
}

void Correlator::Finish(const TellEvent& tell) {
  held_.TakeDue(~std::uint64_t{0}, [&](std::span<const std::byte> frame) {
    EventView view;
    if (EventView::Bind(frame, &view)) Look(view, tell);
  });
}

std::optional<std::uint64_t> Correlator::next_deadline_ns() const {
  std::optional<std::uint64_t> next = held_.next_due_ns();
  for (const Running& running : patterns_) {
    const auto* sequence = std::get_if<SequenceMatcher>(&running.matcher);
    const auto deadline = sequence ? sequence->next_deadline_ns() : std::nullopt;
    if (deadline) next = std::min(next.value_or(~std::uint64_t{0}), *deadline + lateness_ns_);
  }
  return next;
}

void Correlator::SeeGap() {
  for (Running& running : patterns_) {
    if (auto* sequence = std::get_if<SequenceMatcher>(&running.matcher)) {
      sequence->SeeGap();
    } else {
      std::get<ThresholdMatcher>(running.matcher).SeeGap(now_ns_);
    }
  }
}

void Correlator::Save(Packer* packer) const {
  packer->Put(newest_ns_);
  packer->Put(now_ns_);
  packer->Put(late_);
  packer->Put(generation_);
  packer->PutText(host_);
  packer->PutText(tenant_);
  held_.Save(packer);
  packer->PutCount(patterns_.size());
  for (const Running& running : patterns_) {
    packer->PutText(running.name);
    packer->Put(running.identity);
    packer->Put(running.matches);
    packer->Put(running.evicted_told);
    const std::size_t kept = packer->Leave();
    std::visit([&](const auto& matcher) { matcher.Save(packer); }, running.matcher);
    packer->EndText(kept);
  }
}

Result<std::vector<std::string>> Correlator::Load(Unpacker* unpacker) {
  newest_ns_ = unpacker->Get<std::uint64_t>();
  now_ns_ = unpacker->Get<std::uint64_t>();
  late_ = unpacker->Get<std::uint64_t>();
  generation_ = unpacker->Get<std::uint32_t>();
  host_ = unpacker->GetText();
  tenant_ = unpacker->GetText();
  if (now_ns_ > newest_ns_) return DataLoss("its time is damaged");
  if (!held_.Load(unpacker)) return DataLoss("the events that were held are damaged");
  std::vector<std::string> changed;
  std::vector<bool> loaded(patterns_.size());
  for (std::size_t count = unpacker->GetCount(5 * sizeof(std::uint64_t)); count > 0; --count) {
    const std::string_view name = unpacker->GetText();
    const auto identity = unpacker->Get<std::uint64_t>();
    const auto matches = unpacker->Get<std::uint64_t>(), evicted_told = unpacker->Get<std::uint64_t>();
    Unpacker matcher(unpacker->GetText());
    const auto same = std::ranges::find(patterns_, identity, &Running::identity);
    const auto place = static_cast<std::size_t>(same - patterns_.begin());
    if (same == patterns_.end() || loaded[place]) {
      changed.emplace_back(name);
      continue;
    }
    same->matches = matches;
    same->evicted_told = evicted_told;
    const bool taken = std::visit([&](auto& kept) { return kept.Load(now_ns_, &matcher); }, same->matcher);
    if (!taken || !matcher.done()) return DataLoss(fmt::format("what pattern '{}' had kept is damaged", name));
    loaded[place] = true;
  }
  if (!unpacker->done()) return DataLoss("it is damaged");
  if (!changed.empty() || std::ranges::find(loaded, false) != loaded.end()) ++generation_;
  return changed;
}

Status Correlator::Inherit(const Correlator& before) {
  Packer packer;
  before.Save(&packer);
  Unpacker unpacker(packer.bytes());
  VEXEVT_ASSIGN([[maybe_unused]] const auto changed, Load(&unpacker));
  generation_ = before.generation_ + 1;
  return {};
}

std::vector<PatternTally> Correlator::Tally() const {
  std::vector<PatternTally> tallies;
  for (const Running& running : patterns_) {
    std::visit(
        [&](const auto& matcher) {
          tallies.push_back(
              {running.name, running.matches, matcher.suppressed(), matcher.evicted(), matcher.partials()});
        },
        running.matcher);
  }
  return tallies;
}

}  // namespace vexevt
