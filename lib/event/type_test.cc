#include "lib/event/type.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace vexevt {
namespace {

TEST(Type, NamesAndCodesAreEachOthersInverse) {
  std::set<std::string_view> names;
  for (const TypeInfo& type : AllTypes()) {
    EXPECT_EQ(ParseType(type.name), type.code);
    EXPECT_EQ(TypeName(type.code), type.name);
    EXPECT_EQ(KnownTypeName(type.code), type.name);
    EXPECT_TRUE(names.insert(type.name).second) << type.name;
    EXPECT_TRUE(type.name.starts_with(std::string(FamilyName(FamilyOf(type.code))) + ".")) << type.name;
    EXPECT_FALSE(type.meaning.empty());
  }
  EXPECT_TRUE(std::ranges::is_sorted(AllTypes(), {}, &TypeInfo::code));
}

TEST(Type, CodesOfVexFsAreKept) {
  EXPECT_EQ(ParseType("fs.hardlink"), 0x010C);
  EXPECT_EQ(ParseType("graph.query"), 0x020A);
  EXPECT_EQ(ParseType("vector.embed"), 0x0308);
  EXPECT_EQ(ParseType("agent.interaction"), 0x0406);
  EXPECT_EQ(ParseType("system.optimization"), 0x0506);
  EXPECT_EQ(ParseType("semantic.context-switch"), 0x0605);
  EXPECT_EQ(ParseType("observability.threshold"), 0x080C);
}

TEST(Type, UnknownCodesAreWrittenAndReadAsNumbers) {
  EXPECT_EQ(TypeName(0x01ff), "0x01ff");
  EXPECT_EQ(ParseType("0x01ff"), 0x01ff);
  EXPECT_EQ(KnownTypeName(0x01ff), "");
  EXPECT_EQ(KnownTypeName(0xffff), "");
  for (const char* bad : {"", "fs", "fs.", "fs.nope", "0x", "0x10000", "0x1g", "1", "FS.CREATE"}) {
    EXPECT_EQ(ParseType(bad), std::nullopt) << bad;
  }
}

TEST(Type, FamiliesHaveNames) {
  EXPECT_EQ(ParseFamily("fs"), Family::kFs);
  EXPECT_EQ(ParseFamily("vexevt"), Family::kVexevt);
  EXPECT_EQ(ParseFamily("fS"), std::nullopt);
  EXPECT_EQ(FamilyName(static_cast<Family>(0x07)), "");
}

}  // namespace
}  // namespace vexevt
