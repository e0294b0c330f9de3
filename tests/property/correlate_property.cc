// Matchers of sequences against the definition of a match, tried on every choice of events.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "lib/correlate/sequence_matcher.h"
#include "lib/correlate/testing/letters.h"
#include "lib/correlate/threshold_matcher.h"

namespace vexevt {
namespace {

// A step whose condition is a set of letters and, of one step before it, perhaps the same size.
struct TestStep {
  std::size_t id = 0;
  std::string letters;
  std::size_t same_size_as = ~std::size_t{0};  // an id
  PatternStep step;
};

struct TestPattern {
  std::vector<TestStep> steps;
  std::uint64_t within = 0;  // seconds
};

using Taken = std::vector<std::pair<std::size_t, std::size_t>>;  // event and step
using Ids = std::vector<std::uint64_t>;

struct Match {
  Taken taken;
  std::uint64_t told_ns = 0;
  bool at_once = true;  // told with its last event, and not once its time was over
};

class Definition {
 public:
  Definition(const TestPattern& pattern, const std::vector<Letter>& letters) : pattern_(pattern), letters_(letters) {}

  // Of a skip strategy that ends nothing.
  const std::vector<Match>& All() {
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
    const auto last = std::find_if(before.rbegin(), before.rend(), [&](const auto& taken) {
      return pattern_.steps[taken.second].id == asked.same_size_as;
    });
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
    std::uint64_t told_ns = letters_[taken.back().first].wall_ns;
    for (std::size_t next = taken.back().second + 1; next < pattern_.steps.size(); ++next) {
      if (!Negated(next) && Of(next).least > 0) return;
      waits |= Negated(next);
    }
    if (waits) {
      const std::uint64_t deadline = letters_[taken[0].first].wall_ns + pattern_.within * kSecond;
      if (letters_.back().wall_ns < deadline) return;
      told_ns = deadline;
      std::size_t until = taken.back().first;
      while (until + 1 < letters_.size() && letters_[until + 1].wall_ns < deadline) ++until;
      for (std::size_t next = taken.back().second + 1; next < pattern_.steps.size(); ++next) {
        if (Negated(next) && Forbidden(next, taken, until)) return;
      }
    }
    matches_.push_back({taken, told_ns, !waits});
  }

  const TestPattern& pattern_;
  const std::vector<Letter>& letters_;
  std::vector<Match> matches_;
};

// Whether `a` is found before `b`: earlier, or begun earlier, or else by the choices that led to it, from the last
// event backwards, and then by the steps.
bool IsFoundBefore(const Match& a, const Match& b) {
  const auto when = [](const Match& match) {
    return std::tuple(match.told_ns, match.at_once, match.taken.front().first);
  };
  if (when(a) != when(b)) return when(a) < when(b);
  for (auto i = a.taken.rbegin(), j = b.taken.rbegin(); i != a.taken.rend() && j != b.taken.rend(); ++i, ++j) {
    if (i->first != j->first) return i->first < j->first;
  }
  return a.taken < b.taken;
}

// What is left of all matches, by what a skip strategy is said to end.
std::vector<Match> Skipped(std::vector<Match> all, Skip skip, std::size_t skip_to) {
  std::ranges::sort(all, IsFoundBefore);
  std::vector<Match> left;
  std::size_t limit = 0;       // what begins with an earlier event is over
  std::set<std::size_t> over;  // and what begins with one of these
  for (const Match& match : all) {
    const std::size_t first = match.taken.front().first;
    if (first < limit || over.contains(first)) continue;
    left.push_back(match);
    if (skip == Skip::kToNext) over.insert(first);
    if (skip == Skip::kPastLast) limit = std::max(limit, match.taken.back().first + 1);
    std::vector<std::size_t> of_step;
    for (const auto& [event, step] : match.taken) {
      if (step == skip_to) of_step.push_back(event);
    }
    if (skip == Skip::kToFirst && !of_step.empty()) limit = std::max(limit, of_step.front());
    if (skip == Skip::kToLast && !of_step.empty()) limit = std::max(limit, of_step.back());
  }
  return left;
}

// What a matcher tells, a line each.
class Lines final : public FoundSink {
 public:
  void Tell(const Found& found) override {
    Ids ids;
    for (const EventId& id : found.causes) ids.push_back(id.sequence);
    lines.push_back(fmt::format("{} at {}{}{}", fmt::join(ids, " "), found.wall_ns, found.uncertain ? "?" : "",
                                found.timed_out ? "-" : ""));
  }
  std::vector<std::string> lines;
};

class Collect final : public FoundSink {
 public:
  void Tell(const Found& found) override {
    Ids ids;
    for (const EventId& id : found.causes) ids.push_back(id.sequence);
    matches.insert(ids);
  }
  std::multiset<Ids> matches;
};

std::multiset<Ids> IdsOf(const std::vector<Match>& matches, const std::vector<Letter>& letters) {
  std::multiset<Ids> all;
  for (const Match& match : matches) {
    Ids ids;
    for (const auto& [event, step] : match.taken) ids.push_back(letters[event].view.id().sequence);
    all.insert(ids);
  }
  return all;
}

std::string SomeLetters() {
  std::string letters;
  for (const char c : std::string("abcu")) {
    if (*rc::gen::arbitrary<bool>()) letters += c;
  }
  return letters.empty() ? "a" : letters;
}

TestStep SomeStep(std::size_t id, bool may_be_negated) {
  TestStep made;
  made.id = id;
  made.letters = SomeLetters();
  made.step.name = fmt::format("s{}", id);
  made.step.when.text = fmt::format("comm in ({})", fmt::join(made.letters, ", "));
  made.step.link = static_cast<Contiguity>(*rc::gen::inRange(0, 3));
  made.step.negated = may_be_negated && *rc::gen::inRange(0, 4) == 0;
  if (made.step.negated) return made;
  made.step.least = *rc::gen::inRange<std::uint32_t>(0, 3);
  made.step.most = std::max(made.step.least, *rc::gen::inRange<std::uint32_t>(1, 4));
  if (made.step.most == 1) return made;
  made.step.inner = static_cast<Contiguity>(*rc::gen::inRange(0, 3));
  made.step.greedy = *rc::gen::inRange(0, 3) == 0;
  if (*rc::gen::inRange(0, 4) == 0) made.step.until = PatternPart{"comm = u", 0};
  return made;
}

bool MayBeSkipped(const TestStep& test) { return test.step.negated || test.step.least == 0; }

TestPattern SomePattern() {
  TestPattern pattern;
  const auto count = *rc::gen::inRange<std::size_t>(1, 5);
  for (std::size_t i = 0; i < count; ++i) {
    TestStep made = SomeStep(i, i > 0);
    if (i > 0 && *rc::gen::inRange(0, 4) == 0) {
      const auto other = *rc::gen::inRange<std::size_t>(0, i);
      if (!pattern.steps[other].step.negated) {
        made.same_size_as = other;
        made.step.when.text += fmt::format(" and size = s{}.size", other);
      }
    }
    pattern.steps.push_back(made);
  }
  // Something has to happen.
  if (std::ranges::all_of(pattern.steps, MayBeSkipped)) pattern.steps[0].step.least = 1;
  pattern.within = *rc::gen::inRange<std::uint64_t>(0, 8);
  // Without it, an absence at the end has no end.
  const bool absence = std::ranges::any_of(pattern.steps, [](const TestStep& test) { return test.step.negated; });
  if (absence && pattern.within == 0) pattern.within = 4;
  return pattern;
}

std::string TextOf(Contiguity link) {
  return std::vector<std::string>{"next", "then", "then any"}[static_cast<std::size_t>(link)];
}

std::string WordOf(Contiguity inner) {
  return std::vector<std::string>{"consecutive", "", "combinations"}[static_cast<std::size_t>(inner)];
}

std::string TextOf(Contiguity inner, std::uint32_t least, std::uint32_t most) {
  if (most == 1) return least == 0 ? "?" : "";
  return fmt::format("{{{},{}}} {}", least, most, WordOf(inner));
}

std::string TextOf(const TestStep& test) {
  const PatternStep& step = test.step;
  return fmt::format("{}{}: [{}]{}{}{}", step.negated ? "not " : "", step.name, step.when.text,
                     TextOf(step.inner, step.least, step.most), step.greedy ? " greedy" : "",
                     step.until ? fmt::format(" until [{}]", step.until->text) : "");
}

Pattern Parsed(const std::string& text, std::uint64_t within) {
  Pattern pattern;
  const Status parsed = ParsePatternText(text, &pattern);
  if (!parsed.ok()) RC_FAIL(text + ": " + parsed.message());
  pattern.within_ns = within * kSecond;
  pattern.skip = Skip::kNone;
  if (const Status checked = CheckPattern(pattern); !checked.ok()) RC_FAIL(text + ": " + checked.message());
  return pattern;
}

std::string TextOf(const TestPattern& test) {
  std::string text;
  for (const TestStep& step : test.steps) {
    if (!text.empty()) text += fmt::format(" {} ", TextOf(step.step.link));
    text += TextOf(step);
  }
  return text;
}

Pattern PatternOf(const TestPattern& test) { return Parsed(TextOf(test), test.within); }

// A pattern with groups as it is written, and all the plain rows of steps that it stands for.
using Row = std::vector<TestStep>;
struct Written {
  std::string text;
  std::vector<Row> rows;
  Contiguity link = Contiguity::kRelaxed;
};

std::vector<Row> Linked(std::vector<Row> rows, Contiguity link) {
  for (Row& row : rows) row.front().step.link = link;
  return rows;
}

// Every row of `before` with every one of `after` behind it.
std::vector<Row> Product(const std::vector<Row>& before, const std::vector<Row>& after) {
  std::vector<Row> rows;
  for (const Row& first : before) {
    for (const Row& second : after) {
      rows.push_back(first);
      rows.back().insert(rows.back().end(), second.begin(), second.end());
    }
  }
  if (rows.size() > 200) RC_DISCARD("stands for too much");
  return rows;
}

class SomeGroups {
 public:
  Written Make() { return MakeRow(0); }

 private:
  Written MakeRow(int depth) {
    Written row = MakePart(depth, false);
    for (auto more = *rc::gen::inRange(depth == 0 ? 1 : 0, 3); more > 0 && next_id_ < 6; --more) {
      const Written part = MakePart(depth, true);
      row.text += fmt::format(" {} {}", TextOf(part.link), part.text);
      std::vector<Row> longer = Product(row.rows, Linked(WithoutEmpty(part.rows), part.link));
      if (HasEmpty(part.rows)) longer.insert(longer.end(), row.rows.begin(), row.rows.end());
      row.rows = std::move(longer);
    }
    return row;
  }

  static bool HasEmpty(const std::vector<Row>& rows) { return std::ranges::any_of(rows, &Row::empty); }
  static std::vector<Row> WithoutEmpty(std::vector<Row> rows) {
    std::erase_if(rows, [](const Row& row) { return row.empty(); });
    return rows;
  }

  // What is first has to happen, so that everything does that has to.
  Written MakePart(int depth, bool may_be_skipped) {
    const int kind = next_id_ < 5 ? *rc::gen::inRange(0, depth < 2 ? 5 : 2) : 0;
    const auto link = static_cast<Contiguity>(*rc::gen::inRange(0, 3));
    if (kind < 2) {
      TestStep step = SomeStep(next_id_++, may_be_skipped);
      if (!may_be_skipped) step.step.least = std::max(step.step.least, 1u);
      return {TextOf(step), {{step}}, step.step.negated ? step.step.link : link};
    }
    Written once;
    const auto inner = static_cast<Contiguity>(*rc::gen::inRange(0, 3));
    bool unordered = false;
    if (kind == 2) {
      once = MakeRow(depth + 1);
      once.text = fmt::format("( {} )", once.text);
    } else if (kind == 3) {
      const Written one = MakeRow(depth + 1), other = MakeRow(depth + 1);
      once = {fmt::format("( {} or {} )", one.text, other.text), one.rows};
      once.rows.insert(once.rows.end(), other.rows.begin(), other.rows.end());
    } else {
      once = MakeUnordered(inner);
      unordered = true;
    }
    return Repeated(once, link, inner, may_be_skipped, unordered);
  }

  Written MakeUnordered(Contiguity inner) {
    std::vector<TestStep> steps;
    std::vector<std::string> texts;
    for (auto count = *rc::gen::inRange(2, 4); count > 0; --count) {
      TestStep& step = steps.emplace_back(SomeStep(next_id_++, false));
      step.step.least = step.step.most = 1;
      step.step.greedy = false;
      step.step.until.reset();
      step.step.link = inner;
      texts.push_back(TextOf(step));
    }
    const bool all = *rc::gen::arbitrary<bool>();
    const auto wanted = all ? steps.size() : *rc::gen::inRange<std::size_t>(1, steps.size() + 1);
    Written some;
    some.text = all ? fmt::format("( {} )", fmt::join(texts, " and "))
                    : fmt::format("{} of ( {} )", wanted, fmt::join(texts, ", "));
    Choose(steps, wanted, {}, &some.rows);
    return some;
  }

  static void Choose(const std::vector<TestStep>& steps, std::size_t wanted, const Row& taken, std::vector<Row>* rows) {
    if (taken.size() == wanted) return rows->push_back(taken);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      std::vector<TestStep> others = steps;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      Row longer = taken;
      longer.push_back(steps[i]);
      Choose(others, wanted, longer, rows);
    }
  }

  // Without end stands for more rounds than there are events.
  static Written Repeated(const Written& once, Contiguity link, Contiguity inner, bool may_be_skipped, bool unordered) {
    const auto least = *rc::gen::inRange<std::uint32_t>(may_be_skipped ? 0 : 1, 3);
    const bool endless = once.rows.size() == 1 && *rc::gen::arbitrary<bool>();
    const std::uint32_t most = endless ? kMaxTimes : std::max(least, *rc::gen::inRange<std::uint32_t>(1, 3));
    Written repeated{once.text + TextOf(inner, least, most), {}, link};
    if (unordered && most == 1) repeated.text += " " + WordOf(inner);
    std::vector<Row> rounds = {{}};
    for (std::uint32_t round = 0; round <= std::min(most, 9u); ++round) {
      if (round > 0) rounds = Product(rounds, round == 1 ? once.rows : Linked(once.rows, inner));
      if (round >= least) repeated.rows.insert(repeated.rows.end(), rounds.begin(), rounds.end());
    }
    return repeated;
  }

  std::size_t next_id_ = 0;
};

std::string SomeStream(int most) {
  std::string stream;
  for (auto length = *rc::gen::inRange(1, most); length > 0; --length) {
    stream += fmt::format("{}{}", *rc::gen::inRange(1, 3), "abcux "[*rc::gen::inRange(0, 6)]);
  }
  return stream + "x";
}

std::string Described(const std::string& text, const Pattern& pattern, std::string_view stream) {
  return fmt::format("{} within {} skip {} {} on {}\n", text, pattern.within_ns / kSecond,
                     static_cast<int>(pattern.skip), pattern.skip_to, stream);
}

// Any but kNone; one of them may need a step that it can go to.
void SkipSomehow(Pattern* pattern) {
  pattern->skip = static_cast<Skip>(*rc::gen::inRange(1, 5));
  if (pattern->skip == Skip::kToNext || pattern->skip == Skip::kPastLast) return;
  std::vector<std::string> names;
  for (const PatternStep& step : pattern->steps) {
    if (!step.negated) names.push_back(step.name);
  }
  pattern->skip_to = names[*rc::gen::inRange<std::size_t>(0, names.size())];
  if (!CheckPattern(*pattern).ok()) pattern->skip = Skip::kToLast;
}

Collect Finds(const Pattern& pattern, const std::vector<Letter>& letters) {
  auto matcher = SequenceMatcher::Compile(pattern, {});
  if (!matcher.ok()) RC_FAIL(matcher.status().message());
  Collect collect;
  for (const Letter& letter : letters) matcher->See(letter.view, letter.wall_ns, collect);
  return collect;
}

RC_GTEST_PROP(SequenceMatcher, FindsWhatTheDefinitionSays, ()) {
  const TestPattern test = SomePattern();
  const Pattern pattern = PatternOf(test);
  const std::string stream = SomeStream(11);
  const std::vector<Letter> letters = LettersOf(stream);
  const Collect collect = Finds(pattern, letters);
  RC_LOG() << Described(TextOf(test), pattern, stream);
  RC_CLASSIFY(!collect.matches.empty(), "has matches");
  RC_ASSERT(collect.matches == IdsOf(Definition(test, letters).All(), letters));
}

RC_GTEST_PROP(SequenceMatcher, SkipsWhatTheStrategySays, ()) {
  const TestPattern test = SomePattern();
  Pattern pattern = PatternOf(test);
  SkipSomehow(&pattern);
  RC_ASSERT(CheckPattern(pattern).ok());
  const std::string stream = SomeStream(11);
  const std::vector<Letter> letters = LettersOf(stream);
  const Collect collect = Finds(pattern, letters);
  const auto to = std::ranges::find(pattern.steps, pattern.skip_to, &PatternStep::name);
  const auto skip_to = static_cast<std::size_t>(to - pattern.steps.begin());
  const std::vector<Match> all = Definition(test, letters).All();
  const std::vector<Match> left = Skipped(all, pattern.skip, skip_to);
  RC_LOG() << Described(TextOf(test), pattern, stream);
  RC_CLASSIFY(left.size() < all.size(), "skips some");
  RC_ASSERT(collect.matches == IdsOf(left, letters));
}

RC_GTEST_PROP(SequenceMatcher, OfGroupsFindsWhatTheRowsDoThatTheyStandFor, ()) {
  const Written written = SomeGroups().Make();
  const std::uint64_t within = *rc::gen::inRange<std::uint64_t>(2, 8);
  const Pattern pattern = Parsed(written.text, within);
  const std::string stream = SomeStream(9);
  const std::vector<Letter> letters = LettersOf(stream);
  RC_LOG() << Described(written.text, pattern, stream);
  RC_PRE(BuildAutomaton(pattern).ok());  // else it has too many positions
  std::multiset<Ids> expected;
  for (const Row& row : written.rows) {
    const TestPattern test{row, within};
    expected.merge(IdsOf(Definition(test, letters).All(), letters));
  }
  RC_CLASSIFY(!expected.empty(), "has matches");
  RC_ASSERT(Finds(pattern, letters).matches == expected);
}

// Whether a matcher that is saved anywhere in the stream, and another one that goes on from there, tell what one alone
// tells.
template <typename Matcher>
void GoesOnFromItsState(const std::string& text, const Pattern& pattern, const std::string& stream) {
  const std::vector<Letter> letters = LettersOf(stream);
  auto alone = Matcher::Compile(pattern, {}), before = Matcher::Compile(pattern, {}),
       after = Matcher::Compile(pattern, {});
  RC_ASSERT(alone.ok() && before.ok() && after.ok());
  const auto cut = *rc::gen::inRange<std::size_t>(0, letters.size() + 1);
  RC_LOG() << Described(text, pattern, stream) << "cut at " << cut << "\n";
  Lines expected, told;
  for (const Letter& letter : letters) alone->See(letter.view, letter.wall_ns, expected);
  for (std::size_t i = 0; i < cut; ++i) before->See(letters[i].view, letters[i].wall_ns, told);
  Packer packer;
  before->Save(&packer);
  Unpacker unpacker(packer.bytes());
  RC_ASSERT(after->Load(cut > 0 ? letters[cut - 1].wall_ns : 0, &unpacker));
  RC_ASSERT(unpacker.done());
  for (std::size_t i = cut; i < letters.size(); ++i) after->See(letters[i].view, letters[i].wall_ns, told);
  RC_CLASSIFY(!expected.lines.empty(), "has matches");
  RC_ASSERT(told.lines == expected.lines);
  RC_ASSERT(after->partials() == alone->partials());
}

RC_GTEST_PROP(SequenceMatcher, GoesOnFromItsState, ()) {
  const std::string text = *rc::gen::arbitrary<bool>() ? TextOf(SomePattern()) : SomeGroups().Make().text;
  Pattern pattern = Parsed(text, *rc::gen::inRange<std::uint64_t>(2, 8));
  RC_PRE(BuildAutomaton(pattern).ok());
  if (*rc::gen::arbitrary<bool>()) SkipSomehow(&pattern);
  if (*rc::gen::arbitrary<bool>()) pattern.by = {"pid"};
  pattern.suppress_ns = *rc::gen::inRange<std::uint64_t>(0, 4) * kSecond;
  pattern.timeouts = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) pattern.partials = pattern.partials_by_key = 3;
  GoesOnFromItsState<SequenceMatcher>(text, pattern, SomeStream(20));
}

RC_GTEST_PROP(ThresholdMatcher, GoesOnFromItsState, ()) {
  Pattern pattern;
  const auto measure =
      *rc::gen::element<std::string>("count [] >= 2", "distinct(comm) [] >= 2", "sum(size) [] > 4", "mean(size) [] > 1",
                                     "percentile(50, size) [] > 1", "rate [] > 1 times before");
  std::string text = measure;
  RC_ASSERT(ParsePatternText(text.insert(text.find('[') + 1, "comm in (a, b, c)"), &pattern).ok());
  pattern.within_ns = *rc::gen::inRange<std::uint64_t>(1, 8) * kSecond;
  if (*rc::gen::arbitrary<bool>()) pattern.by = {"pid"};
  pattern.suppress_ns = *rc::gen::inRange<std::uint64_t>(0, 4) * kSecond;
  if (*rc::gen::arbitrary<bool>()) pattern.partials = 2;
  GoesOnFromItsState<ThresholdMatcher>(measure, pattern, SomeStream(20));
}

}  // namespace
}  // namespace vexevt
