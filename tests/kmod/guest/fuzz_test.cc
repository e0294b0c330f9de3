// What may come over the device's system calls from somebody who means harm: whatever it is, each call ends, the kernel
// has nothing to say (run looks), and the next one who comes is served.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <span>

#include "lib/event/encode.h"
#include "tests/kmod/guest/device.h"

namespace vexevt {
namespace {

constexpr int kCalls = 20'000;
constexpr std::size_t kPage = 4096, kBufferBytes = 20 * kPage;

class Attacker {
 public:
  explicit Attacker(std::uint64_t seed) : random_(seed) {
    objects_.emplace_back(::open("/t", O_PATH | O_CLOEXEC));
    objects_.emplace_back(::open("/t/d", O_RDONLY | O_CLOEXEC));
    objects_.emplace_back(::open("/t/f", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    objects_.emplace_back(::open("/proc", O_PATH | O_CLOEXEC));
    objects_.emplace_back(::open("/dev/null", O_RDWR | O_CLOEXEC));
    int pipe[2];
    EXPECT_EQ(::pipe2(pipe, O_CLOEXEC | O_NONBLOCK), 0);
    for (int end : pipe) objects_.emplace_back(end);
    for (Victim& victim : victims_) Reopen(&victim);
    void* room = ::mmap(nullptr, kBufferBytes + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(room, MAP_FAILED);
    buffer_ = {static_cast<std::byte*>(room), kBufferBytes};
    EXPECT_EQ(::mprotect(buffer_.data() + kBufferBytes, kPage, PROT_NONE), 0);
    Event event;
    event.type = kFsCreate;
    event.host = "here";
    event.payload = FsPayload{.path = "/t/injected"};
    AppendFrame(event, &frame_);
  }
  ~Attacker() {
    for (Victim& victim : victims_) Unmap(&victim);
    ::munmap(buffer_.data(), kBufferBytes + kPage);
  }

  void Call() {
    Victim& victim = victims_[Below(victims_.size())];
    switch (Below(14)) {
      case 0:
        return SetUp(victim.fd.get());
      case 1:
      case 2:
        return Mark(victim.fd.get());
      case 3:
        return Filter(victim.fd.get());
      case 4:
        ::ioctl(victim.fd.get(), VEXEVT_IOC_COUNTERS, Pointer());
        return;
      case 5:
        return Write(victim.fd.get());
      case 6:
        static_cast<void>(::read(victim.fd.get(), Pointer(), Number()));
        return;
      case 7:
        return Map(&victim);
      case 8:
        return Spoil(&victim);
      case 9:
        ::ioctl(victim.fd.get(), static_cast<unsigned long>(Number()), Pointer());
        return;
      case 10:
        if (Below(8) == 0) Reopen(&victim);
        return;
      default:
        return Work();
    }
  }

 private:
  struct Victim {
    UniqueFd fd;
    std::byte* mapped = nullptr;
    std::size_t bytes = 0;
    bool writable = false;
  };

  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }
  bool Often() { return Below(8) != 0; }

  // Likely something that is looked at closely.
  std::uint64_t Number() {
    static constexpr std::uint64_t kNumbers[] = {0, 1, 2, 8, 64, 1023, 1024, 1025, 4096, 16384, 65535, 65536, 65537};
    switch (Below(5)) {
      case 0:
        return random_();
      case 1:
        return std::uint64_t{1} << Below(64);
      case 2:
        return ~kNumbers[Below(std::size(kNumbers))];
      default:
        return kNumbers[Below(std::size(kNumbers))];
    }
  }

  void* Pointer() {
    if (Often()) return buffer_.data() + Below(16);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): that is the attack
    void* const pointers[] = {nullptr, Nowhere(), reinterpret_cast<void*>(random_()),
                              buffer_.data() + buffer_.size() - 4};
    return pointers[Below(std::size(pointers))];
  }

  int Object() { return Often() ? objects_[Below(objects_.size())].get() : static_cast<int>(random_()); }

  // Changes a few bytes of a struct that was sound.
  template <typename T>
  void Mutate(T* value) {
    auto* bytes = reinterpret_cast<unsigned char*>(value);
    for (std::uint64_t flips = Below(4) == 0 ? 1 + Below(8) : 0; flips > 0; --flips)
      bytes[Below(sizeof *value)] = static_cast<unsigned char>(random_());
  }

  void Reopen(Victim* victim) {
    Unmap(victim);
    victim->fd.reset(::open(VEXEVT_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  }

  void Unmap(Victim* victim) {
    if (victim->mapped != nullptr) ::munmap(victim->mapped, victim->bytes);
    victim->mapped = nullptr;
  }

  void SetUp(int fd) {
    vexevt_setup setup{};
    setup.abi = VEXEVT_ABI;
    setup.flags = static_cast<std::uint32_t>(Below(4));
    setup.normal_bytes = 16384u << Below(4);
    setup.urgent_bytes = Below(2) == 0 ? 0 : 16384u << Below(3);
    std::memset(setup.host, 'h', Below(sizeof setup.host));
    Mutate(&setup);
    ::ioctl(fd, VEXEVT_IOC_SETUP, Often() ? &setup : Pointer());
  }

  void Mark(int fd) {
    vexevt_mark mark{Object(), static_cast<std::uint32_t>(Below(3)), random_() & VEXEVT_FS_ALL, 0, 0};
    if (Below(2) == 0) mark.urgent = mark.types & random_();
    bool ends = Below(3) == 0;
    if (ends) mark.types = mark.urgent = 0;
    Mutate(&mark);
    ::ioctl(fd, ends ? VEXEVT_IOC_UNMARK : VEXEVT_IOC_MARK, Often() ? &mark : Pointer());
  }

  void Filter(int fd) {
    for (std::byte& byte : buffer_) byte = static_cast<std::byte>(random_());
    static constexpr char kPaths[] = "/t\0/t/d\0/";
    if (Often()) std::memcpy(buffer_.data(), kPaths, sizeof kPaths);
    auto address = [&] { return reinterpret_cast<std::uint64_t>(Pointer()); };
    vexevt_filter filter{};
    if (Below(2) == 0) filter.types = random_() & VEXEVT_FS_ALL;
    auto count = [&] { return static_cast<std::uint32_t>(Below(3) == 0 ? Number() : Below(4)); };
    filter.uid_count = count();
    filter.pid_count = count();
    filter.cgroup_count = count();
    filter.path_bytes = Often() ? static_cast<std::uint32_t>(sizeof kPaths) : count();
    filter.uids = address();
    filter.pids = address();
    filter.cgroups = address();
    filter.paths = reinterpret_cast<std::uint64_t>(Often() ? buffer_.data() : Pointer());
    if (Below(3) == 0) filter.rate = filter.burst = static_cast<std::uint32_t>(Number());
    Mutate(&filter);
    ::ioctl(fd, VEXEVT_IOC_FILTER, Often() ? &filter : Pointer());
  }

  void Write(int fd) {
    std::vector<std::byte> bytes;
    for (std::uint64_t count = 1 + Below(3); count > 0; --count)
      bytes.insert(bytes.end(), frame_.begin(), frame_.end());
    for (std::uint64_t flips = Below(4); flips > 0; --flips)
      bytes[Below(bytes.size())] ^= static_cast<std::byte>(1u << Below(8));
    if (!Often()) bytes.resize(Below(2 * bytes.size()));
    const void* from = Often() ? bytes.data() : Pointer();
    std::size_t size = Often() ? bytes.size() : Below(70'000);
    if (from == bytes.data()) size = std::min(size, bytes.size());
    static_cast<void>(::write(fd, from, size));
  }

  void Map(Victim* victim) {
    Unmap(victim);
    static constexpr int kProtections[] = {PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC, PROT_NONE};
    int protection = kProtections[Below(std::size(kProtections))];
    std::size_t bytes = (1 + Below(Often() ? 20 : 100'000)) * kPage;
    off_t offset = static_cast<off_t>(Often() ? Below(3) * kPage : Number() & ~(kPage - 1) & ~(std::uint64_t{1} << 63));
    void* at = ::mmap(nullptr, bytes, protection, Often() ? MAP_SHARED : MAP_PRIVATE, victim->fd.get(), offset);
    if (at == MAP_FAILED) return;
    *victim = {std::move(victim->fd), static_cast<std::byte*>(at), bytes, (protection & PROT_WRITE) != 0};
  }

  // Positions of its own choosing; and it tries to write where it may only read.
  void Spoil(Victim* victim) {
    if (victim->mapped == nullptr) return;
    if (!victim->writable) {
      victim->writable = ::mprotect(victim->mapped, victim->bytes, PROT_READ | PROT_WRITE) == 0;
      return;
    }
    auto* consumer = reinterpret_cast<volatile vexevt_consumer*>(victim->mapped);
    if (Below(2) == 0) {
      consumer->normal = Number();
    } else {
      consumer->urgent = Number();
    }
  }

  // What makes events.
  void Work() {
    std::string path = (Below(2) == 0 ? "/t/d/" : "/t/") + std::to_string(Below(4));
    Touch(path);
    if (Below(2) == 0) ::rename(path.c_str(), "/t/g");
    if (Below(2) == 0) ::unlink("/t/g");
  }

  std::mt19937_64 random_;
  std::vector<UniqueFd> objects_;
  std::array<Victim, 4> victims_;
  std::span<std::byte> buffer_;  // nothing may be touched behind it
  std::vector<std::byte> frame_;
};

TEST(Fuzz, CallsThatMeanHarmDoNone) {
  const char* given = std::getenv("VEXEVT_SEED");
  std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::printf("guest: seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  Scratch scratch;
  ASSERT_EQ(::mkdir("/t/d", 0755), 0);
  {
    Attacker attacker(seed);
    for (int i = 0; i < kCalls; ++i) attacker.Call();
  }
  Device device;
  ASSERT_EQ(device.Mark("/t"), 0);
  ASSERT_EQ(::mkdir("/t/after", 0755), 0);
  EXPECT_THAT(Lines(device.Read()), ::testing::ElementsAre("fs.mkdir /t/after"));
}

}  // namespace
}  // namespace vexevt
