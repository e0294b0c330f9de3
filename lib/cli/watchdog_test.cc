#include "lib/cli/watchdog.h"

#include <gtest/gtest.h>

#include "lib/io/held_up.h"

namespace vexevt {
namespace {

TEST(LifeSigns, AliveIsWhoGoesRoundOrIsHeldUpAndNobodyElse) {
  LifeSigns signs;
  EXPECT_FALSE(signs.Alive());
  signs.Beat();
  signs.Beat();
  EXPECT_TRUE(signs.Alive());
  EXPECT_FALSE(signs.Alive()) << "computes since";
  {
    HeldUp held_up;
    EXPECT_TRUE(signs.Alive());
    EXPECT_TRUE(signs.Alive()) << "however long";
    HeldUp within;
  }
  EXPECT_FALSE(signs.Alive());
}

TEST(Watchdog, EndsAtOnce) {
  ServiceNotifier nobody;
  EXPECT_TRUE(Watchdog::Start(nobody, std::uint64_t{3600} * 1'000'000'000).ok());
}

}  // namespace
}  // namespace vexevt
