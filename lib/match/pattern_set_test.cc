#include "lib/match/pattern_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "lib/match/string_set.h"

namespace vexevt {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using Kind = PatternKind;
using Ids = std::vector<std::uint32_t>;

PatternSet Compile(const std::vector<StringPattern>& patterns) {
  Result<PatternSet> set = PatternSet::Compile(patterns);
  EXPECT_TRUE(set.ok()) << set.status().message();
  return std::move(set).value();
}

Ids Of(std::span<const std::uint32_t> hits) { return {hits.begin(), hits.end()}; }

// Alone and among others, before and after the scanners are there: all must agree.
Ids Hits(const PatternSet& set, std::string_view text) {
  PatternSet::Scratch scratch;
  Ids ids;
  for (const bool warm : {false, true}) {
    if (warm) set.Warm();
    PatternHits hits;
    set.MatchBatch({&text, 1}, scratch, hits);
    EXPECT_EQ(hits.size(), 1u);
    const Ids single = Of(hits[0]);
    const std::string_view texts[] = {"", text, "other"};
    set.MatchBatch(texts, scratch, hits);
    EXPECT_EQ(hits.size(), 3u);
    EXPECT_EQ(Of(hits[1]), single) << text;
    if (warm) {
      EXPECT_EQ(single, ids) << "the scanner changed the answer for " << text;
    }
    ids = single;
  }
  return ids;
}

TEST(PatternSet, EmptyHoldsNothing) {
  const PatternSet set = Compile({});
  EXPECT_THAT(Hits(set, "/a"), IsEmpty());
}

TEST(PatternSet, EveryKind) {
  auto list = std::make_shared<StringSet>(std::move(StringSet::FromTexts({"/etc/passwd", "x"})).value());
  const PatternSet set = Compile({{Kind::kExact, "/etc/passwd", {}},
                                  {Kind::kPrefix, "/etc/", {}},
                                  {Kind::kSuffix, "wd", {}},
                                  {Kind::kContains, "c/p", {}},
                                  {Kind::kContains, "/pass", {}},
                                  {Kind::kGlob, "/e*/p{asswd,rofile}", {}},
                                  {Kind::kRegex, "pa[rs]+wd$", {}},
                                  {Kind::kInSet, "", list},
                                  {Kind::kPrefix, "", {}}});
  EXPECT_THAT(Hits(set, "/etc/passwd"), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(Hits(set, "/etc/passwd-"), ElementsAre(1, 3, 4, 8));
  EXPECT_THAT(Hits(set, "/etc/profile"), ElementsAre(1, 3, 5, 8));
  EXPECT_THAT(Hits(set, "x"), ElementsAre(7, 8));
  EXPECT_THAT(Hits(set, ""), ElementsAre(8));
  EXPECT_THAT(Hits(set, "passwd"), ElementsAre(2, 6, 8));
}

TEST(PatternSet, GlobsUnderEachKindOfKey) {
  const PatternSet set = Compile({{Kind::kGlob, "/srv/a/*/x", {}},
                                  {Kind::kGlob, "**/*-[0-9].gz", {}},
                                  {Kind::kGlob, "**/node_modules/**/[a-c]*", {}},
                                  {Kind::kGlob, "**/[ab]*tmp*", {}},
                                  {Kind::kGlob, "**/.git/**", {}},
                                  {Kind::kGlob, "?", {}},
                                  {Kind::kGlob, "{/srv/**,**/*.{c,h},lit}", {}},
                                  {Kind::kGlob, "**", {}},
                                  {Kind::kGlob, "", {}}});
  EXPECT_THAT(Hits(set, "/srv/a/b/x"), ElementsAre(0, 6, 7));
  EXPECT_THAT(Hits(set, "/x/y-1.gz"), ElementsAre(1, 7));
  EXPECT_THAT(Hits(set, "/x/node_modules/y/a.h"), ElementsAre(2, 6, 7));
  EXPECT_THAT(Hits(set, "node_modules/b"), ElementsAre(2, 7));
  EXPECT_THAT(Hits(set, "/b_tmp_"), ElementsAre(3, 7));
  EXPECT_THAT(Hits(set, ".git/x"), ElementsAre(4, 7));
  EXPECT_THAT(Hits(set, "/y.git/x"), ElementsAre(7));
  EXPECT_THAT(Hits(set, "q"), ElementsAre(5, 7));
  EXPECT_THAT(Hits(set, "lit"), ElementsAre(6, 7));
  EXPECT_THAT(Hits(set, ""), ElementsAre(7, 8));
}

TEST(PatternSet, NewlinesAndNulsAreBytes) {
  const PatternSet set = Compile({{Kind::kRegex, "^/etc/.*x[^/]y$", {}},
                                  {Kind::kRegex, "a\\sb", {}},
                                  {Kind::kRegex, "^b[cd]", {}},
                                  {Kind::kContains, "q\nr", {}},
                                  {Kind::kContains, std::string("q\0r", 3), {}},
                                  {Kind::kRegex, "e[^x]f", {}},
                                  {Kind::kRegex, "m\\x00n", {}}});
  EXPECT_THAT(Hits(set, "/etc/\n/x\ny"), ElementsAre(0));
  EXPECT_THAT(Hits(set, "a\nb"), ElementsAre(1));
  EXPECT_THAT(Hits(set, "\nbc"), IsEmpty());
  EXPECT_THAT(Hits(set, "bc"), ElementsAre(2));
  EXPECT_THAT(Hits(set, "q\nr"), ElementsAre(3));
  EXPECT_THAT(Hits(set, std::string_view("q\0r", 3)), ElementsAre(4));
  EXPECT_THAT(Hits(set, std::string_view("e\0f", 3)), ElementsAre(5));
  EXPECT_THAT(Hits(set, "m\nn"), IsEmpty());
  EXPECT_THAT(Hits(set, std::string_view("m\0n", 3)), ElementsAre(6));
}

TEST(PatternSet, MatchesDoNotCrossTexts) {
  const PatternSet set =
      Compile({{Kind::kRegex, "a[^x]b", {}}, {Kind::kRegex, "a\\W?b", {}}, {Kind::kRegex, "^b?$", {}}});
  set.Warm();
  PatternSet::Scratch scratch;
  PatternHits hits;
  const std::string_view texts[] = {"a", "b", "", "a-b"};
  set.MatchBatch(texts, scratch, hits);
  EXPECT_THAT(hits[0], IsEmpty());
  EXPECT_THAT(hits[1], ElementsAre(2));
  EXPECT_THAT(hits[2], ElementsAre(2));
  EXPECT_THAT(hits[3], ElementsAre(0, 1));
}

TEST(PatternSet, LargeBatchesOfLongTexts) {
  const PatternSet set =
      Compile({{Kind::kContains, "needle", {}}, {Kind::kRegex, "ne+dle$", {}}, {Kind::kSuffix, "x", {}}});
  set.Warm();
  std::vector<std::string> storage;
  for (std::size_t i = 0; i < 1000; ++i) {
    storage.push_back(std::string(i * 37 % 4096, '.') + (i % 3 == 0 ? "needle" : "") + (i % 2 == 0 ? "x" : ""));
  }
  const std::vector<std::string_view> texts(storage.begin(), storage.end());
  PatternSet::Scratch scratch;
  PatternHits hits;
  set.MatchBatch(texts, scratch, hits);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Ids expected;
    if (i % 3 == 0) expected.push_back(0);
    if (i % 3 == 0 && i % 2 == 1) expected.push_back(1);
    if (i % 2 == 0) expected.push_back(2);
    ASSERT_THAT(hits[i], ElementsAreArray(expected)) << i;
  }
}

TEST(PatternSet, OneSetServesManyThreadsWhileItsScannerCompiles) {
  std::vector<StringPattern> patterns;
  for (int i = 0; i < 50; ++i) patterns.push_back({Kind::kRegex, "^/[0-9]{" + std::to_string(i + 1) + "}/$", {}});
  const PatternSet set = Compile(patterns);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&set] {
      PatternSet::Scratch scratch;
      PatternHits hits;
      for (unsigned i = 0; i < 3000; ++i) {
        const std::string text = "/" + std::string(i % 50 + 1, '7') + "/";
        const std::string_view view = text;
        set.MatchBatch({&view, 1}, scratch, hits);
        ASSERT_THAT(hits[0], ElementsAre(i % 50));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(PatternSet, OneScratchServesSeveralSets) {
  const PatternSet one = Compile({{Kind::kRegex, "a+b", {}}, {Kind::kContains, "aa", {}}, {Kind::kRegex, "[b-d]", {}}});
  const PatternSet two = Compile({{Kind::kRegex, "c+d", {}}, {Kind::kContains, "e", {}}});
  one.Warm();
  two.Warm();
  PatternSet::Scratch scratch;
  PatternHits hits;
  for (int i = 0; i < 3; ++i) {
    const std::string_view texts[] = {"aab", "ccde"};
    one.MatchBatch(texts, scratch, hits);
    EXPECT_THAT(hits[0], ElementsAre(0, 1, 2));
    EXPECT_THAT(hits[1], ElementsAre(2));
    two.MatchBatch(texts, scratch, hits);
    EXPECT_THAT(hits[0], IsEmpty());
    EXPECT_THAT(hits[1], ElementsAre(0, 1));
  }
}

TEST(PatternSet, SaysWhichPatternIsWrong) {
  std::uint32_t failed = 99;
  const std::vector<StringPattern> patterns = {{Kind::kExact, "a", {}}, {Kind::kGlob, "[", {}}};
  EXPECT_EQ(PatternSet::Compile(patterns, &failed).status().message(), "column 1: '[' without ']'");
  EXPECT_EQ(failed, 1u);
}

}  // namespace
}  // namespace vexevt
