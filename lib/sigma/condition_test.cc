#include "lib/sigma/condition.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vexevt {
namespace {

// "(and a (not b))"
std::string Shown(const SigmaCondition& condition) {
  if (condition.kind == ConditionKind::kSelection) return condition.selection;
  std::string text = condition.kind == ConditionKind::kNot   ? "(not"
                     : condition.kind == ConditionKind::kAnd ? "(and"
                                                             : "(or";
  for (const SigmaCondition& part : condition.parts) text += ' ' + Shown(part);
  return text + ')';
}

std::string Parsed(std::string_view text) {
  static const std::vector<std::string> kNames = {"sel_a", "sel_b", "filter", "_hidden"};
  auto condition = ParseCondition(text, kNames);
  return condition.ok() ? Shown(*condition) : condition.status().message();
}

TEST(SigmaCondition, BindsNotCloserThanAndCloserThanOr) {
  EXPECT_EQ(Parsed("sel_a or sel_b and not filter"), "(or sel_a (and sel_b (not filter)))");
  EXPECT_EQ(Parsed("(sel_a OR sel_b) AND NOT (filter)"), "(and (or sel_a sel_b) (not filter))");
  EXPECT_EQ(Parsed("not not sel_a"), "(not (not sel_a))");
}

TEST(SigmaCondition, OneAndAllOfSeveral) {
  EXPECT_EQ(Parsed("1 of sel_* and not 1 of filter*"), "(and (or sel_a sel_b) (not filter))");
  EXPECT_EQ(Parsed("all of them"), "(and sel_a sel_b filter)");
  EXPECT_EQ(Parsed("any of *_b"), "sel_b");
  EXPECT_EQ(Parsed("1 of *i*d*"), "_hidden");
}

TEST(SigmaCondition, SaysWhatIsWrong) {
  EXPECT_EQ(Parsed(""), "the condition ends where a selection is expected");
  EXPECT_EQ(Parsed("sel"), "the condition names 'sel', which is no selection");
  EXPECT_EQ(Parsed("(sel_a"), "a ')' is missing in the condition");
  EXPECT_EQ(Parsed("sel_a sel_b"), "'sel_b' does not belong here");
  EXPECT_EQ(Parsed("2 of sel_*"), "'2 of' is not turned: '1 of' and 'all of' are");
  EXPECT_EQ(Parsed("1 of x*"), "no selection is called 'x*'");
  EXPECT_EQ(Parsed("1 of"), "the condition ends behind 'of'");
  EXPECT_EQ(Parsed("sel_a | count() > 5"), "conditions with '|' are not turned: a correlation rule says the same");
  EXPECT_EQ(Parsed(std::string(100, '(')), "the condition is nested deeper than 50");
  std::string nots;
  for (int i = 0; i < 100; ++i) nots += "not ";
  EXPECT_EQ(Parsed(nots + "sel_a"), "the condition is nested deeper than 50");
}

}  // namespace
}  // namespace vexevt
