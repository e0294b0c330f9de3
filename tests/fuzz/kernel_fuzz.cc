// A ring of the kernel module whose positions and bytes are anything: reading it stays within the mapping, ends, and
// what is forwarded are events. The input: two positions of the producer at a time, each with bytes to lie before them.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "lib/capture/kernel_frames.h"
#include "lib/capture/kernel_lanes.h"
#include "lib/capture/testing/kernel_ring.h"

namespace {

constexpr std::uint32_t kLane = 16384;

std::span<const std::uint8_t> Take(std::span<const std::uint8_t>* data, std::size_t size) {
  auto part = data->first(std::min(size, data->size()));
  *data = data->subspan(part.size());
  return part;
}

std::uint64_t TakeNumber(std::span<const std::uint8_t>* data) {
  std::uint64_t number = 0;
  auto bytes = Take(data, sizeof number);
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace vexevt;
  std::span<const std::uint8_t> data(bytes, size);
  static KernelRing ring(kLane, kLane);
  std::uint64_t start = TakeNumber(&data);
  ring.producer()->normal = ring.producer()->urgent = ring.consumer()->normal = ring.consumer()->urgent = start;
  std::memset(ring.normal_at(0), 0, kLane);
  std::memset(ring.urgent_at(0), 0, kLane);
  auto opened = KernelLanes::Over(ring.bytes(), ring.page());
  if (!opened.ok()) return 0;
  KernelLanes lanes = *opened;
  KernelFrames frames({}, 1, false, nullptr);
  frames.Select({"/srv"}, false);
  FrameBatch batch;
  while (!data.empty()) {
    for (bool urgent : {false, true}) {
      __u64& published = urgent ? ring.producer()->urgent : ring.producer()->normal;
      std::uint64_t more = TakeNumber(&data);
      auto content = Take(&data, std::min<std::uint64_t>(more, kLane));
      std::memcpy(urgent ? ring.urgent_at(published) : ring.normal_at(published), content.data(), content.size());
      published += more;
    }
    if (!lanes.Look().ok()) return 0;
    for (std::size_t pieces = 0;; ++pieces) {
      if (pieces > 2 * kLane) std::abort();  // each takes some bytes
      batch.Clear();
      auto next = lanes.Next(&batch);
      if (!next.ok()) return 0;
      if (next->empty()) break;
      if (!frames.Forward(*next, &batch).ok()) return 0;
      for (auto rest = batch.frames(); !rest.empty();) {
        std::size_t frame = MeasureFrame(rest).bytes;
        EventView view;
        if (frame > rest.size() || !EventView::Bind(rest.first(frame), &view)) std::abort();
        rest = rest.subspan(frame);
      }
    }
    lanes.Release();
  }
  return 0;
}
