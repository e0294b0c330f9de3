// The matchers against slow ones that are plainly right: fnmatch(3), std::regex, memmem, and each pattern by
// itself.
#include <fnmatch.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstring>
#include <regex>
#include <string>
#include <vector>

#include "lib/match/affix_trie.h"
#include "lib/match/glob.h"
#include "lib/match/literal_finder.h"
#include "lib/match/literal_scanner.h"
#include "lib/match/pattern_set.h"
#include "lib/match/regex.h"
#include "lib/match/regex_literals.h"
#include "lib/match/string_set.h"

namespace vexevt {
namespace {

// Few letters, so that matches are common.
rc::Gen<std::string> Text(std::string letters = "ab/.x\n") {
  return rc::gen::container<std::string>(rc::gen::elementOf(std::move(letters)));
}

rc::Gen<std::string> Joined(rc::Gen<std::string> piece) {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(std::move(piece)),
                      [](const std::vector<std::string>& pieces) {
                        std::string all;
                        for (const std::string& one : pieces) all += one;
                        return all;
                      });
}

rc::Gen<std::string> AGlob() {
  return Joined(rc::gen::element<std::string>("a", "b", "x", "/", "/", ".", "*", "**", "**/", "?", "[ab]", "[!a]",
                                              "{a,b/}", "{,x}", "ab/", ".x"));
}

// What RE2 and std::regex both know.
rc::Gen<std::string> ARegex() {
  return Joined(rc::gen::element<std::string>("a", "b", "x", "/", "\\.", "[ab]", "[^/]", "a*", "b+", "x?", "(a|b)",
                                              "(?:ab)+", "[^a]*"));
}

RC_GTEST_PROP(Glob, AgreesWithFnmatch, ()) {
  // The shared subset: single stars, classes, escapes; fnmatch's FNM_PATHNAME is '/' as we have it.
  const std::string glob = *Joined(
      rc::gen::element<std::string>("a", "b", "x", "/", ".", "\\*", "?", "[ab]", "[!a]", "[a-x]", "*a", "*/", "*.x"));
  const std::string text = *Text("ab/.x*");
  const auto compiled = Glob::Compile(glob);
  RC_ASSERT(compiled.ok());
  RC_ASSERT(compiled->Matches(text) == (fnmatch(glob.c_str(), text.c_str(), FNM_PATHNAME) == 0));
}

RC_GTEST_PROP(Glob, AgreesWithItsRegex, ()) {
  const std::string glob = *AGlob();
  const std::string text = *Text();
  const auto compiled = Glob::Compile(glob);
  RC_PRE(compiled.ok());
  const auto regex = Regex::Compile(compiled->regex());
  RC_PRE(regex.ok());  // many braces make a large one
  RC_ASSERT(compiled->Matches(text) == regex->Matches(text));
}

RC_GTEST_PROP(Glob, KeysStandInEveryMatch, ()) {
  const auto compiled = Glob::Compile(*AGlob());
  RC_PRE(compiled.ok());
  const std::string text = *Text("ab/.x");
  for (const GlobAlternative& alternative : compiled->alternatives()) {
    if (!alternative.Matches(text)) continue;
    RC_ASSERT(text.starts_with(alternative.prefix()));
    RC_ASSERT(text.ends_with(alternative.suffix()));
    RC_ASSERT(text.find(alternative.inner()) != text.npos);
    if (alternative.inner_starts_component()) RC_ASSERT(("/" + text).find("/" + alternative.inner()) != text.npos);
  }
}

RC_GTEST_PROP(Regex, AgreesWithStdRegex, ()) {
  const std::string regex = *ARegex();
  const std::string text = *Text("ab/.x");
  RC_ASSERT(Regex::Compile(regex)->Matches(text) == std::regex_search(text, std::regex(regex)));
}

RC_GTEST_PROP(LiteralFinder, AgreesWithSearch, ()) {
  const std::string literal = *Text("ab/");
  const std::string text = *Text("ab/");
  const std::size_t from = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  RC_ASSERT(LiteralFinder(literal).Find(text, from) == text.find(literal, from));
}

// Bytes of every kind, few enough that literals overlap and meet texts at both of their ends.
std::string AllBytes() { return std::string("ab/\n\0\xff\xe9", 7); }

RC_GTEST_PROP(LiteralScanner, AgreesWithSearch, ()) {
  auto literals = *rc::gen::container<std::vector<std::string>>(Text(AllBytes()));
  std::erase(literals, "");
  // Many at once now and then: more than one for each bit of a bucket or a word.
  for (int i = *rc::gen::element(0, 0, 70, 300); i > 0; --i) literals.push_back("b" + std::to_string(i));
  const auto texts = *rc::gen::container<std::vector<std::string>>(
      rc::gen::oneOf(Text(AllBytes()), Text("ab0123456789"),
                     Joined(rc::gen::elementOf(literals.empty() ? std::vector<std::string>{"a"} : literals))));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  for (const bool vectors : {false, WindowFilter::HasVectors()}) {
    LiteralScanner scanner(vectors);
    for (std::uint32_t i = 0; i < literals.size(); ++i) scanner.Add(literals[i], i);
    scanner.Build();
    LiteralScanner::Scratch scratch;
    for (int round = 0; round < 2; ++round) {
      scanner.Scan(views, scratch);
      auto hit = scratch.hits.begin();
      for (std::uint32_t t = 0; t < texts.size(); ++t) {
        std::vector<std::uint32_t> found;
        for (; hit != scratch.hits.end() && hit->text == t; ++hit) found.push_back(hit->value);
        std::sort(found.begin(), found.end());
        std::vector<std::uint32_t> expected;
        for (std::uint32_t i = 0; i < literals.size(); ++i) {
          if (memmem(texts[t].data(), texts[t].size(), literals[i].data(), literals[i].size()) != nullptr)
            expected.push_back(i);
        }
        RC_ASSERT(found == expected);
      }
      RC_ASSERT(hit == scratch.hits.end());
    }
  }
}

template <TrieDirection direction>
void CheckTrie(const std::vector<std::string>& keys, const std::vector<std::string>& texts) {
  AffixTrie<direction> trie;
  for (std::uint32_t i = 0; i < keys.size(); ++i) trie.Add(keys[i], i);
  trie.Build();
  for (const std::string& text : texts) {
    std::vector<std::pair<std::uint32_t, std::size_t>> found;
    trie.Walk(text, [&](std::uint32_t value, std::size_t rest) { found.emplace_back(value, rest); });
    std::sort(found.begin(), found.end());
    std::vector<std::pair<std::uint32_t, std::size_t>> expected;
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
      const bool has = direction == TrieDirection::kForward ? text.starts_with(keys[i]) : text.ends_with(keys[i]);
      if (has) expected.emplace_back(i, text.size() - keys[i].size());
    }
    RC_ASSERT(found == expected);
  }
}

RC_GTEST_PROP(AffixTrie, AgreesWithStartsWithAndEndsWith, ()) {
  // Long pieces too, so that keys are probed at several distances and labels are longer than a node holds.
  const auto texts_of = [](std::size_t most) {
    return rc::gen::resize(static_cast<int>(most),
                           rc::gen::container<std::vector<std::string>>(Joined(rc::gen::element<std::string>(
                               "a", "b", "/", "\xff", std::string(1, '\0'), "/usr/share/", "/srv/tenants/t",
                               "0123456789abcdef", ".log", "longer_than_eight"))));
  };
  auto keys = *texts_of(12);
  const auto texts = *texts_of(20);
  // Also keys that texts have.
  for (std::size_t i = 0; i < texts.size() && i < 4; ++i) {
    const std::size_t size = *rc::gen::inRange<std::size_t>(0, texts[i].size() + 1);
    keys.push_back(texts[i].substr(0, size));
    keys.push_back(texts[i].substr(size));
  }
  if (*rc::gen::arbitrary<bool>()) std::erase_if(keys, [](const std::string& key) { return key.size() < 4; });
  CheckTrie<TrieDirection::kForward>(keys, texts);
  CheckTrie<TrieDirection::kBackward>(keys, texts);
}

bool StandsIn(const std::string& text, const PlacedLiteral& literal) {
  switch (literal.place) {
    case LiteralPlace::kWhole:
      return text == literal.text;
    case LiteralPlace::kStart:
      return text.starts_with(literal.text);
    case LiteralPlace::kEnd:
      return text.ends_with(literal.text);
    case LiteralPlace::kInside:
      return text.find(literal.text) != text.npos;
  }
  return false;
}

RC_GTEST_PROP(LiteralsOf, OneStandsInEveryMatch, ()) {
  const std::string regex = *Joined(rc::gen::element<std::string>(
      "a", "b", "AB", "/", "\\.", "[ab]", "[^/]", "a*", "b+", "x?", "(a|b)", "(?:ab)+", "(?i)", "(?-i)", "(?i:ab|x)",
      "|", "^", "$", "\\A", "\\z", "\\b", "a{2}", "(ab){1,2}", "x{0}", "(?m)", "(?-s)", "(|/)", "[ax]{2,}?", "\\x41",
      "\xe9", "(?P<n>x|/b)", ".", ".*", ".*?", "\\d", "(^|/)", "(a|$)"));
  const auto compiled = Regex::Compile(regex);
  RC_PRE(compiled.ok());
  const RegexLiterals literals = LiteralsOf(regex);
  RC_PRE(!literals.any.empty());
  RC_TAG(literals.exact ? "exact" : "required");
  for (const std::string& text : *rc::gen::container<std::vector<std::string>>(Text("abABx/.\n\xe9\xc9"))) {
    const bool stands = std::any_of(literals.any.begin(), literals.any.end(),
                                    [&](const PlacedLiteral& literal) { return StandsIn(text, literal); });
    RC_ASSERT(stands || !compiled->Matches(text));
    RC_ASSERT(!stands || !literals.exact || compiled->Matches(text));
  }
}

RC_GTEST_PROP(StringSet, HoldsWhatWasAdded, ()) {
  const auto texts = *rc::gen::container<std::vector<std::string>>(Text());
  const StringSet set = std::move(StringSet::FromTexts(texts)).value();
  const std::string probe = *Text();
  RC_ASSERT(set.Contains(probe) == (std::find(texts.begin(), texts.end(), probe) != texts.end()));
  for (const std::string& text : texts) RC_ASSERT(set.Contains(text));
}

// A pattern by itself; the properties above hold its glob or regex to account.
bool Naive(const StringPattern& pattern, const Result<Glob>& glob, const Result<Regex>& regex,
           const std::string& text) {
  switch (pattern.kind) {
    case PatternKind::kExact:
      return text == pattern.text;
    case PatternKind::kPrefix:
      return text.compare(0, pattern.text.size(), pattern.text) == 0;
    case PatternKind::kSuffix:
      return text.size() >= pattern.text.size() && text.substr(text.size() - pattern.text.size()) == pattern.text;
    case PatternKind::kContains:
      return text.find(pattern.text) != text.npos;
    case PatternKind::kGlob:
      return glob->Matches(text);
    case PatternKind::kRegex:
      return regex->Matches(text);
    case PatternKind::kInSet:
      return pattern.set->Contains(text);
  }
  return false;
}

rc::Gen<StringPattern> APattern() {
  const auto make = [](PatternKind kind) {
    return [kind](std::string text) { return StringPattern{kind, std::move(text), {}}; };
  };
  const auto anchored =
      rc::gen::map(rc::gen::pair(ARegex(), rc::gen::inRange(0, 8)), [](const std::pair<std::string, int>& p) {
        const std::string ends = (p.second & 4) && !(p.second & 2) ? ".*" : "";
        return (p.second & 1 ? "^" : "") + p.first + ends + (p.second & 2 ? "$" : "");
      });
  const auto odd = rc::gen::element<std::string>("\\s", "a\\W", "(?i)A/", "^$", "a|^b$", "[\\x00-\\x1f]b", "(?m)^b",
                                                 "\\bx", "x$|/", "\\Aa.", ".\\z", "(?-s)a.b");
  return rc::gen::oneOf(
      rc::gen::map(Text(), make(PatternKind::kExact)), rc::gen::map(Text(), make(PatternKind::kPrefix)),
      rc::gen::map(Text(), make(PatternKind::kSuffix)), rc::gen::map(Text(), make(PatternKind::kContains)),
      rc::gen::map(AGlob(), make(PatternKind::kGlob)), rc::gen::map(anchored, make(PatternKind::kRegex)),
      rc::gen::map(odd, make(PatternKind::kRegex)));
}

RC_GTEST_PROP(PatternSet, AgreesWithEachPatternByItself, ()) {
  const auto small = [](auto gen) { return rc::gen::resize(25, std::move(gen)); };
  auto patterns = *small(rc::gen::container<std::vector<StringPattern>>(APattern()));
  std::erase_if(patterns,
                [](const StringPattern& p) { return p.kind == PatternKind::kGlob && !Glob::Compile(p.text).ok(); });
  const auto texts = *small(rc::gen::container<std::vector<std::string>>(Text(std::string("ab/.xB\n\0", 8))));
  const PatternSet set = std::move(PatternSet::Compile(patterns)).value();

  std::vector<std::vector<std::uint32_t>> expected(texts.size());
  for (std::uint32_t id = 0; id < patterns.size(); ++id) {
    const auto glob = Glob::Compile(patterns[id].kind == PatternKind::kGlob ? patterns[id].text : "");
    const auto regex = Regex::Compile(patterns[id].kind == PatternKind::kRegex ? patterns[id].text : "");
    for (std::size_t t = 0; t < texts.size(); ++t) {
      if (Naive(patterns[id], glob, regex, texts[t])) expected[t].push_back(id);
    }
  }
  PatternSet::Scratch scratch;
  PatternHits hits;
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  for (const bool warm : {false, true}) {
    if (warm) set.Warm();
    set.MatchBatch(views, scratch, hits);
    RC_ASSERT(hits.size() == texts.size());
    for (std::size_t t = 0; t < texts.size(); ++t)
      RC_ASSERT(std::vector<std::uint32_t>(hits[t].begin(), hits[t].end()) == expected[t]);
    for (std::size_t t = 0; t < texts.size(); ++t) {
      set.MatchBatch({&views[t], 1}, scratch, hits);
      RC_ASSERT(std::vector<std::uint32_t>(hits[0].begin(), hits[0].end()) == expected[t]);
    }
  }
}

}  // namespace
}  // namespace vexevt
