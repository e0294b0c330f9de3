#include "lib/expr/required_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/expr/expression.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> FoldersOf(std::string_view text) {
  auto expression = CompileExpression(text);
  EXPECT_TRUE(expression.ok()) << text << ": " << expression.status().message();
  return FoldersRequired(expression->requirement());
}

TEST(RequiredFoldersTest, WholeComponentsOfWhatAPathBeginsWith) {
  EXPECT_THAT(FoldersOf("path under /srv/www"), ElementsAre("/srv/www"));
  EXPECT_THAT(FoldersOf("path = /etc/passwd"), ElementsAre("/etc/passwd"));
  EXPECT_THAT(FoldersOf("path startswith /srv/ww"), ElementsAre("/srv"));
  EXPECT_THAT(FoldersOf("path startswith /srv/www/"), ElementsAre("/srv/www"));
  EXPECT_THAT(FoldersOf("path glob \"/srv/*/log/**\""), ElementsAre("/srv"));
  EXPECT_THAT(FoldersOf("path glob \"/srv/a{b,c}\""), ElementsAre("/srv"));
  EXPECT_THAT(FoldersOf("dir = /srv/www"), ElementsAre("/srv/www"));
}

TEST(RequiredFoldersTest, OrIsAListAndAndWhatIsInBoth) {
  EXPECT_THAT(FoldersOf("path under (/a, /b) or path = /c/d"), ElementsAre("/a", "/b", "/c/d"));
  EXPECT_THAT(FoldersOf("path under (/a, /b/c) and path under /b"), ElementsAre("/b/c"));
  EXPECT_THAT(FoldersOf("path under /a and name endswith .c"), ElementsAre("/a"));
}

TEST(RequiredFoldersTest, WhatMayBeAnywhere) {
  for (std::string_view text :
       {"path under /", "path startswith /s", "path contains /srv/", "path2 under /a", "not path under /a",
        "path under /a or path2 under /b", "path under /a or uid = 0", "path matches \"^/srv/\"", "name = a"}) {
    EXPECT_THAT(FoldersOf(text), IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace vexevt
