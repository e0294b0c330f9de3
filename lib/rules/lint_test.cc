#include "lib/rules/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vexevt {
namespace {

using testing::ElementsAre;

std::vector<std::string> WarningsOf(const std::string& text) {
  auto rules = ParseRules(text, "r.toml");
  EXPECT_TRUE(rules.ok()) << rules.status().message();
  return Lint(*rules);
}

TEST(Lint, RulesThatOthersLeaveNothingFor) {
  EXPECT_THAT(WarningsOf("[[rule]]\nname = 'a'\nwhen = 'pid = 1'\n[[rule]]\nname = 'b'\nwhen = 'pid = 1'\n"),
              ElementsAre("r.toml:4:1: rule 'b' is never reached: rule 'a' has the same 'when'"));
  EXPECT_THAT(WarningsOf("[[rule]]\nname = 'a'\n[[rule]]\nname = 'b'\nwhen = 'pid = 1'\n"),
              ElementsAre("r.toml:3:1: rule 'b' is never reached: rule 'a' always holds"));
  EXPECT_THAT(WarningsOf("[[rule]]\nname = 'a'\n[[rule]]\nname = 'b'\nwhen = 'pid = 1'\npriority = 1\n"),
              ElementsAre());
  EXPECT_THAT(WarningsOf("match = 'all'\n[[rule]]\nname = 'a'\n[[rule]]\nname = 'b'\n[[rule]]\nname = 'c'\n"
                         "action = 'drop'\n[[rule]]\nname = 'd'\n"),
              ElementsAre("r.toml:9:1: rule 'd' is never reached: rule 'c' always holds"));
}

TEST(Lint, EndpointsAndListsThatNobodyNames) {
  EXPECT_THAT(WarningsOf("otherwise = 'a'\n[[endpoint]]\nname = 'a'\nto = '-'\ndead_letter = 'b'\n[[endpoint]]\n"
                         "name = 'b'\nto = '-'\n[[endpoint]]\nname = 'c'\nto = '-'\n"),
              ElementsAre("r.toml:9:1: nothing is sent to endpoint 'c'"));
  EXPECT_THAT(WarningsOf("[lists]\nold = ['x']\nolder = ['y']\n[[rule]]\nwhen = 'path in $older and pid = 1'\n"),
              ElementsAre("r.toml:2:7: no rule asks for list 'old'"));
}

}  // namespace
}  // namespace vexevt
