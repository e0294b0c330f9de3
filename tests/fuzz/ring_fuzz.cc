// A ring's file that a hostile peer writes: its reader reads nothing outside, ends, and hands out whole words. The
// input are words to overwrite, 10 bytes each: where (two bytes for the front of the file, its data or a lane's cells)
// and what; the reader reads after each eight of them.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/ring/reader.h"
#include "lib/ring/writer.h"

namespace {

using namespace vexevt;

constexpr std::uint32_t kLanes = 2;
constexpr std::size_t kFront = 16 << 10;  // header, shared page and cells of the lanes

// A sound ring with some frames, in memory alone.
class RingInMemory {
 public:
  RingInMemory() : fd_(::memfd_create("ring", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(fd_)) {
    RingName name{path_, RingMode::kOverwrite, kMinLaneBytes, kLanes};
    auto writer = RingWriter::Open(name);
    if (!writer.ok()) std::abort();
    for (std::uint64_t i = 0; i < 20; ++i) {
      Event event;
      event.id = {1, i + 1};
      event.type = kFsCreate;
      event.tenant = i % 2 == 0 ? "a" : "b";
      event.payload = FsPayload{.path = "/srv/file"};
      std::vector<std::byte> frame;
      AppendFrame(event, &frame);
      if (!(*writer)->Write(frame).ok()) std::abort();
    }
    if (!(*writer)->Close().ok()) std::abort();
    struct stat status;
    if (::fstat(fd_, &status) != 0) std::abort();
    std::size_t size = static_cast<std::size_t>(status.st_size);
    void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    if (at == MAP_FAILED) std::abort();
    bytes_ = {static_cast<std::byte*>(at), size};
    sound_.assign(bytes_.begin(), bytes_.end());
  }

  const std::string& path() const { return path_; }
  void Restore() { std::ranges::copy(sound_, bytes_.begin()); }

  void Change(std::span<const std::uint8_t> change) {
    std::uint16_t where;
    std::uint64_t what;
    std::memcpy(&where, change.data(), sizeof where);
    std::memcpy(&what, change.data() + sizeof where, sizeof what);
    std::size_t word = where & 0x7fff;
    std::size_t words = ((where & 0x8000) != 0 ? kFront : bytes_.size()) / 8;
    std::memcpy(bytes_.data() + word % words * 8, &what, sizeof what);
  }

 private:
  int fd_;
  std::string path_;
  std::span<std::byte> bytes_;
  std::vector<std::byte> sound_;
};

void Read(RingReader* reader) {
  auto batches = reader->Read();
  if (!batches.ok()) return;
  unsigned sum = 0;
  for (const RingBatch& batch : *batches) {
    if (batch.frames.size() % 8 != 0) std::abort();
    for (std::byte byte : batch.frames) sum += static_cast<unsigned>(byte);
  }
  volatile unsigned touched = sum;
  static_cast<void>(touched);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static RingInMemory ring;
  constexpr std::size_t kChange = 10;
  ring.Restore();
  std::span<const std::uint8_t> changes(data, size / kChange * kChange);
  // What the first byte says was changed before it was opened.
  std::size_t before = size > 0 ? data[0] % 8 : 0;
  for (; before > 0 && !changes.empty(); --before, changes = changes.subspan(kChange)) ring.Change(changes);
  auto reader = RingReader::Open({.path = ring.path(), .mode = {}, .lane_bytes = {}, .lanes = {}});
  if (!reader.ok()) return 0;
  Read(reader->get());
  for (std::size_t count = 0; !changes.empty(); changes = changes.subspan(kChange)) {
    ring.Change(changes);
    if (++count % 8 == 0) Read(reader->get());
  }
  for (int i = 0; i < 3; ++i) Read(reader->get());
  (*reader)->HasWriters();
  Read(reader->get());
  return 0;
}
