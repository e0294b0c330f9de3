#include "lib/correlate/correlator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lib/correlate/testing/letters.h"

namespace vexevt {
namespace {

Correlator Compiled(const std::string& text) {
  auto file = ParsePatterns(text, "p.toml");
  EXPECT_TRUE(file.ok()) << file.status().message();
  auto correlator = Correlator::Compile(*file);
  EXPECT_TRUE(correlator.ok()) << correlator.status().message();
  return std::move(*correlator);
}

std::string FileErrorOf(const std::string& text) {
  auto file = ParsePatterns(text, "p.toml");
  if (!file.ok()) return file.status().message();
  return Correlator::Compile(*file).status().message();
}

struct Told {
  std::vector<std::string> lines;
  std::vector<EventId> ids;
  Correlator::TellEvent tell = [this](const Event& event) {
    std::string line;
    if (const auto* match = std::get_if<MatchPayload>(&event.payload)) {
      line = fmt::format("{} {} g{}{}", match->pattern, match->count, match->generation, match->uncertain ? "?" : "");
    } else {
      line = fmt::format("lost {}", std::get<GapPayload>(event.payload).lost);
    }
    for (const Attribute& attribute : event.attributes) {
      if (const auto* text = std::get_if<AttributeText>(&attribute.value)) {
        line += fmt::format(" {}={}", attribute.key, text->value);
      } else if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
        line += fmt::format(" {}={}", attribute.key, *number);
      }
    }
    lines.push_back(line);
    ids.push_back(event.id);
  };
};

constexpr const char* kAb = "[[pattern]]\nname = 'ab'\nmatch = 'a: [comm = a] then b: [comm = b]'\nby = ['pid']\n";

TEST(Correlator, TellsMatchesWithTheirValues) {
  Correlator correlator = Compiled(kAb);
  Told told;
  for (const Letter& letter : LettersOf("7ab")) correlator.See(letter.view, told.tell);
  EXPECT_EQ(told.lines, std::vector<std::string>{"ab 2 g1 pid=7 a.path=/x b.path=/x"});
}

TEST(Correlator, AMatchHasTheSameIdInEveryRun) {
  Told first, second;
  const auto letters = LettersOf("abab");
  Correlator one = Compiled(kAb), two = Compiled(kAb);
  for (const Letter& letter : letters) one.See(letter.view, first.tell);
  for (const Letter& letter : letters) two.See(letter.view, second.tell);
  ASSERT_EQ(first.ids.size(), 2u);
  EXPECT_EQ(first.ids, second.ids);
  EXPECT_FALSE(first.ids[0] == first.ids[1]);
}

TEST(Correlator, PutsLateEventsIntoTheirOrder) {
  Correlator correlator = Compiled(kAb);
  correlator.set_lateness(3 * kSecond);
  const auto letters = LettersOf("abx");
  Told told;
  for (const std::size_t i : {1u, 0u, 2u}) correlator.See(letters[i].view, told.tell);
  EXPECT_TRUE(told.lines.empty());
  correlator.Finish(told.tell);
  EXPECT_EQ(told.lines.size(), 1u);
  EXPECT_EQ(correlator.late(), 0u);
}

TEST(Correlator, CountsWhatComesTooLate) {
  Correlator correlator = Compiled(kAb);
  const auto letters = LettersOf("ab");
  Told told;
  correlator.See(letters[1].view, told.tell);
  correlator.See(letters[0].view, told.tell);
  EXPECT_EQ(correlator.late(), 1u);
}

TEST(Correlator, GivesAwayWhatComesTooLate) {
  Correlator correlator = Compiled(kAb);
  std::vector<std::uint64_t> late;
  correlator.set_late([&](const EventView& event) { late.push_back(event.id().sequence); });
  const auto letters = LettersOf("xab");
  Told told;
  for (const std::size_t i : {0u, 2u, 1u}) correlator.See(letters[i].view, told.tell);
  EXPECT_EQ(late, std::vector<std::uint64_t>{2});
  EXPECT_EQ(correlator.late(), 1u);
  EXPECT_EQ(correlator.Tally()[0].partials, 0u) << "it was not looked at";
}

// A pattern sees the matches of those before it, and theirs.
TEST(Correlator, ShowsMatchesToPatternsBehind) {
  const std::string before = "[[pattern]]\nname = 'before'\nmatch = '[type = vexevt.match]'\n";
  const std::string twice =
      "[[pattern]]\nname = 'twice'\nby = ['attr.pid']\nskip = 'past-last'\n"
      "match = '[type = vexevt.match and match.pattern = ab]{2}'\n";
  const std::string mixed =
      "[[pattern]]\nname = 'mixed'\nmatch = 't: [type = vexevt.match and match.pattern = twice] next [comm = c]'\n";
  const std::string count = "[[pattern]]\nname = 'count'\nwithin = '1h'\nmatch = 'count [type = vexevt.match] >= 4'\n";
  Correlator correlator = Compiled(before + kAb + twice + mixed + count);
  Told told;
  for (const Letter& letter : LettersOf("1a2ab1b1abc")) correlator.See(letter.view, told.tell);
  EXPECT_EQ(told.lines, (std::vector<std::string>{
                            "ab 2 g1 pid=2 a.path=/x b.path=/x", "ab 2 g1 pid=1 a.path=/x b.path=/x",
                            "ab 2 g1 pid=1 a.path=/x b.path=/x", "twice 2 g1 pid=1", "count 4 g1", "mixed 2 g1"}));
}

TEST(Correlator, ShowsPatternsBehindWhatTimeBrings) {
  Correlator correlator = Compiled(
      "[[pattern]]\nname = 'open'\nmatch = '[comm = a] then not [comm = b]'\nwithin = '2s'\n"
      "[[pattern]]\nname = 'again'\nmatch = '[type = vexevt.match]'\n");
  Told told;
  const auto letters = LettersOf("a");
  correlator.See(letters[0].view, told.tell);
  correlator.AdvanceTo(letters[0].wall_ns + 3 * kSecond, told.tell);
  EXPECT_EQ(told.lines, (std::vector<std::string>{"open 1 g1", "again 1 g1"}));
}

TEST(Correlator, TellsAbsencesAsTimeGoesBy) {
  Correlator correlator = Compiled("[[pattern]]\nmatch = 'a: [comm = a] then not [comm = b]'\nwithin = '5s'\n");
  const auto letters = LettersOf("a");
  Told told;
  correlator.See(letters[0].view, told.tell);
  ASSERT_TRUE(correlator.next_deadline_ns());
  EXPECT_EQ(*correlator.next_deadline_ns(), letters[0].wall_ns + 5 * kSecond);
  correlator.AdvanceTo(letters[0].wall_ns + 4 * kSecond, told.tell);
  EXPECT_TRUE(told.lines.empty());
  correlator.AdvanceTo(letters[0].wall_ns + 5 * kSecond, told.tell);
  EXPECT_EQ(told.lines, std::vector<std::string>{"pattern-1 1 g1 a.path=/x"});
}

TEST(Correlator, KeepsWhatGoesOnAcrossAReload) {
  Correlator before =
      Compiled(std::string(kAb) + "[[pattern]]\nname = 'other'\nmatch = '[comm = c] then [comm = d]'\n");
  const auto letters = LettersOf("acbd");
  Told told;
  before.See(letters[0].view, told.tell);
  before.See(letters[1].view, told.tell);
  Correlator after = Compiled(std::string(kAb) + "[[pattern]]\nname = 'other'\nmatch = '[comm = c] next [comm = d]'\n");
  EXPECT_TRUE(after.Inherit(before).ok());
  after.See(letters[2].view, told.tell);
  after.See(letters[3].view, told.tell);
  EXPECT_EQ(told.lines, std::vector<std::string>{"ab 2 g2 pid=1 a.path=/x b.path=/x"});
}

TEST(Correlator, AReloadTakesListsThatHaveChanged) {
  const std::string pattern = "[[pattern]]\nname = 'p'\nmatch = '[comm in $names]'\n";
  Correlator before = Compiled("[lists]\nnames = ['a']\n" + pattern);
  Correlator after = Compiled("[lists]\nnames = ['b']\n" + pattern);
  EXPECT_TRUE(after.Inherit(before).ok());
  Told told;
  for (const Letter& letter : LettersOf("ab")) after.See(letter.view, told.tell);
  EXPECT_EQ(told.lines.size(), 1u);
}

std::string SavedAs(const Correlator& correlator) {
  Packer packer;
  correlator.Save(&packer);
  return packer.Take();
}

TEST(Correlator, GoesOnFromItsState) {
  const std::string patterns =
      std::string(kAb) + "[[pattern]]\nname = 'count'\nwithin = '1h'\nmatch = 'count [comm = a] >= 3'\n";
  const auto letters = LettersOf("ab2a1aba2bab");
  // Late by up to two seconds.
  const std::size_t order[] = {1, 0, 2, 4, 3, 5, 7, 6, 8};
  for (std::size_t cut = 0; cut <= std::size(order); ++cut) {
    Told expected, told;
    Correlator alone = Compiled(patterns), before = Compiled(patterns), after = Compiled(patterns);
    for (Correlator* correlator : {&alone, &before, &after}) correlator->set_lateness(2 * kSecond);
    for (const std::size_t i : order) alone.See(letters[i].view, expected.tell);
    alone.Finish(expected.tell);
    for (std::size_t i = 0; i < cut; ++i) before.See(letters[order[i]].view, told.tell);
    const std::string saved = SavedAs(before);
    Unpacker unpacker(saved);
    const auto changed = after.Load(&unpacker);
    ASSERT_TRUE(changed.ok()) << changed.status().message();
    EXPECT_TRUE(changed->empty());
    for (std::size_t i = cut; i < std::size(order); ++i) after.See(letters[order[i]].view, told.tell);
    after.Finish(told.tell);
    EXPECT_EQ(told.lines, expected.lines);
    EXPECT_EQ(told.ids, expected.ids);
    EXPECT_EQ(after.Tally()[0].matches, alone.Tally()[0].matches);
  }
}

TEST(Correlator, LooksAtWhatARunHeldThatAllowedForLateness) {
  Correlator before = Compiled(kAb), after = Compiled(kAb);
  before.set_lateness(9 * kSecond);
  Told told;
  const auto letters = LettersOf("ab");
  before.See(letters[0].view, told.tell);
  const std::string saved = SavedAs(before);
  Unpacker unpacker(saved);
  ASSERT_TRUE(after.Load(&unpacker).ok());
  after.See(letters[1].view, told.tell);
  EXPECT_EQ(told.lines.size(), 1u);
}

TEST(Correlator, OfAChangedPatternDropsWhatItHadKept) {
  Correlator before = Compiled(kAb);
  Told told;
  const auto letters = LettersOf("abab");
  before.See(letters[0].view, told.tell);
  const std::string saved = SavedAs(before);
  Correlator after = Compiled("[[pattern]]\nname = 'ab'\nmatch = '[comm = a] then [comm = b]'\n");
  Unpacker unpacker(saved);
  const auto changed = after.Load(&unpacker);
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(*changed, std::vector<std::string>{"ab"});
  EXPECT_EQ(after.generation(), 2u);
  after.See(letters[1].view, told.tell);
  EXPECT_TRUE(told.lines.empty());
}

TEST(Correlator, RefusesAStateThatIsCutOff) {
  Correlator before = Compiled(kAb);
  before.set_lateness(kSecond);
  Told told;
  for (const Letter& letter : LettersOf("aba")) before.See(letter.view, told.tell);
  const std::string saved = SavedAs(before);
  for (std::size_t size = 0; size < saved.size(); ++size) {
    Unpacker unpacker(std::string_view(saved).substr(0, size));
    EXPECT_FALSE(Compiled(kAb).Load(&unpacker).ok()) << size;
  }
}

TEST(Correlator, TellsOfPartialMatchesThatItGaveUp) {
  Correlator correlator = Compiled(std::string(kAb) + "partials = 1\n");
  Told told;
  for (const Letter& letter : LettersOf("aaa")) correlator.See(letter.view, told.tell);
  correlator.TellLosses(told.tell);
  correlator.TellLosses(told.tell);
  EXPECT_EQ(told.lines, std::vector<std::string>{"lost 2"});
}

TEST(PatternsFile, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(FileErrorOf(""), "p.toml:1:1: the file wants 'pattern'");
  EXPECT_EQ(FileErrorOf("[[pattern]]\nmatch = '[pth = 1]'\n"),
            "p.toml:2:11: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(FileErrorOf("[[pattern]]\nmatch = '[pid = 1'\n"), "p.toml:2:10: the '[' that stands here has no ']'");
  EXPECT_EQ(FileErrorOf("[[pattern]]\nmatch = '[pid = 1]'\nskip = 'never'\n"),
            "p.toml:3:8: 'never' is none of none, to-next, past-last, to-first STEP, to-last STEP");
  EXPECT_EQ(FileErrorOf("[[pattern]]\nmatch = '[pid = 1]'\nshow = ['a.path']\n"),
            "p.toml:3:9: 'a.path' is not STEP.FIELD, of a step that has a name and happens");
  EXPECT_EQ(FileErrorOf("[[pattern]]\nname = 'x'\nmatch = 'count [pid = 1] > 3'\n"),
            "p.toml:1:1: pattern 'x': a threshold wants 'within': the window that is counted in");
}

}  // namespace
}  // namespace vexevt
