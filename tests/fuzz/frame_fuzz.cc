// EventView against Cap'n Proto's own reader: what Bind accepts, capnp reads, and the same; what Flatten makes of the
// rest, Bind accepts. And whatever it is, OTLP makes text of it.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/utf8.h"
#include "lib/event/event_view.h"
#include "lib/event/flatten.h"
#include "lib/event/otlp_request.h"
#include "lib/event/testing/capnp_read.h"
#include "lib/event/unpack.h"

namespace {

using namespace vexevt;

bool Agrees(std::span<const std::byte> frame) {
  EventView view;
  if (!EventView::Bind(frame, &view)) return false;
  Event ours;
  Unpack(view, &ours);
  CapnpRead theirs(frame);
  if (!theirs.ok() || !SameEvent(ours, theirs.event())) std::abort();
  OtlpRequest request;
  if (request.Add(view) + request.AddOpen(1) > 1) std::abort();
  std::string line;
  request.AppendLine(&line);
  if (!IsUtf8(line)) std::abort();
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  size -= size % 8;
  if (size < 8) return 0;
  // Exactly as long as the frame, so that the sanitizer sees a read beyond it.
  auto words = std::make_unique<std::uint64_t[]>(size / 8);
  std::memcpy(words.get(), data, size);
  std::span<const std::byte> frame(reinterpret_cast<const std::byte*>(words.get()), size);
  FrameSize measured = MeasureFrame(frame);
  if (measured.state != FrameState::kOk || measured.bytes != size) {
    // Most changes of a length would end here: one segment over all that is there is tried, too.
    Store<std::uint32_t>(words.get(), 0);
    Store<std::uint32_t>(reinterpret_cast<std::byte*>(words.get()) + 4, static_cast<std::uint32_t>(size / 8 - 1));
  }
  if (Agrees(frame)) return 0;
  std::vector<std::byte> flat;
  if (Flatten(frame, &flat).ok()) Agrees(flat);
  return 0;
}
