#include "lib/ring/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "lib/base/clock.h"
#include "lib/ring/sleep.h"
#include "lib/ring/slots.h"
#include "lib/ring/stamp.h"

namespace vexevt {
namespace {

// What is copied out of a lane at a time; stays in the second-level cache.
constexpr std::size_t kBufferWords = (std::size_t{128} << 10) / 8;

// Spinning for longer than a sleep and a wake-up take can't pay.
constexpr std::uint64_t kMaxSpinNs = 50 * kNsPerUs, kMinSpinNs = 1 * kNsPerUs;

BatchHeader HeaderAt(const std::uint64_t* words) {
  return {static_cast<std::uint32_t>(words[0]), static_cast<std::uint32_t>(words[0] >> 32), words[1], words[2]};
}

inline void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

Result<std::unique_ptr<RingReader>> RingReader::Open(const RingName& name) {
  VEXEVT_ASSIGN(RingFile file, RingFile::Open(name));
  std::unique_ptr<RingReader> reader(new RingReader(std::move(file)));
  reader->spin_ns_ = kMaxSpinNs;
  if (reader->file_.mode() == RingMode::kBlock) VEXEVT_TRY(reader->TakeSlot());
  VEXEVT_TRY(reader->FindLanes());
  // What is written before this is not missed where it is gone.
  for (const auto& lane : reader->lanes_) lane->started = false;
  return reader;
}

RingReader::~RingReader() {
  if (slot_ == kRingSlots) return;
  for (std::uint32_t lane = 0; lane < file_.lanes(); ++lane) {
    file_.slot(slot_, lane).store(kFreeSlot, std::memory_order_seq_cst);
  }
  WakeSleepers(file_.shared().writers);
}

// In every lane, also those that nobody writes yet.
Status RingReader::TakeSlot() {
  for (std::uint32_t slot = 0; slot < kRingSlots; ++slot) {
    if (!file_.TryLock(kSlotLocks + slot)) continue;
    for (std::uint32_t lane = 0; lane < file_.lanes(); ++lane) {
      EnterSlot(file_.cells(lane).acked, file_.slot(slot, lane));
    }
    slot_ = slot;
    return Status::Ok();
  }
  return ResourceExhausted(fmt::format("the ring '{}' has {} readers already", file_.path(), kRingSlots));
}

// Lanes that had no writer yet when it was last looked for them; a bit for each.
std::uint64_t RingReader::FreshLanes() const {
  const std::uint64_t all = ~std::uint64_t{0} >> (kMaxLanes - file_.lanes());
  return file_.shared().lanes.load(std::memory_order_seq_cst) & all & ~known_lanes_;
}

Status RingReader::FindLanes() {
  for (std::uint64_t fresh = FreshLanes(); fresh != 0; fresh &= fresh - 1) {
    const auto index = static_cast<std::uint32_t>(std::countr_zero(fresh));
    LaneCells& cells = file_.cells(index);
    VEXEVT_ASSIGN(Mapping mapping, file_.MapLane(index, Mapping::Access::kRead));
    const LaneWords words = file_.WordsOf(mapping);
    LaneReader<LaneCells, LaneWords> reader(&cells, words, file_.lane_bytes());
    if (slot_ != kRingSlots) reader.MoveTo(file_.slot(slot_, index).load(std::memory_order_relaxed));
    Lane& lane = *lanes_.emplace_back(std::make_unique<Lane>(Lane{index, std::move(mapping), reader}));
    lane.deaths = cells.deaths.load(std::memory_order_relaxed);
    lane.buffer.resize(kBufferWords);
    known_lanes_ |= std::uint64_t{1} << index;
  }
  return Status::Ok();
}

// Whether a batch that makes sense begins at lane.begin, in full or in part.
bool RingReader::IsSound(const Lane& lane) const {
  if (lane.end - lane.begin < kBatchHeaderWords) return false;
  const BatchHeader header = HeaderAt(lane.buffer.data() + lane.begin);
  return header.bytes % 8 == 0 && header.bytes <= MaxBatchBytes(file_.lane_bytes()) && header.events > 0 &&
         header.events <= header.bytes / 8;
}

bool RingReader::HasWhole(const Lane& lane) const {
  return IsSound(lane) &&
         lane.end - lane.begin >= kBatchHeaderWords + HeaderAt(lane.buffer.data() + lane.begin).bytes / 8;
}

// Copies what is there behind the last batch that was given.
void RingReader::Refill(Lane& lane) {
  Acknowledge(lane);
  // A lane that overruns the reader again and again gives others their turn.
  for (int attempt = 0; attempt < 4; ++attempt) {
    lane.begin = lane.end = 0;
    lane.more = false;
    switch (lane.reader.Copy(lane.buffer, &lane.end)) {
      case LaneState::kIdle:
        return;
      case LaneState::kOverrun:
        continue;
      case LaneState::kCopied:
        break;
    }
    lane.more = lane.end == lane.buffer.size();
    if (HasWhole(lane)) return;
    if (IsSound(lane) && lane.more) {
      lane.buffer.resize(kBatchHeaderWords + HeaderAt(lane.buffer.data()).bytes / 8);
      continue;
    }
    // Batches are published whole: no writer of ours made this one.
    lane.loss = RingBatch::Loss::kDamaged;
    lane.started = false;
    lane.reader.Skip();
  }
  lane.begin = lane.end = 0;
}

// Tells writers in mode kBlock what they may overwrite.
void RingReader::Acknowledge(Lane& lane) {
  if (slot_ == kRingSlots) return;
  std::atomic<std::uint64_t>& slot = file_.slot(slot_, lane.index);
  if (slot.load(std::memory_order_relaxed) == lane.reader.position()) return;
  slot.store(lane.reader.position(), std::memory_order_seq_cst);
  WakeSleepers(file_.shared().writers);
}

// The lane whose next batch comes first; null where none is known to. What bears a later stamp than `before_ns` waits
// for the next round, since a batch that came before it may have been published in a lane that was looked at already.
// It waits once only: stamps of a writer whose clock is wrong mean nothing.
RingReader::Lane* RingReader::Earliest(std::uint64_t before_ns) {
  Lane* earliest = nullptr;
  std::uint64_t least = 0;
  // The order is the lane's own, unless another has come that may hold what came before.
  const bool alone = lanes_.size() == 1 && FreshLanes() == 0;
  for (const auto& lane : lanes_) {
    if (lane->begin == lane->end) continue;
    std::uint64_t stamp = HeaderAt(lane->buffer.data() + lane->begin).stamp;
    if (stamp > before_ns && !alone) {
      if (!lane->deferred) continue;
      stamp = before_ns;
    }
    if (earliest != nullptr && stamp >= least) continue;
    earliest = lane.get();
    least = stamp;
  }
  return earliest;
}

void RingReader::TellLosses() {
  for (const auto& lane : lanes_) {
    if (lane->loss == RingBatch::Loss::kNone) continue;
    batches_.push_back({.frames = {},
                        .loss = std::exchange(lane->loss, RingBatch::Loss::kNone),
                        .lost = std::exchange(lane->lost, 0)});
  }
}

void RingReader::Give(Lane& lane) {
  const BatchHeader header = HeaderAt(lane.buffer.data() + lane.begin);
  RingBatch& batch = batches_.emplace_back();
  if (lane.started && header.first > lane.expected) {
    batch.loss = RingBatch::Loss::kOverrun;
    batch.lost = header.first - lane.expected;
  }
  lane.started = true;
  lane.deferred = false;
  lane.expected = header.first + header.events;
  batch.frames = std::as_bytes(std::span(lane.buffer)).subspan((lane.begin + kBatchHeaderWords) * 8, header.bytes);
  lane.begin += kBatchHeaderWords + header.bytes / 8;
  lane.reader.Advance(sizeof(BatchHeader) + header.bytes);
  if (!HasWhole(lane)) lane.begin = lane.end = 0;
}

Result<std::span<const RingBatch>> RingReader::Read() {
  batches_.clear();
  if (file_.broken()) return file_.Broken();
  for (int round = 0; round < 3; ++round) {
    for (const auto& lane : lanes_) {
      if (lane->mapping.broken()) return file_.Broken();
      if (lane->begin == lane->end) Refill(*lane);
    }
    TellLosses();
    while (Lane* const lane = Earliest(cutoff_ns_)) {
      Give(*lane);
      if (lane->begin == lane->end && lane->more) break;  // that may come before what others hold
    }
    if (!batches_.empty()) break;
    bool deferred = false;
    for (const auto& lane : lanes_) deferred |= lane->deferred = lane->more = lane->begin != lane->end;
    if (round > 0 && !deferred) break;
    cutoff_ns_ = RingStamp();
    VEXEVT_TRY(FindLanes());
  }
  return std::span<const RingBatch>(batches_);
}

bool RingReader::HasWriters() {
  if (file_.shared().lanes.load(std::memory_order_relaxed) == 0) return true;
  const bool writes = file_.IsLocked(kLaneLocks, file_.lanes());
  LookForDeaths();
  return writes;
}

void RingReader::LookForDeaths() {
  for (const auto& lane : lanes_) {
    const LaneCells& cells = file_.cells(lane->index);
    // Partner: RingWriter::Claim and Close.
    const bool open = cells.open.load(std::memory_order_acquire) != 0;
    const bool died = open && !file_.IsLocked(kLaneLocks + lane->index, 1);
    const std::uint64_t deaths = cells.deaths.load(std::memory_order_relaxed) + (died ? 1 : 0);
    if (deaths != lane->deaths) {
      lane->deaths = deaths;
      lane->loss = RingBatch::Loss::kDied;
    } else if (!open && lane->started && lane->begin == lane->end &&
               cells.published.load(std::memory_order_acquire) == lane->reader.position()) {
      // Overrun, and nothing came behind it that would tell.
      const std::uint64_t events = cells.events.load(std::memory_order_relaxed);
      if (events <= lane->expected) continue;
      lane->loss = RingBatch::Loss::kOverrun;
      lane->lost = events - lane->expected;
      lane->expected = events;
    }
  }
}

bool RingReader::HasNews() const {
  if (FreshLanes() != 0) return true;
  for (const auto& lane : lanes_) {
    if (lane->begin != lane->end || lane->loss != RingBatch::Loss::kNone) return true;
    if (file_.cells(lane->index).published.load(std::memory_order_seq_cst) != lane->reader.position()) return true;
  }
  return false;
}

bool RingReader::Spin() {
  if (HasNews()) return true;
  const std::uint64_t until = RingStamp() + spin_ns_;
  do {
    for (int i = 0; i < 64; ++i) {
      if (i % 4 == 0) Pause();
      if (HasNews()) {
        spin_ns_ = std::min(spin_ns_ * 2, kMaxSpinNs);
        return true;
      }
    }
  } while (RingStamp() < until);
  spin_ns_ = std::max(spin_ns_ / 2, kMinSpinNs);
  return false;
}

std::optional<std::uint32_t> RingReader::PrepareSleep() {
  const std::uint32_t value = AnnounceSleep(file_.shared().readers);
  if (HasNews()) return std::nullopt;
  return value;
}

void RingReader::SleepOn(std::uint32_t value, std::uint64_t ns) const {
  vexevt::SleepOn(file_.shared().readers, value, ns);
}

void RingReader::Sleep(std::uint64_t ns) {
  if (const auto value = PrepareSleep()) SleepOn(*value, ns);
}

void RingReader::Wait(std::uint64_t ns) {
  if (!Spin()) Sleep(ns);
}

}  // namespace vexevt
