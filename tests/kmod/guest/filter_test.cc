// The filter of a descriptor, and its counters.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "tests/kmod/guest/device.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::uint64_t Address(const void* at) { return reinterpret_cast<std::uint64_t>(at); }

class Filters : public ::testing::Test {
 protected:
  Filters() { EXPECT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_CREATE) | VEXEVT_BIT(VEXEVT_FS_RENAME)), 0); }

  Scratch scratch;
  Device device;
};

TEST_F(Filters, ByType) {
  vexevt_filter filter{};
  filter.types = VEXEVT_BIT(VEXEVT_FS_RENAME);
  ASSERT_EQ(device.Filter(filter), 0);
  Touch("/t/a");
  ASSERT_EQ(::rename("/t/a", "/t/b"), 0);
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.rename /t/a /t/b"));
  EXPECT_EQ(device.Counters().by_type, 1u);
}

TEST_F(Filters, ByUid) {
  vexevt_uids uids[] = {{5, 5}, {1000, 1999}};
  vexevt_filter filter{};
  filter.uid_count = 2;
  filter.uids = Address(uids);
  ASSERT_EQ(device.Filter(filter), 0);
  for (std::uint32_t uid : {0u, 4u, 5u, 6u, 999u, 1000u, 1999u, 2000u}) {
    InChild([&] { Touch("/t/" + std::to_string(uid)); }, uid);
  }
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/5", "fs.create /t/1000", "fs.create /t/1999"));
  EXPECT_EQ(device.Counters().by_uid, 5u);
}

TEST_F(Filters, ByProcessTree) {
  InChild([&] {
    std::uint32_t pids[] = {static_cast<std::uint32_t>(::getpid())};
    vexevt_filter filter{};
    filter.pid_count = 1;
    filter.pids = Address(pids);
    ASSERT_EQ(device.Filter(filter), 0);
    Touch("/t/itself");
    InChild([] { InChild([] { Touch("/t/grandchild"); }); });
  });
  Touch("/t/parent");
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/itself", "fs.create /t/grandchild"));
  EXPECT_EQ(device.Counters().by_pid, 1u);
}

TEST_F(Filters, ByCgroup) {
  ::mkdir("/cgroup", 0755);
  ASSERT_EQ(::mount("cgroup", "/cgroup", "cgroup2", 0, nullptr), 0);
  ASSERT_EQ(::mkdir("/cgroup/outer", 0755), 0);
  ASSERT_EQ(::mkdir("/cgroup/outer/inner", 0755), 0);
  struct stat status {};
  ASSERT_EQ(::stat("/cgroup/outer", &status), 0);
  std::uint64_t cgroups[] = {status.st_ino};
  vexevt_filter filter{};
  filter.cgroup_count = 1;
  filter.cgroups = Address(cgroups);
  ASSERT_EQ(device.Filter(filter), 0);
  Touch("/t/root");
  InChild([] {
    WriteText("/cgroup/outer/cgroup.procs", std::to_string(::getpid()));
    Touch("/t/outer");
    WriteText("/cgroup/outer/inner/cgroup.procs", std::to_string(::getpid()));
    Touch("/t/inner");
  });
  std::vector<Seen> seen = device.Read();
  ASSERT_THAT(Lines(seen), ElementsAre("fs.create /t/outer", "fs.create /t/inner"));
  EXPECT_EQ(seen[0].event.cgroup, "/outer");
  EXPECT_EQ(seen[1].event.cgroup, "/outer/inner");
  EXPECT_EQ(device.Counters().by_cgroup, 1u);
  ::rmdir("/cgroup/outer/inner");
  ::rmdir("/cgroup/outer");
  ASSERT_EQ(::umount("/cgroup"), 0);
}

TEST_F(Filters, ByPath) {
  ASSERT_EQ(::mkdir("/t/in", 0755), 0);
  ASSERT_EQ(::mkdir("/t/inner", 0755), 0);
  char paths[] = "/t/in\0/t/one";
  vexevt_filter filter{};
  filter.path_bytes = sizeof paths;
  filter.paths = Address(paths);
  ASSERT_EQ(device.Filter(filter), 0);
  Touch("/t/in/a");
  Touch("/t/inner/a");
  Touch("/t/one");
  Touch("/t/one2");
  ASSERT_EQ(::rename("/t/one2", "/t/in/b"), 0);
  ASSERT_EQ(::rename("/t/in/b", "/t/b"), 0);
  ASSERT_EQ(::rename("/t/b", "/t/c"), 0);
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/in/a", "fs.create /t/one", "fs.rename /t/one2 /t/in/b",
                                                "fs.rename /t/in/b /t/b"));
  EXPECT_EQ(device.Counters().by_path, 3u);
}

TEST_F(Filters, ByRateOfEachUser) {
  vexevt_filter filter{};
  filter.rate = 1;
  filter.burst = 3;
  ASSERT_EQ(device.Filter(filter), 0);
  for (std::uint32_t uid : {100u, 200u}) {
    InChild(
        [&] {
          for (int i = 0; i < 50; ++i) Touch("/t/" + std::to_string(uid) + "-" + std::to_string(i));
        },
        uid);
  }
  std::vector<std::string> lines = Lines(device.Read());
  int first = 0, second = 0;
  for (const std::string& line : lines) ++(line.find("/100-") != std::string::npos ? first : second);
  // Another token comes each second, should this machine be that slow.
  EXPECT_GE(first, 3);
  EXPECT_GE(second, 3);
  EXPECT_LT(lines.size(), 40u);
  EXPECT_EQ(device.Counters().by_rate, 100 - lines.size());
  EXPECT_EQ(device.Counters().delivered, lines.size());
}

TEST_F(Filters, AreReplacedAsAWhole) {
  vexevt_uids uids[] = {{1, 1}};
  vexevt_filter filter{};
  filter.uid_count = 1;
  filter.uids = Address(uids);
  ASSERT_EQ(device.Filter(filter), 0);
  Touch("/t/a");
  EXPECT_THAT(device.Read(), IsEmpty());
  filter = {};
  ASSERT_EQ(device.Filter(filter), 0);
  Touch("/t/b");
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/b"));
}

TEST_F(Filters, ThatCannotBeAreRefused) {
  auto error_of = [&](auto change) {
    vexevt_filter filter{};
    change(&filter);
    return device.Filter(filter);
  };
  char relative[] = "t", slash[] = "/t/", unended[] = {'/', 't'}, root[] = "/";
  EXPECT_EQ(error_of([](vexevt_filter* f) { f->types = 1; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_filter* f) { f->uid_count = 1; }), EFAULT);
  EXPECT_EQ(error_of([](vexevt_filter* f) { f->pid_count = VEXEVT_FILTER_MAX + 1; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_filter* f) { f->cgroup_count = ~0U; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_filter* f) { f->path_bytes = VEXEVT_FILTER_PATHS_MAX + 1; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_filter* f) { f->rate = 1; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_filter* f) { f->burst = 1; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_filter* f) { f->reserved[0] = 1; }), EINVAL);
  auto with_paths = [&](char* paths, std::uint32_t bytes) {
    return error_of([&](vexevt_filter* f) {
      f->path_bytes = bytes;
      f->paths = Address(paths);
    });
  };
  EXPECT_EQ(with_paths(relative, 2), EINVAL);
  EXPECT_EQ(with_paths(slash, 4), EINVAL);
  EXPECT_EQ(with_paths(unended, 2), EINVAL);
  EXPECT_EQ(with_paths(root, 2), 0);
}

TEST(Counters, OwnDoingsAreLeftOutOnDemand) {
  Scratch scratch;
  Device device({.flags = VEXEVT_SETUP_SKIP_SELF});
  ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_CREATE)), 0);
  Touch("/t/own");
  InChild([] { Touch("/t/other"); });
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/other"));
  EXPECT_EQ(device.Counters().own, 1u);
}

TEST(Counters, AreAlsoInSysfsAndFdinfo) {
  const std::string sysfs = "/sys/class/misc/vexevt/";
  std::uint64_t delivered = ReadNumber(sysfs + "delivered"), filtered = ReadNumber(sysfs + "filtered");
  std::uint64_t injected = ReadNumber(sysfs + "injected"), descriptors = ReadNumber(sysfs + "descriptors");
  Scratch scratch;
  {
    Device device;
    ASSERT_EQ(device.Mark("/t", VEXEVT_BIT(VEXEVT_FS_CREATE)), 0);
    Touch("/t/a");
    vexevt_uids uids[] = {{1, 1}};
    vexevt_filter filter{};
    filter.uid_count = 1;
    filter.uids = Address(uids);
    ASSERT_EQ(device.Filter(filter), 0);
    Touch("/t/b");
    EXPECT_EQ(ReadNumber(sysfs + "delivered"), delivered + 1);
    EXPECT_EQ(ReadNumber(sysfs + "descriptors"), descriptors + 1);
    std::ifstream fdinfo("/proc/self/fdinfo/" + std::to_string(device.fd()));
    std::string text((std::istreambuf_iterator<char>(fdinfo)), {});
    EXPECT_THAT(text, ::testing::HasSubstr("vexevt-marks:\t1\n"));
    EXPECT_THAT(text, ::testing::HasSubstr("vexevt-delivered:\t1\n"));
    EXPECT_THAT(text, ::testing::HasSubstr("vexevt-by-uid:\t1\n"));
    Event event;
    event.type = kFsCreate;
    ASSERT_EQ(device.Inject(event), 0);
  }
  EXPECT_EQ(ReadNumber(sysfs + "delivered"), delivered + 1) << "what is closed still counts";
  EXPECT_EQ(ReadNumber(sysfs + "filtered"), filtered + 1);
  EXPECT_EQ(ReadNumber(sysfs + "injected"), injected + 1);
}

}  // namespace
}  // namespace vexevt
