#include "lib/rules/document.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(Document, KeepsOrderKindsAndPlaces) {
  auto document = ParseDocument("z = 1\na = 'x'\n[t]\nk = [true, 2.5]\n", "f.toml");
  ASSERT_TRUE(document.ok()) << document.status().message();
  const Table& root = document->root;
  ASSERT_EQ(root.size(), 3u);
  EXPECT_EQ(root[0].key, "z");
  EXPECT_EQ(std::get<std::int64_t>(root[0].node[0].value), 1);
  EXPECT_EQ(root[1].at.line, 2u);
  EXPECT_EQ(root[1].at.column, 5u);
  const auto& list = std::get<List>(std::get<Table>(root[2].node[0].value)[0].node[0].value);
  EXPECT_EQ(std::get<bool>(list[0].value), true);
  EXPECT_EQ(std::get<double>(list[1].value), 2.5);
}

TEST(Document, SyntaxErrorsNameTheirPlace) {
  auto document = ParseDocument("a = 1\nb = = 2\n", "f.toml");
  ASSERT_FALSE(document.ok());
  EXPECT_EQ(document.status().message().substr(0, 11), "f.toml:2:5:") << document.status().message();
}

TEST(Document, DatesAreRefused) {
  auto document = ParseDocument("a = 2026-11-23\n", "f.toml");
  ASSERT_FALSE(document.ok());
  EXPECT_EQ(document.status().message(), "f.toml:1:5: a date or time is not a value here: quote it");
}

std::string Place(std::string text, std::string_view value, std::size_t column) {
  auto document = ParseDocument(std::move(text), "f");
  EXPECT_TRUE(document.ok());
  return ErrorWithin(*document, document->root[0].at, value, column, "x").message();
}

TEST(Document, PlacesWithinStrings) {
  EXPECT_EQ(Place("when = 'pth = 1'\n", "pth = 1", 5), "f:1:13: x");
  EXPECT_EQ(Place("# c\n  when = \"pth = 1\"\n", "pth = 1", 1), "f:2:11: x");
  EXPECT_EQ(Place("when = '''\na = 1\n  and b'''\n", "a = 1\n  and b", 13), "f:3:7: x");
  EXPECT_EQ(Place("when = \"a\\tb\"\n", "a\tb", 3), "f:1:8: x");
}

}  // namespace
}  // namespace vexevt
