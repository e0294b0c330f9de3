#include "lib/capture/selection.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace vexevt {
namespace {

TEST(SelectionTest, TypesOfOtherFamiliesAreAlwaysWanted) {
  Selection selection;
  selection.fs_types = std::uint64_t{1} << (kFsDelete & 0xff);
  EXPECT_TRUE(selection.WantsType(kFsDelete));
  EXPECT_FALSE(selection.WantsType(kFsCreate));
  EXPECT_TRUE(selection.WantsType(kVexevtLost));
}

TEST(SelectionTest, RootPathsAreRealAndAbsolute) {
  std::string name = ::testing::TempDir() + "root." + std::to_string(::getpid());
  std::filesystem::create_directories(name + "/d");
  std::filesystem::create_directory_symlink("d", name + "/link");
  std::string real = std::filesystem::canonical(name).string();
  auto root = RootPath(name + "/./link/");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(*root, real + "/d");
  std::filesystem::remove_all(name);
  auto gone = RootPath(name);
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(gone.status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace vexevt
