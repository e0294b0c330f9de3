// Random operations, in the manner of fsx and fsstress: the same ones in the mount and in a plain directory, with the
// same outcome each time and the same trees at the end. Then by several processes at once, and while the kernel is made
// to forget.
#include "lib/base/random.h"

#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include <algorithm>

#include "tests/fuse/mounted.h"
#include "tests/fuse/scene.h"

namespace vexevt {
namespace {

constexpr int kNames = 6;

std::string AnyName(Random& random) {
  std::string name;
  for (std::uint32_t depth = random.Below(3);; --depth) {
    name += static_cast<char>('a' + random.Below(kNames));
    if (depth == 0) return name;
    name += '/';
  }
}

// One operation; what it does follows from `random` alone, and from the tree.
void AnyOperation(Scene& s, Random& random) {
  std::string name = AnyName(random), other = AnyName(random);
  off_t at = random.Below(70000);
  std::size_t size = random.Below(random.Below(4) == 0 ? 300000 : 5000);
  switch (random.Below(22)) {
    case 0:
    case 1:
      return s.Mkdir(name);
    case 2:
      return s.Rmdir(name);
    case 3:
      return s.Unlink(name);
    case 4:
      return s.Rename(name, other);
    case 5:
      return s.Rename(name, other, RENAME_EXCHANGE);
    case 6:
      return s.Link(name, other);
    case 7:
      return s.Symlink(other, name);
    case 8:
      return s.Truncate(name, at);
    case 9:
      return s.Chmod(name, random.Below(01000));
    case 10:
      return s.SetXattr(name, "user." + other.substr(0, 1), other);
    case 11:
      return s.ListXattr(name);
    case 12:
      return s.Stat(name);
    case 13:
      return s.List(name);
    case 14:
      return s.Get(name);
    default:
      break;
  }
  int flags = random.Below(2) == 0 ? O_RDWR | O_CREAT : O_RDWR;
  if (random.Below(4) == 0) flags |= O_APPEND;
  if (random.Below(6) == 0) flags |= O_TRUNC;
  int fd = s.Open(name, flags);
  if (fd < 0) return;
  for (std::uint32_t times = 1 + random.Below(4); times > 0; --times) {
    switch (random.Below(6)) {
      case 0:
        s.ReadAt(fd, size, at);
        break;
      case 1:
        s.Say("ftruncate", ::ftruncate(fd, at));
        break;
      case 2:
        s.Say("punch", ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, 5000));
        break;
      case 3:
        s.Say("zero", ::fallocate(fd, FALLOC_FL_ZERO_RANGE, at, 5000));
        break;
      default:
        s.WriteAt(fd, std::string(size + 1, static_cast<char>('A' + random.Below(26))), at);
    }
    at += random.Below(9000);
  }
  s.Close(fd);
}

// The tree with all that is in it.
void Walk(Scene& s, const std::string& folder) {
  for (const std::string& name : s.Names(folder)) {
    if (name == "." || name == "..") continue;
    std::string path = folder.empty() ? name : folder + "/" + name;
    struct stat status;
    if (::lstat(s.At(path).c_str(), &status) != 0) continue;
    s.Stat(path);
    if (S_ISREG(status.st_mode)) s.Get(path);
    if (S_ISLNK(status.st_mode)) s.ReadLink(path);
    if (S_ISDIR(status.st_mode)) Walk(s, path);
  }
}

std::vector<std::string> PlayAtRandom(const std::string& root, std::uint64_t seed, int operations) {
  ::mkdir(root.c_str(), 0755);
  Scene scene(root);
  Random random(seed);
  for (int i = 0; i < operations; ++i) AnyOperation(scene, random);
  Walk(scene, "");
  return scene.lines();
}

struct Way {
  const char* name;
  std::vector<std::string> options;
  friend void PrintTo(const Way& way, std::ostream* to) { *to << way.name; }
};
const Way kWays[] = {
    {"auto", {}},
    {"never", {"--cache", "never", "--timeout", "0"}},
    {"always", {"--cache", "always", "--timeout", "1m"}},
    {"writeback", {"--writeback"}},
    {"passthrough", {"--passthrough"}},
    {"splice", {"--splice"}},
};

class Random_ : public ::testing::TestWithParam<Way> {};

TEST_P(Random_, OperationsEndAsInThePlainDirectory) {
#if defined(__SANITIZE_THREAD__)
  // It doesn't see splice(2), and so not that an answer given by it comes before the next request.
  if (std::ranges::count(GetParam().options, "--splice") > 0) GTEST_SKIP() << "not by the thread sanitizer";
#endif
  Mounted mounted;
  std::string reason = mounted.Make("tmpfs", GetParam().options);
  if (!reason.empty()) GTEST_SKIP() << reason;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    std::string name = "/" + std::to_string(seed);
    auto plain = PlayAtRandom(mounted.reference() + name, seed, 1500);
    auto over = PlayAtRandom(mounted.mountpoint() + name, seed, 1500);
    ASSERT_GT(plain.size(), 1500u);
    auto differs = std::ranges::mismatch(plain, over);
    EXPECT_EQ(plain.size(), over.size());
    if (differs.in1 != plain.end() && differs.in2 != over.end()) {
      FAIL() << "line " << differs.in1 - plain.begin() << ": " << *differs.in2 << ", but should be " << *differs.in1;
    }
  }
  mounted.Unmount();
}

// Eight processes at once, each in a folder of its own, with a daemon that has so few descriptors that the kernel is
// made to forget all the time.
TEST(Storm, OfProcessesAndForgetting) {
  Mounted mounted;
  std::string reason = mounted.Make("tmpfs", {"--threads", "8", "--types", "fs.*"});
  if (!reason.empty()) GTEST_SKIP() << reason;
  constexpr int kProcesses = 8;
  std::vector<pid_t> pids;
  for (int i = 0; i < kProcesses; ++i) {
    pid_t pid = ::fork();
    if (pid == 0) {
      std::string name = "/" + std::to_string(i);
      auto seed = static_cast<std::uint64_t>(100 + i);
      auto over = PlayAtRandom(mounted.mountpoint() + name, seed, 700);
      ::_exit(over == PlayAtRandom(mounted.reference() + name, seed, 700) ? 0 : 1);
    }
    pids.push_back(pid);
  }
  // Meanwhile all names are dropped, again and again.
  for (pid_t pid : pids) {
    int status = -1;
    while (::waitpid(pid, &status, WNOHANG) == 0) {
      int fd = ::open("/proc/sys/vm/drop_caches", O_WRONLY);
      if (fd >= 0) {
        [[maybe_unused]] ssize_t written = ::write(fd, "2", 1);
        ::close(fd);
      }
      ::usleep(20000);
    }
    EXPECT_EQ(status, 0) << "of process " << pid;
  }
  mounted.Unmount();
}

// All of them in the same folder: outcomes depend on who comes first, but none is an error of the mount.
TEST(Storm, InOneFolder) {
  Mounted mounted;
  std::string reason = mounted.Make("tmpfs", {"--threads", "8", "--types", "fs.*"});
  if (!reason.empty()) GTEST_SKIP() << reason;
  std::vector<pid_t> pids;
  for (int i = 0; i < 8; ++i) {
    pid_t pid = ::fork();
    if (pid == 0) {
      std::vector<std::string> lines =
          PlayAtRandom(mounted.mountpoint() + "/shared", static_cast<std::uint64_t>(i), 700);
      auto bad = std::ranges::find_if(lines, [](const std::string& line) {
        for (const char* error : {"EIO", "ENOTCONN", "EBADF", "ESTALE", "ENOSYS"}) {
          if (line.ends_with(std::string(": ") + error)) return true;
        }
        return false;
      });
      if (bad != lines.end()) std::printf("%s\n", bad->c_str());
      std::fflush(stdout);
      ::_exit(bad == lines.end() ? 0 : 1);
    }
    pids.push_back(pid);
  }
  for (pid_t pid : pids) {
    int status = -1;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
  // Whatever was left behind can be removed, and then nothing is left.
  EXPECT_EQ(RunWords({"rm", "-rf", mounted.mountpoint() + "/shared"}), 0);
  EXPECT_EQ(Scene(mounted.source()).Names("").size(), 2u);
  mounted.Unmount();
}

TEST(Storm, OfOpenFiles) {
  Mounted mounted;
  std::string reason = mounted.Make("tmpfs");
  if (!reason.empty()) GTEST_SKIP() << reason;
  std::vector<int> fds;
  for (int i = 0; i < 3000; ++i) {
    int fd = ::open((mounted.mountpoint() + "/" + std::to_string(i)).c_str(), O_CREAT | O_RDWR, 0644);
    ASSERT_GE(fd, 0) << i << ": " << std::strerror(errno);
    fds.push_back(fd);
  }
  for (std::size_t i = 0; i < fds.size(); ++i) {
    std::string text = std::to_string(i);
    ASSERT_EQ(::write(fds[i], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ASSERT_EQ(::unlink((mounted.mountpoint() + "/" + text).c_str()), 0);
  }
  for (std::size_t i = 0; i < fds.size(); ++i) {
    char text[16] = {};
    ASSERT_GT(::pread(fds[i], text, sizeof text - 1, 0), 0);
    ASSERT_EQ(text, std::to_string(i));
    ::close(fds[i]);
  }
  mounted.Unmount();
}

std::string NameOf(const ::testing::TestParamInfo<Way>& way) { return way.param.name; }
INSTANTIATE_TEST_SUITE_P(Cached, Random_, ::testing::ValuesIn(kWays), NameOf);

}  // namespace
}  // namespace vexevt
