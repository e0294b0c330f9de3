// RingWriter: frames into a ring. Each writer has a lane of its own, so that writers never wait for each other and one
// that dies spoils nobody's data; and each tenant whose events it writes gets another, as long as there are some, so
// that a tenant who floods the ring overruns his own events only.
//
// In mode kOverwrite nothing ever waits. In mode kBlock Write waits for the slowest reader; without any reader it waits
// once the ring is full.
//
// Not thread-safe: one for each thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/id_source.h"
#include "lib/io/byte_sink.h"
#include "lib/ring/lane.h"
#include "lib/ring/ring_file.h"

namespace vexevt {

class RingWriter final : public ByteSink {
 public:
  // Makes the ring where there is none. kResourceExhausted: it has no lane left for another writer.
  static Result<std::unique_ptr<RingWriter>> Open(const RingName& name);

  // `bytes` are whole frames, 8-byte aligned. A frame that is larger than a quarter of a lane is lost, and a
  // vexevt.lost event stands in its place. kDataLoss: somebody made the file shorter.
  Status Write(std::span<const std::byte> bytes) override;

  // As many of the frames as there is room for now; says how many bytes those are.
  Result<std::size_t> TryWrite(std::span<const std::byte> bytes);

  // Tells readers that this writer has finished. Without it they are told that it died.
  Status Close() override;

  int fd() const override { return -1; }

 private:
  struct Lane {
    std::uint32_t index;
    std::string tenant;
    Mapping mapping;
    LaneWriter<LaneCells, LaneWords> writer;
    std::uint64_t acked;
  };

  explicit RingWriter(RingFile file) : file_(std::move(file)) {}

  Result<bool> Claim(std::string_view tenant);
  Lane& LaneOf(std::string_view tenant);
  Lane& NewLaneOf(std::string_view tenant);
  void LookAtReaders(Lane& lane);
  bool HasRoom(Lane& lane, std::uint64_t bytes);
  bool Put(Lane& lane, std::span<const std::byte> frames, std::uint32_t events);
  bool PutLost(Lane& lane);
  void WaitForRoom();
  bool FreeDeadReaders();

  RingFile file_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::uint64_t stamp_ = 0;
  bool exhausted_ = false;  // no lane is left for another tenant
  EventIds ids_;
};

}  // namespace vexevt
