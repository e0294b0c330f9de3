#include "lib/rules/compile.h"

#include <gtest/gtest.h>

#include <fstream>

namespace vexevt {
namespace {

RulesFile Parse(const std::string& text, const std::string& file = "r.toml") {
  auto rules = ParseRules(text, file);
  EXPECT_TRUE(rules.ok()) << rules.status().message();
  return std::move(*rules);
}

TEST(CompileWhen, ErrorsStandAtTheirPlaceInTheFile) {
  RulesFile rules = Parse("[[rule]]\nwhen = 'type = fs.create and pth = \"/x\"'\n");
  auto compiled = CompileWhen(rules, rules.rules[0].when, {});
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.status().message(), "r.toml:2:30: unknown field 'pth' (did you mean 'path'?)");
}

TEST(LoadLists, ReadsFilesBesideTheRules) {
  std::string folder = testing::TempDir();
  std::ofstream(folder + "known.txt") << "/a\n\n/b c\n";
  auto lists = LoadLists(Parse("[lists]\nknown = { file = 'known.txt' }\ntwo = ['x', 'y']\n", folder + "r.toml"));
  ASSERT_TRUE(lists.ok()) << lists.status().message();
  EXPECT_EQ(*lists->Find("known"), (std::vector<std::string>{"/a", "/b c"}));
  EXPECT_EQ(lists->Find("two")->size(), 2u);
}

TEST(LoadLists, AMissingFileIsToldWhereItIsNamed) {
  auto lists = LoadLists(Parse("[lists]\nknown = { file = '/no/such' }\n"));
  ASSERT_FALSE(lists.ok());
  EXPECT_EQ(lists.status().message(), "r.toml:2:18: cannot open '/no/such': No such file or directory");
}

}  // namespace
}  // namespace vexevt
