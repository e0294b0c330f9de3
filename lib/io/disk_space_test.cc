#include "lib/io/disk_space.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(DiskSpace, OfWhatIsThere) {
  const auto space = ReadDiskSpace("/");
  ASSERT_TRUE(space.ok());
  EXPECT_GT(space->size, 0u);
  EXPECT_LE(space->used, space->size);
  EXPECT_EQ(ReadDiskSpace("/no/such/path").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace vexevt
