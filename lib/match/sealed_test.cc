#include "lib/match/sealed.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

constexpr SealKind kCups{"cups", "2", "the cups"};

TEST(Sealed, GivesBackWhatWasSealedAndNothingElse) {
  const std::string sealed = Seal(kCups, "tea");
  EXPECT_EQ(*Unseal(kCups, sealed), "tea");
  EXPECT_EQ(*Unseal(kCups, Seal(kCups, "")), "");
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(Unseal(kCups, std::string_view(sealed).substr(0, size)).ok()) << size;
  }
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string damaged = sealed;
    damaged[at] ^= 1;
    EXPECT_FALSE(Unseal(kCups, damaged).ok()) << at;
  }
  EXPECT_EQ(Unseal({"cups", "1", "the cups"}, sealed).status().message(), "it is the cups of another version");
  EXPECT_EQ(Unseal({"jars", "2", "the jars"}, sealed).status().message(), "it is not the jars");
}

}  // namespace
}  // namespace vexevt
