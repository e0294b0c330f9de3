// Marks and descriptors that end in every order, with what they watch, with their process, with the module.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <random>

#include "tests/kmod/guest/device.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kCreate = VEXEVT_BIT(VEXEVT_FS_CREATE);

TEST(Lifetime, AMarkedFileSystemIsUnmountedAndToldSo) {
  Device device;
  {
    Scratch scratch("/u");
    ASSERT_EQ(::mkdir("/u/d", 0755), 0);
    ASSERT_EQ(device.Mark("/u", kCreate), 0);
    ASSERT_EQ(device.Mark("/u/d", kCreate, 0, VEXEVT_OBJECT_DIRECTORY), 0);
    Touch("/u/a");
    ASSERT_EQ(::umount("/u"), 0) << "a mark holds nothing";
    ASSERT_EQ(::mount("again", "/u", "tmpfs", 0, nullptr), 0);  // for the scratch to unmount
    Touch("/u/b");
  }
  std::vector<Seen> seen = device.Read();
  EXPECT_THAT(Lines(seen),
              ::testing::UnorderedElementsAre("fs.create /u/a", "system.unmount /u/d", "system.unmount /u"));
  EXPECT_EQ(seen.front().Line(), "fs.create /u/a");
}

TEST(Lifetime, AMarkedDirectoryIsRemovedAndToldSo) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(::mkdir("/t/d", 0755), 0);
  ASSERT_EQ(device.Mark("/t/d", kCreate, 0, VEXEVT_OBJECT_DIRECTORY), 0);
  Touch("/t/d/a");
  ASSERT_EQ(::unlink("/t/d/a"), 0);
  ASSERT_EQ(::rmdir("/t/d"), 0);
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/d/a", "fs.rmdir /t/d"));
}

TEST(Lifetime, EndingAMarkOneselfIsNoEvent) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(device.Mark("/t", kCreate), 0);
  ASSERT_EQ(device.Unmark("/t"), 0);
  EXPECT_THAT(device.Read(), ::testing::IsEmpty());
}

TEST(Lifetime, AKilledProcessLeavesNothing) {
  Scratch scratch;
  std::uint64_t before = ReadNumber("/sys/class/misc/vexevt/descriptors");
  for (int i = 0; i < 20; ++i) {
    pid_t pid = ::fork();
    if (pid == 0) {
      Device device({.flags = VEXEVT_SETUP_BUS});
      Mapping mapping(&device);
      device.Mark("/t");
      Touch("/t/a");
      ::raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_EQ(WTERMSIG(status), SIGKILL);
  }
  EXPECT_EQ(ReadNumber("/sys/class/misc/vexevt/descriptors"), before);
  ASSERT_EQ(::umount("/t"), 0);
  ASSERT_EQ(::mount("again", "/t", "tmpfs", 0, nullptr), 0);
}

TEST(Lifetime, AMappingOutlivesItsDescriptor) {
  Scratch scratch;
  auto device = std::make_unique<Device>();
  ASSERT_EQ(device->Mark("/t", kCreate), 0);
  Touch("/t/a");
  Mapping mapping(device.get());
  std::uint64_t head = mapping.producer()->normal;
  EXPECT_GT(head, 0u);
  std::size_t bytes = device->setup().map_bytes;
  auto page = static_cast<std::size_t>(::getpagesize());
  void* whole = ::mmap(nullptr, bytes - page, PROT_READ, MAP_SHARED, device->fd(), static_cast<off_t>(page));
  ASSERT_NE(whole, MAP_FAILED);
  device.reset();
  Touch("/t/b");  // still told: the mapping holds the file open
  EXPECT_GT(mapping.producer()->normal, head);
  ::munmap(whole, bytes - page);
}

// Four processes mount, mark, work, unmark, close and unmount in random order.
TEST(Lifetime, EveryOrderOfEndsHolds) {
  std::vector<pid_t> workers;
  for (int worker = 0; worker < 4; ++worker) {
    pid_t pid = ::fork();
    if (pid != 0) {
      workers.push_back(pid);
      continue;
    }
    std::mt19937 random(static_cast<unsigned>(worker));
    std::string top = "/w" + std::to_string(worker);
    ::mkdir(top.c_str(), 0755);
    for (int round = 0; round < 30; ++round) {
      if (::mount("w", top.c_str(), "tmpfs", 0, nullptr) != 0) ::_exit(5);
      ::mkdir((top + "/d").c_str(), 0755);
      auto one = std::make_unique<Device>(DeviceOptions{.normal_bytes = 16384, .flags = VEXEVT_SETUP_BUS});
      auto other = std::make_unique<Device>(DeviceOptions{.normal_bytes = 16384, .urgent_bytes = 16384});
      if (one->Mark(top) != 0 || other->Mark(top, VEXEVT_FS_ALL, VEXEVT_FS_ALL) != 0) ::_exit(6);
      if (other->Mark(top + "/d", VEXEVT_FS_ALL, 0, VEXEVT_OBJECT_DIRECTORY) != 0) ::_exit(7);
      pid_t child = ::fork();
      if (child == 0) {
        // Fails once the file system is gone.
        for (int i = 0; i < 10; ++i)
          ::close(::open((top + "/d/" + std::to_string(i)).c_str(), O_CREAT | O_WRONLY, 0600));
        ::_exit(0);
      }
      Event event;
      event.type = kFsCreate;
      if (other->Inject(event) != 0) ::_exit(8);
      if (random() & 1) one.reset();
      if (random() & 1) other->Unmark(top);
      if (random() & 1) other.reset();
      if (random() & 1) ::waitpid(child, nullptr, 0);
      if (::umount2(top.c_str(), MNT_DETACH) != 0) ::_exit(9);
      ::waitpid(child, nullptr, 0);
    }
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  for (pid_t pid : workers) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
}

// On the debug kernel: each allocation fails once, and what was done is undone.
TEST(Lifetime, EveryAllocationMayFail) {
  std::string file = "/proc/self/task/" + std::to_string(::syscall(SYS_gettid)) + "/fail-nth";
  if (::access(file.c_str(), W_OK) != 0) GTEST_SKIP() << "no fault injection in this kernel";
  for (const char* kind : {"failslab", "fail_page_alloc"}) {
    WriteText(std::string("/sys/kernel/debug/") + kind + "/ignore-gfp-wait", "N");
    WriteText(std::string("/sys/kernel/debug/") + kind + "/verbose", "0");
  }
  WriteText("/sys/kernel/debug/fail_page_alloc/min-order", "0");
  Scratch scratch;
  UniqueFd top(::open("/t", O_PATH | O_CLOEXEC)), control(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  int failed = 0;
  for (int nth = 1;; ++nth) {
    ASSERT_LT(nth, 1000);
    std::string number = std::to_string(nth);
    vexevt_setup setup{};
    setup.abi = VEXEVT_ABI;
    setup.normal_bytes = 65536;
    setup.flags = VEXEVT_SETUP_BUS;
    vexevt_mark mark{top.get(), VEXEVT_OBJECT_FILESYSTEM, VEXEVT_FS_ALL, 0, 0};
    vexevt_filter filter{};
    filter.rate = filter.burst = 100;
    ASSERT_EQ(::pwrite(control.get(), number.c_str(), number.size(), 0), static_cast<ssize_t>(number.size()));
    int fd = ::open(VEXEVT_DEVICE, O_RDWR | O_CLOEXEC);
    int error = fd < 0 ? errno : 0;
    if (error == 0 && ::ioctl(fd, VEXEVT_IOC_SETUP, &setup) != 0) error = errno;
    if (error == 0 && ::ioctl(fd, VEXEVT_IOC_FILTER, &filter) != 0) error = errno;
    if (error == 0 && ::ioctl(fd, VEXEVT_IOC_MARK, &mark) != 0) error = errno;
    char left[16] = {};
    ASSERT_GT(::pread(control.get(), left, sizeof left - 1, 0), 0);
    ASSERT_EQ(::pwrite(control.get(), "0", 1, 0), 1);
    if (fd >= 0) ::close(fd);
    if (std::atoi(left) != 0) break;  // more than there are
    EXPECT_TRUE(error == 0 || error == ENOMEM || error == ENFILE) << std::strerror(error);
    failed += error != 0;
  }
  EXPECT_GT(failed, 20);
}

class Module : public ::testing::Test {
 protected:
  static void Load(const char* path) {
    UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::syscall(SYS_finit_module, file.get(), "", 0), 0) << std::strerror(errno);
  }
  // -1: in use. Waits for the module to be through.
  static int Unload(const char* name) { return static_cast<int>(::syscall(SYS_delete_module, name, O_NONBLOCK)); }
  static std::uint64_t Kilobytes(const std::string& key) {
    std::ifstream file("/proc/meminfo");
    std::string name;
    std::uint64_t value = 0;
    for (std::string rest; file >> name >> value && std::getline(file, rest);) {
      if (name == key + ":") return value;
    }
    ADD_FAILURE() << key;
    return 0;
  }
  static void Use(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      Device device({.normal_bytes = 16384, .flags = VEXEVT_SETUP_BUS});
      ASSERT_EQ(device.Mark("/t"), 0);
      vexevt_filter filter{};
      filter.rate = filter.burst = 100;
      ASSERT_EQ(device.Filter(filter), 0);
      Touch("/t/a");
      if (i % 16 == 0) {
        Device large;
        Mapping mapping(&large);
      }
    }
  }
};

TEST_F(Module, StaysWhileADescriptorIsOpen) {
  Scratch scratch;
  Device device;
  EXPECT_EQ(Unload("vexevt_peer"), 0);
  EXPECT_EQ(Unload("vexevt"), -1);
  EXPECT_EQ(errno, EWOULDBLOCK);
  Load("/lib/vexevt_peer.ko");
}

// Everything is freed when it goes: a leak of 200 bytes for each round would show. On the debug kernel, whose checks
// keep what was freed, kmemleak says it.
TEST_F(Module, GoesAndComesAndLeaksNothing) {
  bool debug = ::access("/sys/kernel/debug/kmemleak", F_OK) == 0;
  Scratch scratch;
  EXPECT_EQ(Unload("vexevt_peer"), 0);
  std::uint64_t slab = 0, available = 0;
  for (int turn = 0; turn < 4; ++turn) {
    Use(debug ? 50 : turn == 0 ? 3000 : 1000);  // the first fills the allocators' caches
    ASSERT_EQ(Unload("vexevt"), 0) << std::strerror(errno);
    if (turn == 0) {
      slab = Kilobytes("SUnreclaim");
      available = Kilobytes("MemAvailable");
    }
    Load("/lib/vexevt.ko");
  }
  Load("/lib/vexevt_peer.ko");
  if (debug) return;
  EXPECT_LT(Kilobytes("SUnreclaim"), slab + 600);
  EXPECT_GT(Kilobytes("MemAvailable") + 4096, available);
}

}  // namespace
}  // namespace vexevt
