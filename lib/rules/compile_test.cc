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

Result<NamedLists> Loaded(const RulesFile& rules) { return LoadLists(rules.document, rules.lists); }

TEST(CompileWhen, ErrorsStandAtTheirPlaceInTheFile) {
  RulesFile rules = Parse("[[rule]]\nwhen = 'type = fs.create and pth = \"/x\"'\n");
  auto compiled = CompileWhen(rules, rules.rules[0].when, {});
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.status().message(), "r.toml:2:30: unknown field 'pth' (did you mean 'path'?)");
}

TEST(LoadLists, ReadsFilesBesideTheRules) {
  std::string folder = testing::TempDir();
  std::ofstream(folder + "known.txt") << "/a\n\n/b c\n";
  auto lists = Loaded(Parse("[lists]\nknown = { file = 'known.txt' }\ntwo = ['x', 'y']\n", folder + "r.toml"));
  ASSERT_TRUE(lists.ok()) << lists.status().message();
  auto matches = [&](const std::string& path) {
    auto when = CompileExpression("path in $known", *lists);
    EXPECT_TRUE(when.ok());
    Event event;
    event.payload = FsPayload{.path = path};
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    EventView view;
    EXPECT_TRUE(EventView::Bind(frame, &view));
    return when->Matches(view);
  };
  EXPECT_TRUE(matches("/b c"));
  EXPECT_FALSE(matches("/b"));
  EXPECT_EQ(lists->Names().size(), 2u);
}

TEST(LoadLists, AMissingFileIsToldWhereItIsNamed) {
  auto lists = Loaded(Parse("[lists]\nknown = { file = '/no/such' }\n"));
  ASSERT_FALSE(lists.ok());
  EXPECT_EQ(lists.status().message(), "r.toml:2:9: cannot open '/no/such': No such file or directory");
}

}  // namespace
}  // namespace vexevt
