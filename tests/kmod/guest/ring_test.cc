// The ring: what is lost and told, the two lanes, reading and mapping, and readers that lie.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "lib/event/encode.h"
#include "tests/kmod/guest/device.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kCreateDelete = VEXEVT_BIT(VEXEVT_FS_CREATE) | VEXEVT_BIT(VEXEVT_FS_DELETE);

void Storm(int files) {
  for (int i = 0; i < files; ++i) {
    std::string path = "/t/storm" + std::to_string(i);
    Touch(path);
    ASSERT_EQ(::unlink(path.c_str()), 0);
  }
}

struct Sum {
  std::uint64_t events = 0, lost = 0, gaps = 0;
};

Sum Add(const std::vector<Seen>& seen) {
  Sum sum;
  for (const Seen& one : seen) {
    if (one.event.type == kVexevtLost) {
      sum.lost += one.gap().lost;
      ++sum.gaps;
      EXPECT_EQ(one.gap().cause, "kmod");
      EXPECT_NE(one.gap().since_ns, 0u);
      EXPECT_EQ(one.event.priority, Priority::kCritical);
      EXPECT_EQ(one.event.boundary, Boundary::kKernel);
    } else {
      ++sum.events;
    }
  }
  return sum;
}

// Both ways of reading the same ring.
class Rings : public ::testing::TestWithParam<bool> {
 protected:
  void Open(const DeviceOptions& options) {
    device_ = std::make_unique<Device>(options);
    if (GetParam()) mapping_ = std::make_unique<Mapping>(device_.get());
  }
  Device& device() { return *device_; }
  std::vector<Seen> Read() { return mapping_ ? mapping_->Read() : device_->Read(); }

 private:
  Scratch scratch_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<Mapping> mapping_;
};
INSTANTIATE_TEST_SUITE_P(ReadOrMapped, Rings, ::testing::Bool(),
                         [](const auto& mapped) { return mapped.param ? "Mapped" : "Read"; });

TEST_P(Rings, CountsEveryLoss) {
  Open({.normal_bytes = 16384});
  ASSERT_EQ(device().Mark("/t", kCreateDelete), 0);
  Storm(500);
  Sum first = Add(Read());
  EXPECT_EQ(first.gaps, 0u) << "the gap stands before the next event, which there is not yet";
  EXPECT_GT(first.events, 50u);
  Storm(1);
  std::vector<Seen> seen = Read();
  ASSERT_THAT(Lines(seen), ElementsAre("vexevt.lost " + std::to_string(1000 - first.events), "fs.create /t/storm0",
                                       "fs.delete /t/storm0"));
  EXPECT_EQ(Add(seen).lost + first.events, 1000u);
  vexevt_counters counters = device().Counters();
  EXPECT_EQ(counters.delivered, first.events + 2);
  EXPECT_EQ(counters.lost, 1000 - first.events);
  EXPECT_EQ(counters.gaps, 1u);
}

TEST_P(Rings, GoRoundManyTimes) {
  Open({.normal_bytes = 16384});
  ASSERT_EQ(device().Mark("/t", kCreateDelete), 0);
  for (int i = 0; i < 400; ++i) {
    std::string name =
        "/t/" + std::string(static_cast<std::size_t>(i) % 200 + 1, 'n');  // frames of all sizes cross the end
    Touch(name);
    ASSERT_EQ(::unlink(name.c_str()), 0);
    ASSERT_THAT(Lines(Read()), ElementsAre("fs.create " + name, "fs.delete " + name));
  }
}

TEST_P(Rings, UrgentEventsComeInTheirPlace) {
  Open({.urgent_bytes = 1 << 16});
  ASSERT_EQ(device().Mark("/t", kCreateDelete, VEXEVT_BIT(VEXEVT_FS_DELETE)), 0);
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    for (int name = 0; name <= i % 3; ++name) {
      Touch("/t/" + std::to_string(name));
      expected.push_back("fs.create /t/" + std::to_string(name));
    }
    for (int name = 0; name <= i % 3; ++name) {
      ASSERT_EQ(::unlink(("/t/" + std::to_string(name)).c_str()), 0);
      expected.push_back("fs.delete /t/" + std::to_string(name));
    }
  }
  std::vector<Seen> seen = Read();
  EXPECT_EQ(Lines(seen), expected);
  for (const Seen& one : seen) {
    EXPECT_EQ(one.event.priority, one.event.type == kFsDelete ? Priority::kHigh : Priority::kNormal);
  }
}

TEST_P(Rings, AFloodDoesNotEvictUrgentEvents) {
  Open({.normal_bytes = 16384, .urgent_bytes = 1 << 16});
  ASSERT_EQ(device().Mark("/t", kCreateDelete | VEXEVT_BIT(VEXEVT_FS_MKDIR), VEXEVT_BIT(VEXEVT_FS_MKDIR)), 0);
  for (int i = 0; i < 20; ++i) {
    Storm(100);
    ASSERT_EQ(::mkdir(("/t/d" + std::to_string(i)).c_str(), 0755), 0);
  }
  std::vector<Seen> seen = Read();
  int directories = 0;
  for (const Seen& one : seen) directories += one.event.type == kFsMkdir;
  EXPECT_EQ(directories, 20);
  Sum sum = Add(seen);
  EXPECT_EQ(sum.events + sum.lost, 20u * 201);
  EXPECT_EQ(seen.back().Line(), "fs.mkdir /t/d19");
}

TEST_P(Rings, AnUrgentEventTakesTheOtherLaneWhenItsOwnIsFull) {
  Open({.urgent_bytes = 16384});
  ASSERT_EQ(device().Mark("/t", kCreateDelete, kCreateDelete), 0);
  Storm(500);
  Sum sum = Add(Read());
  EXPECT_EQ(sum.events, 1000u);
  EXPECT_EQ(sum.lost, 0u);
}

TEST(Ring, ReadGivesWholeFrames) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(device.Mark("/t", kCreateDelete), 0);
  Touch("/t/a");
  std::uint64_t buffer[64];
  EXPECT_EQ(::read(device.fd(), buffer, 16), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(::read(device.fd(), buffer, 0), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(::read(device.fd(), Nowhere(), 4096), -1);
  EXPECT_EQ(errno, EFAULT);
  EXPECT_GT(::read(device.fd(), buffer, sizeof buffer), 100);
  EXPECT_EQ(::read(device.fd(), buffer, sizeof buffer), -1);
  EXPECT_EQ(errno, EAGAIN);
}

TEST(Ring, PollWakesWhoWaits) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(device.Mark("/t", kCreateDelete), 0);
  pollfd waiting{device.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&waiting, 1, 0), 0);
  int woken = 0;
  std::thread reader([&] { woken = ::poll(&waiting, 1, 60'000); });
  Touch("/t/a");
  reader.join();
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(waiting.revents, POLLIN);
  EXPECT_THAT(Lines(device.Read()), ElementsAre("fs.create /t/a"));
}

TEST(Ring, ABlockedReadIsWoken) {
  Scratch scratch;
  Device device;
  ASSERT_EQ(::fcntl(device.fd(), F_SETFL, 0), 0);
  ASSERT_EQ(device.Mark("/t", kCreateDelete), 0);
  ssize_t got = 0;
  std::thread reader([&] {
    std::uint64_t buffer[512];
    got = ::read(device.fd(), buffer, sizeof buffer);
  });
  Touch("/t/a");
  reader.join();
  EXPECT_GT(got, 100);
}

TEST(Ring, OnlyTheReadersPageIsWritable) {
  Device device;
  int page = ::getpagesize();
  auto map = [&](int protection, int flags, std::size_t bytes, int offset) {
    void* at = ::mmap(nullptr, bytes, protection, flags, device.fd(), offset);
    return at == MAP_FAILED ? errno : 0;
  };
  auto size = static_cast<std::size_t>(page);
  EXPECT_EQ(map(PROT_READ | PROT_WRITE, MAP_SHARED, size, page), EPERM);
  EXPECT_EQ(map(PROT_READ | PROT_WRITE, MAP_SHARED, 2 * size, 0), EPERM);
  EXPECT_EQ(map(PROT_READ, MAP_PRIVATE, size, 0), EINVAL);
  EXPECT_EQ(map(PROT_READ, MAP_SHARED, device.setup().map_bytes + size, 0), EINVAL);
  EXPECT_EQ(map(PROT_READ, MAP_SHARED, device.setup().map_bytes, 0), 0);
  void* at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, device.fd(), page);
  ASSERT_NE(at, MAP_FAILED);
  EXPECT_EQ(::mprotect(at, size, PROT_READ | PROT_WRITE), -1);
  EXPECT_EQ(errno, EACCES);
  char byte;
  EXPECT_EQ(::read(device.fd(), &byte, 1), -1);
  EXPECT_EQ(errno, EBUSY) << "there is one consumer";
}

TEST(Ring, AWrongPositionHurtsOnlyItsReader) {
  Scratch scratch;
  Device liar({.normal_bytes = 16384, .urgent_bytes = 16384}), honest;
  Mapping mapping(&liar);
  ASSERT_EQ(liar.Mark("/t", kCreateDelete, VEXEVT_BIT(VEXEVT_FS_DELETE)), 0);
  ASSERT_EQ(honest.Mark("/t", kCreateDelete), 0);
  std::uint64_t told = 0, delivered = 0;
  for (std::uint64_t lie : {0xdeadbeefcafef00dULL, ~0ULL, 1ULL, 1ULL << 63, 16384ULL, 7ULL, 1ULL << 32}) {
    mapping.consumer()->normal = lie;
    mapping.consumer()->urgent = ~lie;
    Storm(100);
    told += 200;
    EXPECT_EQ(Add(honest.Read()).events, 200u);
    vexevt_counters counters = liar.Counters();
    EXPECT_EQ(counters.delivered + counters.lost, told);
    EXPECT_LE(counters.delivered - delivered, 200u);
    delivered = counters.delivered;
  }
  // Back to the truth, everything is as it was.
  mapping.consumer()->normal = mapping.producer()->normal;
  mapping.consumer()->urgent = mapping.producer()->urgent;
  std::uint64_t lost = liar.Counters().lost;
  Touch("/t/a");
  std::uint32_t frame_head[2];
  auto page = static_cast<std::size_t>(::getpagesize());
  const char* base = reinterpret_cast<const char*>(mapping.producer()) - page;
  std::memcpy(frame_head, base + mapping.producer()->normal_at + mapping.consumer()->normal % 16384, 8);
  EXPECT_EQ(frame_head[0], 0u);
  EXPECT_GT(lost, 0u);
  EXPECT_GT(mapping.producer()->normal, mapping.consumer()->normal);
}

TEST(Setup, ThatCannotBeIsRefused) {
  auto error_of = [](auto change) {
    UniqueFd fd(::open(VEXEVT_DEVICE, O_RDWR | O_CLOEXEC));
    vexevt_setup setup{};
    setup.abi = VEXEVT_ABI;
    setup.normal_bytes = 65536;
    change(&setup);
    return ::ioctl(fd.get(), VEXEVT_IOC_SETUP, &setup) < 0 ? errno : 0;
  };
  EXPECT_EQ(error_of([](vexevt_setup*) {}), 0);
  EXPECT_EQ(error_of([](vexevt_setup* s) { s->abi = 2; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_setup* s) { s->flags = 4; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_setup* s) { s->normal_bytes = 8192; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_setup* s) { s->normal_bytes = 65537; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_setup* s) { s->normal_bytes = 0; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_setup* s) { s->normal_bytes = 1U << 31; }), ENOSPC);
  EXPECT_EQ(error_of([](vexevt_setup* s) { s->urgent_bytes = 1; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_setup* s) { s->normal_bytes = s->urgent_bytes = 1U << 31; }), ENOSPC);
  EXPECT_EQ(error_of([](vexevt_setup* s) { s->reserved[1] = 1; }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_setup* s) { std::memset(s->host, 'x', sizeof s->host); }), EINVAL);
  EXPECT_EQ(error_of([](vexevt_setup* s) { std::memset(s->tenant, 'x', sizeof s->tenant); }), EINVAL);
}

TEST(Setup, ComesFirstAndOnce) {
  UniqueFd fd(::open(VEXEVT_DEVICE, O_RDWR | O_CLOEXEC));
  UniqueFd root(::open("/", O_PATH));
  vexevt_mark mark{root.get(), VEXEVT_OBJECT_FILESYSTEM, VEXEVT_FS_ALL, 0, 0};
  char byte;
  EXPECT_EQ(::ioctl(fd.get(), VEXEVT_IOC_MARK, &mark), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(::read(fd.get(), &byte, 1), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd.get(), 0), MAP_FAILED);
  EXPECT_EQ(::ioctl(fd.get(), _IO('V', 0xef)), -1);
  EXPECT_EQ(errno, ENOTTY);

  Device device;
  vexevt_setup setup{};
  setup.abi = VEXEVT_ABI;
  setup.normal_bytes = 65536;
  EXPECT_EQ(::ioctl(device.fd(), VEXEVT_IOC_SETUP, &setup), -1);
  EXPECT_EQ(errno, EBUSY);
}

TEST(Setup, TakesRights) {
  InChild([] { EXPECT_EQ(::open(VEXEVT_DEVICE, O_RDWR), -1); }, 1234, 77);
  ASSERT_EQ(::chmod(VEXEVT_DEVICE, 0666), 0);
  InChild(
      [] {
        EXPECT_EQ(::open(VEXEVT_DEVICE, O_RDWR), -1);
        EXPECT_EQ(errno, EPERM);
      },
      1234, 77);
  ASSERT_EQ(::chmod(VEXEVT_DEVICE, 0600), 0);
}

}  // namespace
}  // namespace vexevt
