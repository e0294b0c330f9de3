// ResyncSource over any bytes: what it gives is a sound stream, the same wherever the bytes are split.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "lib/event/type.h"
#include "lib/io/testing/memory.h"
#include "lib/stream/reader.h"
#include "lib/stream/resync_source.h"

namespace {

using namespace vexevt;

// The frames, but for those of gaps, which differ in their ids; these are counted.
std::vector<std::byte> Frames(std::span<const std::byte> bytes, std::vector<std::size_t> pieces) {
  auto source = std::make_unique<ResyncSource>(std::make_unique<MemorySource>(bytes, std::move(pieces)), "x");
  StreamReader reader(std::move(source), "x");
  std::vector<std::byte> frames;
  for (;;) {
    auto events = reader.Read();
    if (!events.ok()) std::abort();
    if (events->empty()) return frames;
    for (const EventView& event : *events) {
      if (event.type() == kVexevtLost) {
        frames.push_back({});
      } else {
        frames.insert(frames.end(), event.frame().begin(), event.frame().end());
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  if (Frames(bytes, {size}) != Frames(bytes, {1 + data[0] % 16u, 1 + data[0] / 2u})) std::abort();
  return 0;
}
