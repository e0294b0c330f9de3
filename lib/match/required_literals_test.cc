#include "lib/match/required_literals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vexevt {
namespace {

using testing::IsEmpty;

// As text: '^' and '$' tell where the literals must stand.
std::string Required(std::string_view regex) {
  std::string all;
  for (const RequiredLiteral& literal : RequiredBy(regex)) {
    if (!all.empty()) all += ' ';
    all += (literal.place == LiteralPlace::kStart ? "^" : "") + literal.text +
           (literal.place == LiteralPlace::kEnd ? "$" : "");
  }
  return all;
}

TEST(RequiredLiterals, AreRunsOfWhatIsMatchedExactly) {
  EXPECT_EQ(Required("/d0a1/[a-z]+_\\d+"), "/d0a1/");
  EXPECT_EQ(Required("^/srv/x[0-9]+/.*\\.q7$"), ".q7$");
  EXPECT_EQ(Required("^/srv/x9/[0-9]+"), "^/srv/x9/");
  EXPECT_EQ(Required("\\x41\\tX"), "A\tX");
  EXPECT_EQ(Required("\\bX\\BY"), "XY");
  EXPECT_EQ(Required("\\AQx\\z"), "^Qx");
}

TEST(RequiredLiterals, MultiplyOutWhatHasFewForms) {
  EXPECT_EQ(Required("/(Qa|Qb)/"), "/Qa/ /Qb/");
  EXPECT_EQ(Required("\\.(Qc|Qh)$"), ".Qc$ .Qh$");
  EXPECT_EQ(Required("Q[ch]X"), "QcX QhX");
  EXPECT_EQ(Required("Qx?Y"), "QxY QY");
  EXPECT_EQ(Required("(?i)Q1w"), "Q1W Q1w q1W q1w");
  EXPECT_EQ(Required("(?i:Q)X"), "QX qX");
  EXPECT_EQ(Required("QQX|^ZZX"), "QQX ^ZZX");
  EXPECT_EQ(Required("^(?:QX|ZX)$"), "^QX ^ZX");
}

TEST(RequiredLiterals, EndAtRepetitions) {
  EXPECT_EQ(Required("Qa+X"), "Qa");
  EXPECT_EQ(Required("Ba{2}X"), "BaaX");
  EXPECT_EQ(Required("Ba{2,3}QX"), "aQX");
  EXPECT_EQ(Required("B(?:QX)+"), "BQX");
  EXPECT_EQ(Required("B(?:QX)*"), "B");
  EXPECT_EQ(Required("(Q.*X1)+"), "X1");
  EXPECT_EQ(Required("(?m)^QX$"), "QX");
}

TEST(RequiredLiterals, AreNoneWhereNothingOrNothingRareIsRequired) {
  for (const char* regex : {"", "[a-z]+", ".*", "x*", "(Q|)", "Q|", "Q|[a-z]", "[^Q]", "(Q.*)?", "Q{0}", "(?i)[k-\xe9]",
                            "\\pL", "\\QQX\\E", "Q**", "\\123", "\\x{51}"}) {
    EXPECT_EQ(Required(regex), "") << regex;
  }
}

}  // namespace
}  // namespace vexevt
