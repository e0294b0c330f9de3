#include "lib/sigma/yaml.h"

#include <gtest/gtest.h>

#include <string>

namespace vexevt {
namespace {

std::string ErrorOf(const std::string& text) {
  auto parsed = ParseYaml(text, "r.yml");
  return parsed.ok() ? "" : parsed.status().message();
}

TEST(Yaml, KnowsWhereValuesStand) {
  auto parsed = ParseYaml("a: 1\nb:\n  - 'x'\n  - ~\n---\nc: {d: e}\n", "r.yml");
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  ASSERT_EQ(parsed->size(), 2u);
  const YamlValue* list = (*parsed)[0].Find("b");
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->list.size(), 2u);
  EXPECT_EQ(list->list[0].text, "x");
  EXPECT_EQ(list->list[0].at.line, 3);
  EXPECT_EQ(list->list[0].at.column, 5);
  EXPECT_EQ(list->list[1].kind, YamlKind::kNull);
  EXPECT_EQ((*parsed)[1].Find("c")->Find("d")->text, "e");
  EXPECT_EQ((*parsed)[0].Find("z"), nullptr);
}

TEST(Yaml, RefusesWhatIsDeepOrLargeOrStandsForMore) {
  EXPECT_TRUE(ErrorOf(std::string(1000, '[')).ends_with(": nested deeper than 32"));
  EXPECT_EQ(ErrorOf("a: &x 1\nb: *x\n"), "r.yml:1:4: anchors are not read");
  EXPECT_NE(ErrorOf("b: *x\n"), "");
  EXPECT_EQ(ErrorOf("a: 1\na: 2\n"), "r.yml:2:1: 'a' is given twice");
  EXPECT_EQ(ErrorOf("[a]: 1\n"), "r.yml:1:1: a key is a text");
  std::string many = "[";
  for (std::size_t i = 0; i < kMaxYamlValues; ++i) many += "1,";
  EXPECT_NE(ErrorOf(many + "]").find("more than"), std::string::npos);
  EXPECT_EQ(ErrorOf(std::string(kMaxYamlBytes + 1, ' ')), "r.yml:1:1: larger than 1048576 bytes");
}

TEST(Yaml, SaysWhereItIsNone) {
  EXPECT_TRUE(ErrorOf("a: [1\nb: 2\n").starts_with("r.yml:2:")) << ErrorOf("a: [1\nb: 2\n");
  EXPECT_EQ(ErrorOf("a: \"x"), "r.yml:1:6: illegal EOF in scalar");
}

}  // namespace
}  // namespace vexevt
