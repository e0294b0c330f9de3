// /dev/vexevt as a test uses it, in the guest. Whatever is read is held to what every frame has to be: canonical, in
// order, numbered without a hole.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kmod/uapi/vexevt.h"
#include "lib/base/unique_fd.h"
#include "lib/event/event.h"

namespace vexevt {

// One event that was read. Not copied: `event` borrows from `words`.
struct Seen {
  explicit Seen(std::vector<std::uint64_t> words);
  Seen(Seen&&) = default;
  Seen& operator=(Seen&&) = default;

  const FsPayload& fs() const { return std::get<FsPayload>(event.payload); }
  const GapPayload& gap() const { return std::get<GapPayload>(event.payload); }
  // "fs.rename /t/a /t/b", "vexevt.lost 12", "system.unmount /t"
  std::string Line() const;

  std::vector<std::uint64_t> words;
  Event event;
};

std::vector<std::string> Lines(const std::vector<Seen>& seen);

struct DeviceOptions {
  std::uint32_t normal_bytes = 1 << 20, urgent_bytes = 0, flags = 0;
  std::string host, tenant;
};

class Device {
 public:
  Device() : Device(DeviceOptions{}) {}
  explicit Device(const DeviceOptions& options);

  int fd() const { return fd_.get(); }
  const vexevt_setup& setup() const { return setup_; }

  // 0 or the errno.
  int Mark(const std::string& path, std::uint64_t types = VEXEVT_FS_ALL, std::uint64_t urgent = 0,
           std::uint32_t object = VEXEVT_OBJECT_FILESYSTEM);
  int Unmark(const std::string& path, std::uint32_t object = VEXEVT_OBJECT_FILESYSTEM);
  int Filter(const vexevt_filter& filter);
  // 0 or the errno. The frame of `event`.
  int Inject(const Event& event);
  vexevt_counters Counters() const;

  // All that is there, by read().
  std::vector<Seen> Read();
  // Checks one more frame of the ring.
  Seen Check(const void* bytes, std::size_t size);

 private:
  struct Last {
    std::uint64_t sequence = 0, wall_ns = 0, mono_ns = 0;
  };

  UniqueFd fd_;
  vexevt_setup setup_{};
  Last last_;
};

// A ring that is mapped, read as uapi/vexevt.h says.
class Mapping {
 public:
  explicit Mapping(Device* device);
  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  volatile vexevt_consumer* consumer() { return consumer_; }
  const vexevt_producer* producer() const { return producer_; }
  std::vector<Seen> Read();

 private:
  Device* device_;
  volatile vexevt_consumer* consumer_;
  const vexevt_producer* producer_;
  std::size_t bytes_;
};

// Runs `work` in a child, as another user where `uid` isn't 0, and waits for it. The child's pid. A failure of it is
// one of the test.
int InChild(const std::function<void()>& work, std::uint32_t uid = 0, std::uint32_t gid = 0);

// A fresh tmpfs at /t for the length of a test.
class Scratch {
 public:
  explicit Scratch(std::string path = "/t");
  ~Scratch();

 private:
  std::string path_;
};

void* Nowhere();  // a page that nobody may touch

void Touch(const std::string& path);  // creates, opens, closes: 3 events
std::uint64_t ReadNumber(const std::string& path);
void WriteText(const std::string& path, const std::string& text);

}  // namespace vexevt
