#include "lib/io/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "lib/base/unique_fd.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

TEST(ReplaceFile, PutsNewContentsInPlaceOfOld) {
  std::string directory = testing::TempDir() + "vexevt-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  std::string path = directory + "/metrics.prom";
  ASSERT_TRUE(ReplaceFile(path, "old and longer").ok());
  // Whoever has the old one open goes on reading that.
  UniqueFd old(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(ReplaceFile(path, "new", 0600).ok());
  EXPECT_EQ(*ReadFile(path, 100), "new");
  char first = 0;
  EXPECT_EQ(read(old.get(), &first, 1), 1);
  EXPECT_EQ(first, 'o');
  struct stat file;
  ASSERT_EQ(stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
  std::filesystem::remove_all(directory);
}

TEST(ReplaceFile, LeavesNothingBehindWhenItFails) {
  std::string directory = testing::TempDir() + "vexevt-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  std::string path = directory + "/taken";
  std::filesystem::create_directories(path + "/by a directory");
  EXPECT_EQ(ReplaceFile(path, "x").message(), "cannot write '" + path + "': Is a directory");
  EXPECT_EQ(ReplaceFile(directory + "/no/such", "x").code(), StatusCode::kNotFound);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace vexevt
