#include "lib/match/regex_literals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vexevt {
namespace {

using testing::IsEmpty;

// As text: '^' and '$' tell where the literals must stand, '=' before all that they say it all.
std::string Literals(std::string_view regex) {
  const RegexLiterals literals = LiteralsOf(regex);
  std::string all = literals.exact ? "=" : "";
  for (const PlacedLiteral& literal : literals.any) {
    const bool whole = literal.place == LiteralPlace::kWhole;
    if (&literal != &literals.any.front()) all += ' ';
    all += (whole || literal.place == LiteralPlace::kStart ? "^" : "") + literal.text +
           (whole || literal.place == LiteralPlace::kEnd ? "$" : "");
  }
  return all;
}

TEST(RegexLiterals, AreRunsOfWhatIsMatchedExactly) {
  EXPECT_EQ(Literals("/d0a1/[a-z]+_\\d+"), "/d0a1/");
  EXPECT_EQ(Literals("^/srv/x[0-9]+/.*\\.q7$"), ".q7$");
  EXPECT_EQ(Literals("^/srv/x9/[0-9]+"), "^/srv/x9/");
  EXPECT_EQ(Literals("\\x41\\tX[a-z]"), "A\tX");
  EXPECT_EQ(Literals("\\bX\\BY"), "XY");
  EXPECT_EQ(Literals("\\AQ+x\\z"), "Qx$");
}

TEST(RegexLiterals, AreAllOfARegexThatSaysNoMore) {
  EXPECT_EQ(Literals("^/etc/"), "=^/etc/");
  EXPECT_EQ(Literals("\\.py$"), "=.py$");
  EXPECT_EQ(Literals("^a\\$$"), "=^a$$");
  EXPECT_EQ(Literals("\\Aab\\z"), "=^ab$");
  EXPECT_EQ(Literals("^.*\\.log$"), "=.log$");
  EXPECT_EQ(Literals("^/tmp/.*"), "=^/tmp/");
  EXPECT_EQ(Literals("^/tmp/.*$"), "=^/tmp/");
  EXPECT_EQ(Literals(".*?a.*"), "=a");
  EXPECT_EQ(Literals(""), "=");
  EXPECT_EQ(Literals(".*"), "=");
  EXPECT_EQ(Literals("^$"), "=^$");
  EXPECT_EQ(Literals("a{2}b?"), "=aab aa");
  EXPECT_EQ(Literals("\\.(c|h)$|^/proc/"), "=.c$ .h$ ^/proc/");
  EXPECT_EQ(Literals("/(?i:d[bc])/"), "=/DB/ /DC/ /Db/ /Dc/ /dB/ /dC/ /db/ /dc/");
}

TEST(RegexLiterals, AreOnlyRequiredOfARegexThatSaysMore) {
  for (const char* regex : {"(?-s)^.*Qa$", "(?m)^Qa", "(^|/)Qa", "Qa\\b", "Q^a", "Q$a", "^$.*Qa", "Qa.*b", "Qa.", "Qa+",
                            "Q[^a]", "Q[a-z]", "Q(a.*)?"}) {
    EXPECT_FALSE(LiteralsOf(regex).exact) << regex;
    EXPECT_FALSE(LiteralsOf(regex).any.empty()) << regex;
  }
}

TEST(RegexLiterals, MultiplyOutWhatHasFewForms) {
  EXPECT_EQ(Literals("/(Qa|Qb)/"), "=/Qa/ /Qb/");
  EXPECT_EQ(Literals("\\.(Qc|Qh)$"), "=.Qc$ .Qh$");
  EXPECT_EQ(Literals("Q[ch]X"), "=QcX QhX");
  EXPECT_EQ(Literals("Qx?Y"), "=QxY QY");
  EXPECT_EQ(Literals("(?i)Q1w"), "=Q1W Q1w q1W q1w");
  EXPECT_EQ(Literals("(?i:Q)X"), "=QX qX");
  EXPECT_EQ(Literals("QQX|^ZZX"), "=QQX ^ZZX");
  EXPECT_EQ(Literals("^(?:QX|ZX)$"), "=^QX$ ^ZX$");
}

TEST(RegexLiterals, EndAtRepetitions) {
  EXPECT_EQ(Literals("Qa+X"), "Qa");
  EXPECT_EQ(Literals("Ba{2}X"), "=BaaX");
  EXPECT_EQ(Literals("Ba{2,3}QX"), "aQX");
  EXPECT_EQ(Literals("B(?:QX)+"), "BQX");
  EXPECT_EQ(Literals("B(?:QX)*"), "B");
  EXPECT_EQ(Literals("(Q.*X1)+"), "X1");
  EXPECT_EQ(Literals("(?m)^QX$"), "QX");
}

TEST(RegexLiterals, AreNoneWhereNothingOrNothingRareIsRequired) {
  for (const char* regex : {"[a-z]+", "x*", "Q[[:]X|[[]Y]Z", "^$.*", "Q|[a-z]", "[^Q]", "(Q.*)?", "(?i)[k-\xe9]",
                            "\\pL", "\\QQX\\E", "Q**", "\\123", "\\x{51}"}) {
    EXPECT_EQ(Literals(regex), "") << regex;
  }
}

}  // namespace
}  // namespace vexevt
