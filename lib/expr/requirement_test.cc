#include "lib/expr/requirement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lib/event/type.h"
#include "lib/expr/expression.h"

namespace vexevt {
namespace {

using testing::ElementsAre;

Requirement Of(std::string_view text) {
  auto expression = CompileExpression(text);
  EXPECT_TRUE(expression.ok()) << text << ": " << expression.status().message();
  return expression->requirement();
}

PathCondition Path(PathOperator op, std::string text, bool negated = false, std::string_view field = "path") {
  return {FindField(field), op, std::move(text), negated};
}

TEST(RequirementTest, TypesBoundariesAndPidsAreExact) {
  Requirement required = Of("type in (fs.create, fs.delete) and boundary = kernel and pid in (7, 9)");
  EXPECT_THAT(required.types.ranges(), ElementsAre(Range{kFsCreate, kFsDelete}));
  EXPECT_THAT(required.boundaries.ranges(), ElementsAre(Range{1, 1}));
  ASSERT_TRUE(required.pids);
  EXPECT_THAT(required.pids->ranges(), ElementsAre(Range{7, 7}, Range{9, 9}));
  EXPECT_TRUE(required.paths.empty());
  EXPECT_TRUE(required.exact);
}

TEST(RequirementTest, WhatItCannotSayIsLeftToTest) {
  Requirement required = Of("type = fs.* and uid = 0");
  EXPECT_THAT(required.types.ranges(), ElementsAre(Range{0x0100, 0x01ff}));
  EXPECT_FALSE(required.exact);
  EXPECT_FALSE(Of("pid != 7").exact);
  EXPECT_FALSE(Of("uid in (0, 5)").exact);
  EXPECT_FALSE(Of("pid != 7").pids);
  EXPECT_FALSE(Of("attr.a = 1").exact);
  EXPECT_FALSE(Of("xattr = user.tag").exact);
}

TEST(RequirementTest, UsersAreRanges) {
  auto uids = [](std::string_view text) {
    std::optional<RangeSet> set = Of(text).uids;
    return set ? std::vector<Range>(set->ranges().begin(), set->ranges().end()) : std::vector<Range>{};
  };
  EXPECT_THAT(uids("uid in (0, 5, 6)"), ElementsAre(Range{0, 0}, Range{5, 6}));
  EXPECT_THAT(uids("uid >= 1000 and uid < 2000"), ElementsAre(Range{1000, 1999}));
  EXPECT_THAT(uids("uid = 7 or uid = 9 and comm = a"), ElementsAre(Range{7, 7}, Range{9, 9}));
  EXPECT_THAT(uids("uid = 7 or comm = a"), ElementsAre());
  EXPECT_THAT(uids("uid != 7"), ElementsAre());  // events without a user are no user's
}

TEST(RequirementTest, NotReachesTheComparisons) {
  Requirement required = Of("not (type = fs.* or path glob \"/tmp/**\" or name = a)");
  EXPECT_THAT(required.types.ranges(), ElementsAre(Range{0, 0x00ff}, Range{0x0200, 0xffff}));
  EXPECT_THAT(required.paths, ElementsAre(ElementsAre(Path(PathOperator::kStartsWith, "/tmp/", true)),
                                          ElementsAre(Path(PathOperator::kEquals, "a", true, "name"))));
  EXPECT_TRUE(required.exact);
}

TEST(RequirementTest, ListsOfPathsAreConditions) {
  EXPECT_THAT(Of("path in (/a, /b)").paths,
              ElementsAre(ElementsAre(Path(PathOperator::kEquals, "/a"), Path(PathOperator::kEquals, "/b"))));
  EXPECT_THAT(Of("path not in (/a, /b)").paths, ElementsAre(ElementsAre(Path(PathOperator::kEquals, "/a", true)),
                                                            ElementsAre(Path(PathOperator::kEquals, "/b", true))));
  EXPECT_THAT(Of("path under (/, /etc/)").paths,
              ElementsAre(ElementsAre(Path(PathOperator::kUnder, "/"), Path(PathOperator::kUnder, "/etc"))));
}

TEST(RequirementTest, OrOfPathsIsOneCondition) {
  Requirement required = Of("path under /a or path glob \"/b/*.c\" or path2 matches x$");
  EXPECT_THAT(required.paths,
              ElementsAre(ElementsAre(Path(PathOperator::kUnder, "/a"), Path(PathOperator::kGlob, "/b/*.c"),
                                      Path(PathOperator::kMatches, "x$", false, "path2"))));
  EXPECT_TRUE(required.exact);
}

TEST(RequirementTest, OrOfConjunctionsMultipliesOut) {
  Requirement required = Of("path startswith /a and path endswith .c or path startswith /b");
  EXPECT_THAT(required.paths,
              ElementsAre(ElementsAre(Path(PathOperator::kStartsWith, "/a"), Path(PathOperator::kStartsWith, "/b")),
                          ElementsAre(Path(PathOperator::kEndsWith, ".c"), Path(PathOperator::kStartsWith, "/b"))));
  EXPECT_TRUE(required.exact);
}

// (create and /a) or (delete and /b) also admits (create and /b).
TEST(RequirementTest, OrThatDiffersTwiceIsNotExact) {
  Requirement required = Of("type = fs.create and path under /a or type = fs.delete and path under /b");
  EXPECT_THAT(required.types.ranges(), ElementsAre(Range{kFsCreate, kFsDelete}));
  EXPECT_EQ(required.paths.size(), 1U);
  EXPECT_FALSE(required.exact);
}

TEST(RequirementTest, OrWithoutAPathRequiresNone) {
  Requirement required = Of("path under /a or uid = 0");
  EXPECT_TRUE(required.paths.empty());
  EXPECT_FALSE(required.exact);
}

TEST(RequirementTest, ProductIsBounded) {
  std::string conjunction, other;
  for (int i = 0; i < 40; ++i) {
    conjunction += (i ? " and path contains a" : "path contains a") + std::to_string(i);
    other += (i ? " and path contains b" : "path contains b") + std::to_string(i);
  }
  Requirement required = Of(conjunction + " or " + other);
  EXPECT_THAT(required.paths,
              ElementsAre(ElementsAre(Path(PathOperator::kContains, "a0"), Path(PathOperator::kContains, "b0"))));
  EXPECT_FALSE(required.exact);
}

}  // namespace
}  // namespace vexevt
