// KernelLanes: the reader's side of a mapped ring of /dev/vexevt, laid out as kmod/uapi/vexevt.h says: whole frames of
// both lanes, in the order of events.
//
// The kernel is not believed: each position is loaded once and compared with what is possible, and frames are measured
// in the copy that is handed out, never in the mapping. So nothing that comes to lie there can have bytes read outside
// of it, or have reading not end; what makes no sense is kDataLoss. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kmod/uapi/vexevt.h"
#include "lib/base/status.h"
#include "lib/capture/frame_batch.h"

namespace vexevt {

class KernelLanes {
 public:
  // `ring`: all of the mapping, 8-byte aligned; its first page is writable. It outlives this. `page`: the size of a
  // page.
  static Result<KernelLanes> Over(std::span<std::byte> ring, std::size_t page);

  // Loads how much there is: what Next gives until it gives nothing.
  Status Look();

  // The next frames, copied behind what *batch holds and not committed there; empty: none are left of what Look saw.
  // Each is whole, of one segment and at most VEXEVT_INJECT_MAX bytes, but not checked any further. 64 KiB at most.
  Result<std::span<std::byte>> Next(FrameBatch* batch);

  // The kernel may overwrite what Next gave.
  void Release();

 private:
  struct Lane {
    const std::byte* data = nullptr;  // twice in a row
    std::uint64_t bytes = 0;          // 0: there is no such lane
    std::uint64_t* published = nullptr;
    std::uint64_t* consumed = nullptr;
    std::uint64_t position = 0, end = 0;

    std::uint64_t left() const { return end - position; }
    const std::byte* at(std::uint64_t where) const { return data + (where & (bytes - 1)); }
    Status Look();
  };

  KernelLanes() = default;

  Result<std::span<std::byte>> TakeNormal(std::uint64_t end, FrameBatch* batch);
  Result<std::span<std::byte>> TakeUrgent(FrameBatch* batch);

  Lane normal_, urgent_;
};

}  // namespace vexevt
