// What is told of each operation on files, in order and with its facts.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <thread>

#include "tests/kmod/guest/device.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::uint64_t NowNs(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

TEST(Operations, EachIsToldInOrder) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(device.Mark("/t"), 0);
  InChild([] {
    ASSERT_EQ(::mkdir("/t/d", 0755), 0);
    int fd = ::open("/t/d/a", O_CREAT | O_RDWR, 0600);
    ASSERT_EQ(::write(fd, "hello", 5), 5);
    ASSERT_EQ(::fchmod(fd, 0644), 0);
    ASSERT_EQ(::ftruncate(fd, 2), 0);
    ::close(fd);
    fd = ::open("/t/d/a", O_RDONLY);
    char byte;
    ASSERT_EQ(::read(fd, &byte, 1), 1);
    ::close(fd);
    ASSERT_EQ(::link("/t/d/a", "/t/link"), 0);
    ASSERT_EQ(::symlink("d/a", "/t/symlink"), 0);
    ASSERT_EQ(::mknod("/t/fifo", S_IFIFO | 0600, 0), 0);
    ASSERT_EQ(::rename("/t/d/a", "/t/b"), 0);
    ASSERT_EQ(::unlink("/t/b"), 0);
    ASSERT_EQ(::unlink("/t/link"), 0);
    ASSERT_EQ(::rmdir("/t/d"), 0);
  });
  EXPECT_THAT(Lines(device.Read()),
              ElementsAre("fs.mkdir /t/d", "fs.create /t/d/a", "fs.open /t/d/a", "fs.write /t/d/a", "fs.attrib /t/d/a",
                          "fs.write /t/d/a", "fs.close-write /t/d/a", "fs.open /t/d/a", "fs.read /t/d/a",
                          "fs.close /t/d/a", "fs.hardlink /t/link", "fs.symlink /t/symlink d/a", "fs.mknod /t/fifo",
                          "fs.rename /t/d/a /t/b", "fs.delete /t/b", "fs.delete /t/link", "fs.rmdir /t/d"));
}

TEST(Operations, EachHasItsFacts) {
  Scratch scratch;
  Device device({.host = "example.org", .tenant = "blue"});
  ASSERT_EQ(device.Mark("/t"), 0);
  struct stat status {};
  std::uint64_t wall_before = NowNs(CLOCK_REALTIME), mono_before = NowNs(CLOCK_BOOTTIME);
  int pid = InChild(
      [] {
        int fd = ::open("/t/a", O_CREAT | O_WRONLY, 0640);
        ASSERT_EQ(::write(fd, "hello", 5), 5);
        ::close(fd);
      },
      1234, 77);
  ASSERT_EQ(::stat("/t/a", &status), 0);
  std::vector<Seen> seen = device.Read();
  ASSERT_THAT(Lines(seen), ElementsAre("fs.create /t/a", "fs.open /t/a", "fs.write /t/a", "fs.close-write /t/a"));
  const Event& event = seen[3].event;
  EXPECT_EQ(event.id.source, device.setup().id_source);
  EXPECT_NE(event.id.source, 0u);
  EXPECT_EQ(event.boundary, Boundary::kKernel);
  EXPECT_EQ(event.priority, Priority::kNormal);
  EXPECT_EQ(event.flags, kFlagCredentials | kFlagStat);
  EXPECT_EQ(event.pid, static_cast<std::uint32_t>(pid));
  EXPECT_EQ(event.tid, 0u);
  EXPECT_EQ(event.ppid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(event.uid, 1234u);
  EXPECT_EQ(event.gid, 77u);
  EXPECT_EQ(event.comm, "guest_test");
  EXPECT_EQ(event.host, "example.org");
  EXPECT_EQ(event.tenant, "blue");
  EXPECT_EQ(seen[3].fs().inode, status.st_ino);
  EXPECT_EQ(seen[3].fs().mode, 0100640);
  EXPECT_EQ(seen[3].fs().size, 5u);
  EXPECT_EQ(seen[3].fs().device, major(status.st_dev) << 20 | minor(status.st_dev));
  EXPECT_GT(event.wall_ns, wall_before);
  EXPECT_LT(event.wall_ns, NowNs(CLOCK_REALTIME));
  EXPECT_GT(event.mono_ns, mono_before);
  EXPECT_LT(event.mono_ns, NowNs(CLOCK_BOOTTIME));
}

TEST(Operations, ThreadsAreToldApart) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_CREATE)), 0);
  long tid = 0;
  std::thread([&] {
    tid = ::syscall(SYS_gettid);
    Touch("/t/a");
  }).join();
  std::vector<Seen> seen = device.Read();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].event.pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(seen[0].event.tid, static_cast<std::uint32_t>(tid));
}

TEST(Operations, DirectoriesAreMarkedSo) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(::mkdir("/t/d", 0755), 0);
  ASSERT_EQ(device.Mark("/t"), 0);
  ::close(::open("/t/d", O_RDONLY));
  ::close(::open("/t", O_RDONLY));
  std::vector<Seen> seen = device.Read();
  EXPECT_THAT(Lines(seen), ElementsAre("fs.open /t/d", "fs.close /t/d", "fs.open /t", "fs.close /t"));
  for (const Seen& one : seen) EXPECT_NE(one.event.flags & kFlagDirectory, 0);
}

TEST(Operations, ExecIsToldBehindItsOpen) {
  Scratch scratch;
  ASSERT_EQ(std::system("/bin/busybox cp /bin/busybox /t/true"), 0);
  Device device;
  ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_OPEN) | VEXEVT_BIT(VEXEVT_FS_EXEC)), 0);
  InChild([] { ::execl("/t/true", "true", nullptr); });
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.open /t/true", "fs.exec /t/true"));
}

TEST(Operations, AttributesAndTimesAreTold) {
  Scratch scratch;
  Touch("/t/a");
  Device device;
  ASSERT_EQ(device.Mark("/t"), 0);
  ASSERT_EQ(::chown("/t/a", 5, 6), 0);
  timeval times[2] = {{1, 0}, {2, 0}};
  ASSERT_EQ(::utimes("/t/a", times), 0);
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.attrib /t/a", "fs.attrib /t/a"));
}

TEST(Operations, AnExchangeIsTwoRenames) {
  Scratch scratch;
  Touch("/t/a");
  Touch("/t/b");
  Device device;
  ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_RENAME)), 0);
  ASSERT_EQ(::renameat2(AT_FDCWD, "/t/a", AT_FDCWD, "/t/b", RENAME_EXCHANGE), 0);
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.rename /t/a /t/b", "fs.rename /t/b /t/a"));
}

// A file that gets its first name by link() is created, not linked.
TEST(Operations, AFileWithoutANameIsCreatedWhenItGetsOne) {
  Scratch scratch;
  int fd = ::open("/t", O_TMPFILE | O_RDWR, 0600);
  ASSERT_GE(fd, 0);
  Device device;
  ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_CREATE) | VEXEVT_BIT(VEXEVT_FS_HARDLINK)), 0);
  ASSERT_EQ(::linkat(AT_FDCWD, ("/proc/self/fd/" + std::to_string(fd)).c_str(), AT_FDCWD, "/t/a", AT_SYMLINK_FOLLOW),
            0);
  ::close(fd);
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/a"));
}

TEST(Operations, NamesAreBytes) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_CREATE)), 0);
  Touch("/t/\xff\n \x01");
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/\xff\n \x01"));
}

TEST(Operations, PathsLongerThanOpenTakesAreWhole) {
  Scratch scratch;
  Device device({.normal_bytes = 4 << 20});
  ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_MKDIR)), 0);
  std::string name(250, 'n'), path = "/t";
  std::vector<std::string> expected;
  InChild([&] {
    ASSERT_EQ(::chdir("/t"), 0);
    for (int i = 0; i < 40; ++i) {
      ASSERT_EQ(::mkdir(name.c_str(), 0755), 0);
      ASSERT_EQ(::chdir(name.c_str()), 0);
    }
  });
  for (int i = 0; i < 40; ++i) {
    path += "/" + name;
    expected.push_back("fs.mkdir " + (path.size() < 7900 ? path : "?"));
  }
  std::vector<std::string> lines = Lines(device.Read());
  ASSERT_EQ(lines.size(), expected.size());
  // Beyond 8 KiB there is no path to tell; where exactly that begins is the module's affair.
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (expected[i] != "fs.mkdir ?") {
      EXPECT_EQ(lines[i], expected[i]);
    }
  }
  EXPECT_EQ(lines.back(), "fs.mkdir ?");
}

TEST(Marks, TellOnlyOfTheirTypes) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_MKDIR) | VEXEVT_BIT(VEXEVT_FS_DELETE)), 0);
  Touch("/t/a");
  ASSERT_EQ(::mkdir("/t/d", 0755), 0);
  ASSERT_EQ(::rmdir("/t/d"), 0);
  ASSERT_EQ(::unlink("/t/a"), 0);
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.mkdir /t/d", "fs.delete /t/a"));
}

TEST(Marks, ComeAndGo) {
  Scratch scratch;
  Device device;
  EXPECT_EQ(device.Unmark("/t"), ENOENT);
  ASSERT_EQ(device.Mark("/t"), 0);
  EXPECT_EQ(device.Mark("/t"), EEXIST);
  EXPECT_EQ(device.Unmark("/t"), 0);
  Touch("/t/a");
  EXPECT_THAT(Lines(device.Read()), IsEmpty());
  ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_CREATE)), 0);
  Touch("/t/b");
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/b"));
}

TEST(Marks, OfOneDirectoryTellOfItsEntriesOnly) {
  Scratch scratch;
  ASSERT_EQ(::mkdir("/t/d", 0755), 0);
  ASSERT_EQ(::mkdir("/t/d/deep", 0755), 0);
  Device device;
  ASSERT_EQ(device.Mark("/t/d", VEXEVT_FS_ALL, 0, VEXEVT_OBJECT_DIRECTORY), 0);
  Touch("/t/outside");
  Touch("/t/d/deep/outside");
  Touch("/t/d/a");
  ASSERT_EQ(::rename("/t/outside", "/t/d/b"), 0);
  ASSERT_EQ(::rename("/t/d/a", "/t/a"), 0);
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/d/a", "fs.open /t/d/a", "fs.close-write /t/d/a",
                                                "fs.rename /t/outside /t/d/b", "fs.rename /t/d/a /t/a"));
}

TEST(Marks, ThatOverlapTellOnce) {
  Scratch scratch;
  ASSERT_EQ(::mkdir("/t/d", 0755), 0);
  Device device({.urgent_bytes = 1 << 16});
  std::uint64_t create = VEXEVT_BIT(VEXEVT_FS_CREATE);
  ASSERT_EQ(device.Mark("/t", create | VEXEVT_BIT(VEXEVT_FS_MKDIR)), 0);
  ASSERT_EQ(device.Mark("/t/d", create, create, VEXEVT_OBJECT_DIRECTORY), 0);
  Touch("/t/a");
  Touch("/t/d/a");
  ASSERT_EQ(::mkdir("/t/d/e", 0755), 0);
  std::vector<Seen> seen = device.Read();
  ASSERT_THAT(Lines(seen), ElementsAre("fs.create /t/a", "fs.create /t/d/a", "fs.mkdir /t/d/e"));
  EXPECT_EQ(seen[0].event.priority, Priority::kNormal);
  EXPECT_EQ(seen[1].event.priority, Priority::kHigh);
  EXPECT_EQ(seen[2].event.priority, Priority::kNormal);
}

TEST(Marks, OfAMountTellOfWhatGoesThroughIt) {
  Scratch scratch;
  Touch("/t/a");
  ::mkdir("/bind", 0755);
  ASSERT_EQ(::mount("/t", "/bind", nullptr, MS_BIND, nullptr), 0);
  {
    Device device;
    int error = device.Mark("/bind", VEXEVT_FS_ALL, 0, VEXEVT_OBJECT_MOUNT);
    utsname name{};
    ::uname(&name);
    int major_version = 0, minor_version = 0;
    ASSERT_EQ(std::sscanf(name.release, "%d.%d", &major_version, &minor_version), 2);
    if (major_version * 100 + minor_version < 610) {
      EXPECT_EQ(error, EOPNOTSUPP);
    } else {
      ASSERT_EQ(error, 0);
      ::close(::open("/t/a", O_RDONLY));
      ::close(::open("/bind/a", O_RDONLY));
      EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.open /bind/a", "fs.close /bind/a"));
    }
  }
  ASSERT_EQ(::umount("/bind"), 0);
}

// The file system is marked, its paths are the mount's: what lies outside has none.
TEST(Marks, ThroughABoundSubtreeStayWithinIt) {
  Scratch scratch;
  ASSERT_EQ(::mkdir("/t/sub", 0755), 0);
  ASSERT_EQ(::mkdir("/t/subway", 0755), 0);
  ::mkdir("/bind", 0755);
  ASSERT_EQ(::mount("/t/sub", "/bind", nullptr, MS_BIND, nullptr), 0);
  {
    Device device;
    ASSERT_EQ(device.Mark("/bind", VEXEVT_BIT(VEXEVT_FS_CREATE) | VEXEVT_BIT(VEXEVT_FS_RENAME)), 0);
    Touch("/t/sub/a");
    Touch("/t/subway/b");
    Touch("/t/c");
    ASSERT_EQ(::rename("/t/sub/a", "/t/a"), 0);
    ASSERT_EQ(::rename("/t/c", "/t/sub/c"), 0);
    ASSERT_EQ(::rename("/t/sub/c", "/t/sub/d"), 0);
    ASSERT_EQ(::rename("/t/a", "/t/e"), 0);
    EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /bind/a", "fs.move-out /bind/a", "fs.move-in /bind/c",
                                                  "fs.rename /bind/c /bind/d"));
    EXPECT_EQ(device.Counters().outside, 3u);
  }
  ASSERT_EQ(::umount("/bind"), 0);
}

TEST(Marks, ThatCannotBeAreRefused) {
  Scratch scratch;
  Touch("/t/a");
  Device device;
  EXPECT_EQ(device.Mark("/t", 0), EINVAL);
  EXPECT_EQ(device.Mark("/t", VEXEVT_BIT(0x0106)), EINVAL) << "fs.chmod is told as fs.attrib";
  EXPECT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_OPEN), VEXEVT_BIT(VEXEVT_FS_READ)), EINVAL);
  EXPECT_EQ(device.Mark("/t", VEXEVT_FS_ALL, 0, 3), EINVAL);
  EXPECT_EQ(device.Mark("/t/a", VEXEVT_FS_ALL, 0, VEXEVT_OBJECT_DIRECTORY), ENOTDIR);
  EXPECT_EQ(device.Mark("/nowhere"), EBADF);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_EQ(device.Mark("/proc/self/fd/" + std::to_string(ends[0])), EINVAL);
  ::close(ends[0]);
  ::close(ends[1]);
  WriteText("/sys/module/vexevt/parameters/marks_max", "1");
  EXPECT_EQ(device.Mark("/t"), 0);
  EXPECT_EQ(device.Mark("/"), ENOSPC);
  WriteText("/sys/module/vexevt/parameters/marks_max", "65536");
  EXPECT_EQ(device.Mark("/"), 0);
}

}  // namespace
}  // namespace vexevt
