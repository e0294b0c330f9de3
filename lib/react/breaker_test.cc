#include "lib/react/breaker.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(Breaker, OpensAfterFailuresInARow) {
  Breaker breaker({.failures = 3, .open_ns = 100});
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(breaker.Allows(0));
    breaker.Failed(0);
  }
  breaker.Succeeded();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(breaker.Allows(1));
    breaker.Failed(1);
  }
  EXPECT_TRUE(breaker.open());
  EXPECT_EQ(breaker.until_ns(), 101u);
  EXPECT_FALSE(breaker.Allows(100));
}

TEST(Breaker, OneTryDecides) {
  Breaker breaker({.failures = 1, .open_ns = 100});
  breaker.Failed(0);
  EXPECT_TRUE(breaker.Allows(100));
  EXPECT_FALSE(breaker.Allows(100));
  breaker.Failed(150);
  EXPECT_FALSE(breaker.Allows(249));
  EXPECT_TRUE(breaker.Allows(250));
  breaker.Succeeded();
  EXPECT_FALSE(breaker.open());
  EXPECT_TRUE(breaker.Allows(251));
  EXPECT_TRUE(breaker.Allows(251));
}

TEST(Breaker, FailuresOfWhatHadBegunBeforeDoNotProlongIt) {
  Breaker breaker({.failures = 2, .open_ns = 100});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(breaker.Allows(0));
  breaker.Failed(10);
  breaker.Failed(20);
  breaker.Failed(90);
  EXPECT_EQ(breaker.until_ns(), 120u);
}

}  // namespace
}  // namespace vexevt
