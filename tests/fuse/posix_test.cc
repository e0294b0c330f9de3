// A POSIX suite: each scene is played in a plain directory and in the mount of another one on the same file system, and
// every outcome must be the same, errors too. Over ext4 and tmpfs, with each way of caching.
#include <sys/stat.h>

#include <algorithm>

#include "tests/fuse/mounted.h"
#include "tests/fuse/posix_scenes.h"

namespace vexevt {
namespace {

struct Setup {
  const char* name;
  const char* filesystem;
  std::vector<std::string> options;
  std::vector<std::string> left_out;  // scenes in which the kernel itself does otherwise
  friend void PrintTo(const Setup& setup, std::ostream* to) { *to << setup.name; }
};

const Setup kSetups[] = {
    {"ext4", "ext4", {}, {}},
    {"tmpfs", "tmpfs", {}, {}},
    {"cache_never", "ext4", {"--cache", "never", "--timeout", "0"}, {}},
    {"cache_always", "ext4", {"--cache", "always", "--timeout", "1m"}, {}},
    // Files that can only be appended to can't be written at all.
    {"writeback", "ext4", {"--writeback"}, {"FileFlags"}},
    // With FUSE_PASSTHROUGH the kernel writes with the rights of whom registered the file, and appends or not as the
    // file was opened, whatever fcntl says later.
    {"passthrough", "ext4", {"--passthrough"}, {"PrivilegeBits", "Appends"}},
    {"splice", "ext4", {"--splice"}, {}},
};

struct NamedScene {
  const char* name;
  void (*play)(Scene&);
};
constexpr NamedScene kScenes[] = {
    {"Names", Names},
    {"Renames", Renames},
    {"Deep", Deep},
    {"Unnamed", Unnamed},
    {"Directories", Directories},
    {"Executes", Executes},
    {"Modes", Modes},
    {"FileFlags", FileFlags},
    {"Users", Users},
    {"PrivilegeBits", PrivilegeBits},
    {"Times", TimesOfFiles},
    {"Locks", Locks},
    {"Contents", Contents},
    {"Appends", Appends},
    {"Sparse", Sparse},
    {"Mapped", Mapped},
    {"Direct", Direct},
    {"Xattrs", Xattrs},
    {"Acls", Acls},
};

class Posix : public ::testing::TestWithParam<Setup> {};

TEST_P(Posix, IsAsInThePlainDirectory) {
  Mounted mounted;
  std::string reason = mounted.Make(GetParam().filesystem, GetParam().options);
  if (!reason.empty()) GTEST_SKIP() << reason;
  for (const NamedScene& scene : kScenes) {
    if (std::ranges::count(GetParam().left_out, scene.name) > 0) continue;
    SCOPED_TRACE(scene.name);
    std::vector<std::string> lines[2];
    for (int i : {0, 1}) {
      std::string root = (i == 0 ? mounted.reference() : mounted.mountpoint()) + "/" + scene.name;
      ASSERT_EQ(::mkdir(root.c_str(), 0755), 0) << std::strerror(errno);
      Scene played(root);
      scene.play(played);
      lines[i] = played.lines();
    }
    ASSERT_EQ(lines[0].size(), lines[1].size());
    for (std::size_t i = 0; i < lines[0].size(); ++i) {
      EXPECT_EQ(lines[1][i], lines[0][i]) << "line " << i << " behind '" << (i > 0 ? lines[0][i - 1] : "") << "'";
    }
  }
  mounted.Unmount();
}

// Whoever writes, root too: the kernel doesn't say who it is.
TEST(Passthrough, TakesPrivilegeBitsAway) {
  Mounted mounted;
  std::string reason = mounted.Make("ext4", {"--passthrough"});
  if (!reason.empty()) GTEST_SKIP() << reason;
  Scene scene(mounted.mountpoint());
  scene.Put("file", "content");
  scene.Chmod("file", 06777);
  scene.As(kBob, kGuests, {}, [](Scene& bob) {
    int fd = bob.Open("file", O_WRONLY);
    bob.Write(fd, "x");
    bob.Close(fd);
  });
  struct stat status;
  ASSERT_EQ(::stat(scene.At("file").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0777u);
  mounted.Unmount();
}

std::string NameOf(const ::testing::TestParamInfo<Setup>& setup) { return setup.param.name; }
INSTANTIATE_TEST_SUITE_P(Over, Posix, ::testing::ValuesIn(kSetups), NameOf);

}  // namespace
}  // namespace vexevt
