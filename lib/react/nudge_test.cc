#include "lib/react/nudge.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace vexevt {
namespace {

TEST(Nudge, ReachesTheOneWhoRuns) {
  std::string folder = std::filesystem::temp_directory_path() / "vexevt-nudge-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  EXPECT_FALSE(Nudge(folder));
  {
    auto nudges = OpenNudges(folder);
    ASSERT_TRUE(nudges.ok());
    EXPECT_FALSE(TakeNudges(nudges->get()));
    for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(Nudge(folder));  // more than a pipe holds
    EXPECT_TRUE(TakeNudges(nudges->get()));
    EXPECT_FALSE(TakeNudges(nudges->get()));
  }
  EXPECT_FALSE(Nudge(folder));  // the pipe is there, the one who reads it is not
  std::filesystem::remove(folder + "/nudge");
  std::ofstream(folder + "/nudge") << "x";
  EXPECT_FALSE(OpenNudges(folder).ok());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace vexevt
