// Matchers of sequences against the definition of a match, tried on every choice of events.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "lib/correlate/sequence_matcher.h"
#include "lib/correlate/testing/letters.h"

namespace vexevt {
namespace {

// A step whose condition is a set of letters and, of one step before it, perhaps the same size.
struct TestStep {
  std::string letters;
  std::size_t same_size_as = ~std::size_t{0};
  PatternStep step;
};

struct TestPattern {
  std::vector<TestStep> steps;
  std::uint64_t within = 0;  // seconds
};

using Taken = std::vector<std::pair<std::size_t, std::size_t>>;  // event and step

class Definition {
 public:
  Definition(const TestPattern& pattern, const std::vector<Letter>& letters) : pattern_(pattern), letters_(letters) {}

  // The events of each match, as ids.
  std::multiset<std::vector<std::uint64_t>> Matches() {
    for (std::size_t event = 0; event < letters_.size(); ++event) {
      for (std::size_t step = 0; step < pattern_.steps.size(); ++step) {
        if (!Negated(step) && Holds(step, event, {})) Extend({{event, step}});
        if (!Negated(step) && Of(step).least > 0) break;
      }
    }
    return matches_;
  }

 private:
  const PatternStep& Of(std::size_t step) const { return pattern_.steps[step].step; }
  bool Negated(std::size_t step) const { return Of(step).negated; }

  bool Holds(std::size_t step, std::size_t event, const Taken& before) const {
    const TestStep& asked = pattern_.steps[step];
    if (asked.letters.find(letters_[event].view.comm()) == std::string::npos) return false;
    if (asked.same_size_as == ~std::size_t{0}) return true;
    const auto last = std::find_if(before.rbegin(), before.rend(),
                                   [&](const auto& taken) { return taken.second == asked.same_size_as; });
    return last != before.rend() && letters_[last->first].view.pid() == letters_[event].view.pid();
  }

  bool InTime(const Taken& taken, std::size_t event) const {
    return pattern_.within == 0 ||
           letters_[event].wall_ns - letters_[taken[0].first].wall_ns < pattern_.within * kSecond;
  }

  std::size_t Count(const Taken& taken) const {
    return static_cast<std::size_t>(
        std::count_if(taken.begin(), taken.end(), [&](const auto& one) { return one.second == taken.back().second; }));
  }

  bool MayRepeat(const Taken& taken, std::size_t event) const {
    const auto [last, step] = taken.back();
    if (Count(taken) >= Of(step).most) return false;
    for (std::size_t i = last + 1; i <= event; ++i) {
      if (Of(step).until && std::string_view("u") == letters_[i].view.comm()) return false;
    }
    return Allows(Of(step).inner, step, taken, event);
  }

  // Whether what lies between the last event and this one may.
  bool Allows(Contiguity contiguity, std::size_t step, const Taken& taken, std::size_t event) const {
    const std::size_t last = taken.back().first;
    if (contiguity == Contiguity::kStrict) return event == last + 1;
    if (contiguity == Contiguity::kAny) return true;
    for (std::size_t i = last + 1; i < event; ++i) {
      if (Holds(step, i, taken)) return false;
    }
    return true;
  }

  bool Forbidden(std::size_t negated, const Taken& taken, std::size_t until) const {
    const std::size_t last = taken.back().first;
    const std::size_t end = Of(negated).link == Contiguity::kStrict ? std::min(last + 1, until) : until;
    for (std::size_t i = last + 1; i <= end; ++i) {
      if (Holds(negated, i, taken)) return true;
    }
    return false;
  }

  void Extend(const Taken& taken) {
    const std::size_t last = taken.back().first, step = taken.back().second;
    const bool enough = Count(taken) >= std::max(Of(step).least, 1u);
    if (enough) TryEnd(taken);
    for (std::size_t event = last + 1; event < letters_.size() && InTime(taken, event); ++event) {
      const bool repeats = MayRepeat(taken, event) && Holds(step, event, taken);
      if (repeats) {
        Taken longer = taken;
        longer.emplace_back(event, step);
        Extend(longer);
      }
      if (!enough || (repeats && Of(step).greedy)) continue;
      for (std::size_t next = step + 1; next < pattern_.steps.size(); ++next) {
        if (Negated(next)) {
          if (Forbidden(next, taken, event)) break;
          continue;
        }
        if (Holds(next, event, taken) && Allows(Of(next).link, next, taken, event)) {
          Taken longer = taken;
          longer.emplace_back(event, next);
          Extend(longer);
        }
        if (Of(next).least > 0) break;
      }
    }
  }

  void TryEnd(const Taken& taken) {
    bool waits = false;
    for (std::size_t next = taken.back().second + 1; next < pattern_.steps.size(); ++next) {
      if (!Negated(next) && Of(next).least > 0) return;
      waits |= Negated(next);
    }
    if (waits) {
      const std::uint64_t deadline = letters_[taken[0].first].wall_ns + pattern_.within * kSecond;
      if (letters_.back().wall_ns < deadline) return;
      std::size_t until = taken.back().first;
      while (until + 1 < letters_.size() && letters_[until + 1].wall_ns < deadline) ++until;
      for (std::size_t next = taken.back().second + 1; next < pattern_.steps.size(); ++next) {
        if (Negated(next) && Forbidden(next, taken, until)) return;
      }
    }
    std::vector<std::uint64_t> ids;
    for (const auto& [event, step] : taken) ids.push_back(letters_[event].view.id().sequence);
    matches_.insert(ids);
  }

  const TestPattern& pattern_;
  const std::vector<Letter>& letters_;
  std::multiset<std::vector<std::uint64_t>> matches_;
};

class Collect final : public FoundSink {
 public:
  void Tell(const Found& found) override {
    std::vector<std::uint64_t> ids;
    for (const EventId& id : found.causes) ids.push_back(id.sequence);
    matches.insert(ids);
  }
  std::multiset<std::vector<std::uint64_t>> matches;
};

std::string SomeLetters() {
  std::string letters;
  for (const char c : std::string("abcu")) {
    if (*rc::gen::arbitrary<bool>()) letters += c;
  }
  return letters.empty() ? "a" : letters;
}

TestPattern SomePattern() {
  TestPattern pattern;
  const auto count = *rc::gen::inRange<std::size_t>(1, 5);
  for (std::size_t i = 0; i < count; ++i) {
    TestStep made;
    made.letters = SomeLetters();
    made.step.name = fmt::format("s{}", i);
    made.step.link = static_cast<Contiguity>(*rc::gen::inRange(0, 3));
    made.step.negated = i > 0 && *rc::gen::inRange(0, 4) == 0;
    if (!made.step.negated) {
      made.step.least = *rc::gen::inRange<std::uint32_t>(0, 3);
      made.step.most = std::max(made.step.least, *rc::gen::inRange<std::uint32_t>(1, 4));
      made.step.inner = static_cast<Contiguity>(*rc::gen::inRange(0, 3));
      made.step.greedy = made.step.most > 1 && *rc::gen::inRange(0, 3) == 0;
      if (made.step.most > 1 && *rc::gen::inRange(0, 4) == 0) made.step.until = PatternPart{"comm = u", 0};
    }
    std::string when = fmt::format("comm in ({})", fmt::join(made.letters, ", "));
    if (i > 0 && *rc::gen::inRange(0, 4) == 0) {
      const auto other = *rc::gen::inRange<std::size_t>(0, i);
      if (!pattern.steps[other].step.negated) {
        made.same_size_as = other;
        when += fmt::format(" and size = s{}.size", other);
      }
    }
    made.step.when.text = when;
    pattern.steps.push_back(made);
  }
  // Something has to happen.
  const auto may_be_skipped = [](const TestStep& test) { return test.step.negated || test.step.least == 0; };
  if (std::ranges::all_of(pattern.steps, may_be_skipped)) pattern.steps[0].step.least = 1;
  pattern.within = *rc::gen::inRange<std::uint64_t>(0, 8);
  // Without it, an absence at the end has no end.
  const bool absence = std::ranges::any_of(pattern.steps, [](const TestStep& test) { return test.step.negated; });
  if (absence && pattern.within == 0) pattern.within = 4;
  return pattern;
}

RC_GTEST_PROP(SequenceMatcher, FindsWhatTheDefinitionSays, ()) {
  const TestPattern test = SomePattern();
  Pattern pattern;
  for (const TestStep& step : test.steps) pattern.steps.push_back(step.step);
  pattern.within_ns = test.within * kSecond;
  pattern.skip = Skip::kNone;
  RC_ASSERT(CheckPattern(pattern).ok());
  std::string stream;
  for (auto length = *rc::gen::inRange(1, 11); length > 0; --length) {
    stream += fmt::format("{}{}", *rc::gen::inRange(1, 3), "abcux "[*rc::gen::inRange(0, 6)]);
  }
  stream += "x";
  const std::vector<Letter> letters = LettersOf(stream);
  auto matcher = SequenceMatcher::Compile(pattern, {});
  RC_ASSERT(matcher.ok());
  Collect collect;
  for (const Letter& letter : letters) matcher->See(letter.view, letter.wall_ns, collect);
  std::string described;
  for (const PatternStep& step : pattern.steps) {
    described += fmt::format(" {}{}[{}]{{{},{}}}{}{}{}", "n~*"[static_cast<int>(step.link)], step.negated ? "not" : "",
                             step.when.text, step.least, step.most, "n~*"[static_cast<int>(step.inner)],
                             step.greedy ? "g" : "", step.until ? "u" : "");
  }
  RC_LOG() << described << " within " << test.within << " on " << stream << "\n";
  RC_CLASSIFY(!collect.matches.empty(), "has matches");
  RC_ASSERT(collect.matches == Definition(test, letters).Matches());
}

}  // namespace
}  // namespace vexevt
