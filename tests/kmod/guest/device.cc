#include "tests/kmod/guest/device.h"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/event/type.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

std::size_t SizeOf(const void* bytes) {
  std::uint32_t words;
  std::memcpy(&words, static_cast<const char*>(bytes) + 4, sizeof words);
  return 8 + std::size_t{words} * 8;
}

std::vector<std::uint64_t> Words(const void* bytes, std::size_t size) {
  std::vector<std::uint64_t> words(size / 8);
  std::memcpy(words.data(), bytes, words.size() * 8);
  return words;
}

int Errno(long result) { return result < 0 ? errno : 0; }

}  // namespace

Seen::Seen(std::vector<std::uint64_t> frame) : words(std::move(frame)) {
  EventView view;
  if (!EventView::Bind(std::as_bytes(std::span(words)), &view)) {
    ADD_FAILURE() << "not a frame";
    return;
  }
  Unpack(view, &event);
  std::vector<std::uint64_t> again(EncodedBound(event) / 8 + 1);
  again.resize(Encode(event, reinterpret_cast<std::byte*>(again.data())) / 8);
  EXPECT_EQ(words, again) << "not canonical";
}

std::string Seen::Line() const {
  std::string line = TypeName(event.type);
  if (const auto* fs = std::get_if<FsPayload>(&event.payload)) {
    line += " " + std::string(fs->path);
    if (!fs->path2.empty()) line += " " + std::string(fs->path2);
  } else if (const auto* gap = std::get_if<GapPayload>(&event.payload)) {
    line += " " + std::to_string(gap->lost);
  } else if (const auto* system = std::get_if<SystemPayload>(&event.payload)) {
    line += " " + std::string(system->subject);
  }
  return line;
}

std::vector<std::string> Lines(const std::vector<Seen>& seen) {
  std::vector<std::string> lines;
  for (const Seen& one : seen) lines.push_back(one.Line());
  return lines;
}

Device::Device(const DeviceOptions& options) : fd_(::open(VEXEVT_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
  EXPECT_GE(fd(), 0) << std::strerror(errno);
  setup_.abi = VEXEVT_ABI;
  setup_.flags = options.flags;
  setup_.normal_bytes = options.normal_bytes;
  setup_.urgent_bytes = options.urgent_bytes;
  std::strncpy(setup_.host, options.host.c_str(), sizeof setup_.host - 1);
  std::strncpy(setup_.tenant, options.tenant.c_str(), sizeof setup_.tenant - 1);
  EXPECT_EQ(::ioctl(fd(), VEXEVT_IOC_SETUP, &setup_), 0) << std::strerror(errno);
}

int Device::Mark(const std::string& path, std::uint64_t types, std::uint64_t urgent, std::uint32_t object) {
  UniqueFd at(::open(path.c_str(), O_PATH | O_CLOEXEC));  // opens nothing, so there is nothing to tell of
  vexevt_mark mark{at.get(), object, types, urgent, 0};
  return Errno(::ioctl(fd(), VEXEVT_IOC_MARK, &mark));
}

int Device::Unmark(const std::string& path, std::uint32_t object) {
  UniqueFd at(::open(path.c_str(), O_PATH | O_CLOEXEC));
  vexevt_mark mark{at.get(), object, 0, 0, 0};
  return Errno(::ioctl(fd(), VEXEVT_IOC_UNMARK, &mark));
}

int Device::Filter(const vexevt_filter& filter) { return Errno(::ioctl(fd(), VEXEVT_IOC_FILTER, &filter)); }

int Device::Inject(const Event& event) {
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  ssize_t written = ::write(fd(), frame.data(), frame.size());
  EXPECT_TRUE(written < 0 || static_cast<std::size_t>(written) == frame.size());
  return Errno(written);
}

vexevt_counters Device::Counters() const {
  vexevt_counters counters{};
  EXPECT_EQ(::ioctl(fd(), VEXEVT_IOC_COUNTERS, &counters), 0);
  return counters;
}

Seen Device::Check(const void* bytes, std::size_t size) {
  Seen seen(Words(bytes, size));
  if (seen.event.id.source != setup_.id_source) return seen;  // from the bus
  // What was lost uses up numbers, and is told before what follows it.
  std::uint64_t expected = last_.sequence + 1;
  if (seen.event.type == kVexevtLost) expected += seen.gap().lost;
  EXPECT_EQ(seen.event.id.sequence, expected) << seen.Line();
  EXPECT_GT(seen.event.wall_ns, last_.wall_ns);
  EXPECT_GT(seen.event.mono_ns, last_.mono_ns);
  last_ = {seen.event.id.sequence, seen.event.wall_ns, seen.event.mono_ns};
  return seen;
}

std::vector<Seen> Device::Read() {
  std::vector<Seen> all;
  std::vector<std::uint64_t> buffer(1 << 16);
  for (;;) {
    ssize_t got = ::read(fd(), buffer.data(), buffer.size() * 8);
    if (got < 0) {
      EXPECT_EQ(errno, EAGAIN);
      return all;
    }
    const char* bytes = reinterpret_cast<const char*>(buffer.data());
    for (ssize_t at = 0; at < got;) {
      std::size_t size = SizeOf(bytes + at);
      if (at + static_cast<ssize_t>(size) > got) {
        ADD_FAILURE() << "read() cut a frame";
        return all;
      }
      all.push_back(Check(bytes + at, size));
      at += static_cast<ssize_t>(size);
    }
  }
}

Mapping::Mapping(Device* device) : device_(device), bytes_(device->setup().map_bytes) {
  auto page = static_cast<std::size_t>(::getpagesize());
  void* first = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, device->fd(), 0);
  void* rest = ::mmap(nullptr, bytes_ - page, PROT_READ, MAP_SHARED, device->fd(), static_cast<off_t>(page));
  EXPECT_NE(first, MAP_FAILED) << std::strerror(errno);
  EXPECT_NE(rest, MAP_FAILED) << std::strerror(errno);
  consumer_ = static_cast<volatile vexevt_consumer*>(first);
  producer_ = static_cast<const vexevt_producer*>(rest);
}

Mapping::~Mapping() {
  auto page = static_cast<std::size_t>(::getpagesize());
  ::munmap(const_cast<vexevt_consumer*>(consumer_), page);
  ::munmap(const_cast<vexevt_producer*>(producer_), bytes_ - page);
}

std::vector<Seen> Mapping::Read() {
  // Offsets count from the consumer's page, which is mapped by itself.
  const char* base = reinterpret_cast<const char*>(producer_) - ::getpagesize();
  std::uint64_t normal_end = __atomic_load_n(&producer_->normal, __ATOMIC_ACQUIRE);
  std::uint64_t urgent_end = __atomic_load_n(&producer_->urgent, __ATOMIC_ACQUIRE);
  std::uint64_t normal = consumer_->normal, urgent = consumer_->urgent;
  std::vector<Seen> all;
  auto take = [&](const char* at) {
    std::size_t size = SizeOf(at);
    all.push_back(device_->Check(at, size));
    return size;
  };
  for (;;) {
    std::uint64_t end = normal_end;
    bool urgent_next = false;
    const char* head = base + producer_->urgent_at + urgent % std::max<std::uint64_t>(producer_->urgent_bytes, 1);
    if (urgent != urgent_end) {
      std::uint64_t place;
      std::memcpy(&place, head, sizeof place);
      urgent_next = place <= normal_end;
      if (urgent_next) end = place;
    }
    while (normal < end) normal += take(base + producer_->normal_at + normal % producer_->normal_bytes);
    if (!urgent_next) break;
    urgent += sizeof(vexevt_urgent) + take(head + sizeof(vexevt_urgent));
  }
  __atomic_store_n(&consumer_->normal, normal, __ATOMIC_RELEASE);
  __atomic_store_n(&consumer_->urgent, urgent, __ATOMIC_RELEASE);
  return all;
}

int InChild(const std::function<void()>& work, std::uint32_t uid, std::uint32_t gid) {
  pid_t pid = ::fork();
  if (pid == 0) {
    if (gid != 0 && (::setgroups(0, nullptr) < 0 || ::setgid(gid) < 0)) ::_exit(3);
    if (uid != 0 && ::setuid(uid) < 0) ::_exit(4);
    work();
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  return pid;
}

Scratch::Scratch(std::string path) : path_(std::move(path)) {
  ::mkdir(path_.c_str(), 0755);
  EXPECT_EQ(::mount("scratch", path_.c_str(), "tmpfs", 0, "mode=0777"), 0) << std::strerror(errno);
}

Scratch::~Scratch() { EXPECT_EQ(::umount2(path_.c_str(), MNT_DETACH), 0) << std::strerror(errno); }

void* Nowhere() {
  static void* page = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page;
}

void Touch(const std::string& path) {
  int fd = ::open(path.c_str(), O_CREAT | O_WRONLY, 0644);
  EXPECT_GE(fd, 0) << path << ": " << std::strerror(errno);
  ::close(fd);
}

std::uint64_t ReadNumber(const std::string& path) {
  std::uint64_t number = 0;
  EXPECT_TRUE(std::ifstream(path) >> number) << path;
  return number;
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  EXPECT_TRUE(file) << path;
}

}  // namespace vexevt
