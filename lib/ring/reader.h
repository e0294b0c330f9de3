// RingReader: batches of frames out of a ring, those of all lanes in the order in which they were published: a batch
// never comes before one that its writer could have known of. It begins with the oldest that is still there.
//
// A reader that is too slow for a ring in mode kOverwrite is told how many events it missed, at the place where they
// would have stood. In mode kBlock writers wait for it instead, up to the end of the batches that it has been given.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/ring/lane.h"
#include "lib/ring/ring_file.h"

namespace vexevt {

struct RingBatch {
  // As the writer left them, nothing checked but that they are of the length that they are said to have. Empty where
  // only a loss is told.
  std::span<const std::byte> frames;
  // What is missing in front of them.
  enum class Loss : unsigned char {
    kNone,
    kOverrun,  // `lost` events were overwritten
    kDamaged,  // a batch that makes no sense, with what was behind it
    kDied,     // a writer ended without having finished: whatever it still had
  };
  Loss loss = Loss::kNone;
  std::uint64_t lost = 0;
};

class RingReader {
 public:
  // kNotFound where there is no ring; kResourceExhausted: 64 readers hold its writers already (kBlock).
  static Result<std::unique_ptr<RingReader>> Open(const RingName& name);
  RingReader(const RingReader&) = delete;
  RingReader& operator=(const RingReader&) = delete;
  ~RingReader();

  // What is there now, in order; empty: nothing. Valid until the next call. kDataLoss: somebody made the file shorter.
  Result<std::span<const RingBatch>> Read();

  // Whether there is, or was never, somebody who writes; and tells of those that died, through Read. A system call: for
  // when Read gives nothing.
  bool HasWriters();

  // Waits until Read may give something, at most `ns`: spins as long as has paid lately, then sleeps. Early for no
  // reason, and by signals.
  void Wait(std::uint64_t ns);
  // The parts of it. Spin: whether there is something.
  bool Spin();
  void Sleep(std::uint64_t ns);
  // Announces a sleep; nothing: there is news. What it gives is for SleepOn, which any thread may call meanwhile.
  std::optional<std::uint32_t> PrepareSleep();
  void SleepOn(std::uint32_t value, std::uint64_t ns) const;

 private:
  struct Lane {
    std::uint32_t index;
    Mapping mapping;
    LaneReader<LaneCells, LaneWords> reader;
    std::vector<std::uint64_t> buffer;
    std::size_t begin = 0, end = 0;  // words of the buffer that were not given
    std::uint64_t expected = 0;      // events before the next batch, if started
    std::uint64_t deaths = 0;        // told
    bool started = true;
    bool more = false;      // behind the buffer there may be what was published before the cutoff
    bool deferred = false;  // its first batch was there in the last round already
    RingBatch::Loss loss = RingBatch::Loss::kNone;
    std::uint64_t lost = 0;
  };

  explicit RingReader(RingFile file) : file_(std::move(file)) {}

  Status TakeSlot();
  std::uint64_t FreshLanes() const;
  Status FindLanes();
  void Refill(Lane& lane);
  bool IsSound(const Lane& lane) const;
  bool HasWhole(const Lane& lane) const;
  Lane* Earliest(std::uint64_t before_ns);
  void TellLosses();
  void Give(Lane& lane);
  bool HasNews() const;
  void LookForDeaths();
  void Acknowledge(Lane& lane);

  RingFile file_;
  std::uint32_t slot_ = kRingSlots;  // none
  std::uint64_t known_lanes_ = 0;    // a bit for each
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::uint64_t cutoff_ns_ = 0;  // all lanes were looked at after this
  std::uint64_t spin_ns_;
  std::vector<RingBatch> batches_;  // of the last Read
};

}  // namespace vexevt
