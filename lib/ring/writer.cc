#include "lib/ring/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "lib/base/clock.h"
#include "lib/event/event_view.h"
#include "lib/event/lost_event.h"
#include "lib/match/hash.h"
#include "lib/ring/sleep.h"
#include "lib/ring/slots.h"
#include "lib/ring/stamp.h"

namespace vexevt {
namespace {

// Readers get what is published, so a batch is not much more than what one read of theirs takes.
constexpr std::size_t kBatchBytes = std::size_t{64} << 10;
// A writer leaves lanes for others, whatever tenants it meets.
constexpr std::size_t kMaxLanesOfWriter = 8;
// How often somebody who waits for room looks for readers that died.
constexpr std::uint64_t kLookNs = 50 * kNsPerMs;

// The slots of one lane.
struct LaneSlots {
  RingFile& file;
  std::uint32_t lane;
  std::atomic<std::uint64_t>& operator[](unsigned slot) { return file.slot(slot, lane); }
};

}  // namespace

Result<std::unique_ptr<RingWriter>> RingWriter::Open(const RingName& name) {
  VEXEVT_ASSIGN(RingFile file, RingFile::OpenOrMake(name));
  std::unique_ptr<RingWriter> writer(new RingWriter(std::move(file)));
  VEXEVT_ASSIGN(const bool claimed, writer->Claim({}));
  if (!claimed) {
    return ResourceExhausted(fmt::format("the ring '{}' has no lane left for another writer: it was made with {}",
                                         name.path, writer->file_.lanes()));
  }
  return writer;
}

// Takes a lane that nobody holds; false: there is none.
Result<bool> RingWriter::Claim(std::string_view tenant) {
  for (std::uint32_t index = 0; index < file_.lanes(); ++index) {
    // Our own locks don't keep us out.
    const bool ours = std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& lane) { return lane->index == index; });
    if (ours || !file_.TryLock(kLaneLocks + index)) continue;
    LaneCells& cells = file_.cells(index);
    VEXEVT_TRY(file_.Allocate(index));
    VEXEVT_ASSIGN(Mapping mapping, file_.MapLane(index, Mapping::Access::kReadWrite));
    if (cells.open.load(std::memory_order_relaxed) != 0) cells.deaths.fetch_add(1, std::memory_order_relaxed);
    // Partner: RingReader::LookForDeaths.
    cells.open.store(1, std::memory_order_release);
    const LaneWords words = file_.WordsOf(mapping);
    LaneWriter<LaneCells, LaneWords> writer(&cells, words, file_.lane_bytes());
    std::uint64_t acked = cells.acked.load(std::memory_order_relaxed);
    if (writer.position() - acked > file_.lane_bytes()) acked = writer.position();
    lanes_.push_back(std::make_unique<Lane>(Lane{index, std::string(tenant), std::move(mapping), writer, acked}));
    file_.shared().lanes.fetch_or(std::uint64_t{1} << index, std::memory_order_seq_cst);
    return true;
  }
  return false;
}

RingWriter::Lane& RingWriter::LaneOf(std::string_view tenant) {
  for (const auto& lane : lanes_) {
    if (lane->tenant == tenant) return *lane;
  }
  return NewLaneOf(tenant);
}

// Those who come when all lanes are taken share them.
RingWriter::Lane& RingWriter::NewLaneOf(std::string_view tenant) {
  if (!exhausted_ && lanes_.size() < kMaxLanesOfWriter) {
    const Result<bool> claimed = Claim(tenant);
    if (claimed.ok() && *claimed) return *lanes_.back();
  }
  exhausted_ = true;
  return *lanes_[Hash(tenant) % lanes_.size()];
}

// How far all of them have read by now.
void RingWriter::LookAtReaders(Lane& lane) {
  LaneSlots slots{file_, lane.index};
  RaiseAcked(file_.cells(lane.index).acked, &lane.acked, slots, kRingSlots, lane.writer.position());
}

bool RingWriter::HasRoom(Lane& lane, std::uint64_t bytes) {
  if (file_.mode() == RingMode::kOverwrite) return true;
  const std::uint64_t reserved = lane.writer.ReservedFor(bytes);
  if (reserved <= lane.acked + file_.lane_bytes()) return true;
  LookAtReaders(lane);
  return reserved <= lane.acked + file_.lane_bytes();
}

// False: there is no room now.
bool RingWriter::Put(Lane& lane, std::span<const std::byte> frames, std::uint32_t events) {
  if (!HasRoom(lane, frames.size())) return false;
  // Alone, a writer needs no clock. One that has come by now, and of whose events what we write could know, shows here.
  ++stamp_;
  if (!std::has_single_bit(file_.shared().lanes.load(std::memory_order_seq_cst)))
    stamp_ = std::max(stamp_, RingStamp());
  lane.writer.Append({reinterpret_cast<const std::uint64_t*>(frames.data()), frames.size() / 8}, events, stamp_);
  return true;
}

bool RingWriter::PutLost(Lane& lane) {
  std::vector<std::byte> frame;
  AppendFrame(LostEvent({.cause = "an event too large for the ring", .count = 1}, &ids_), &frame);
  return Put(lane, frame, 1);
}

Result<std::size_t> RingWriter::TryWrite(std::span<const std::byte> bytes) {
  const std::size_t most = std::min<std::size_t>(kBatchBytes, MaxBatchBytes(file_.lane_bytes()));
  std::size_t taken = 0, at = 0;
  Lane* lane = nullptr;
  std::uint32_t events = 0;  // of the run from taken to at
  bool room = true;
  const auto put_run = [&] {
    if (events == 0) return;
    room = Put(*lane, bytes.subspan(taken, at - taken), events);
    if (room) taken = at;
    events = 0;
  };
  while (room && at < bytes.size()) {
    const FrameSize size = MeasureFrame(bytes.subspan(at));
    if (size.state != FrameState::kOk || size.bytes > bytes.size() - at) {
      return Status(StatusCode::kInvalidArgument, "not whole frames");
    }
    EventView view;
    const bool plain = EventView::Bind(bytes.subspan(at, size.bytes), &view);
    Lane& next = plain ? LaneOf(view.tenant()) : *lanes_.front();
    if (&next != lane || at - taken + size.bytes > most) {
      put_run();
      if (!room) break;
    }
    lane = &next;
    if (size.bytes > MaxBatchBytes(file_.lane_bytes())) [[unlikely]] {
      room = PutLost(*lane);
      if (room) taken = at = at + size.bytes;
      continue;
    }
    at += size.bytes;
    ++events;
  }
  if (room) put_run();
  // Those before us may all have seen nothing yet: once for all batches.
  if (taken > 0) WakeSleepers(file_.shared().readers);
  for (const auto& each : lanes_) {
    if (each->mapping.broken()) return file_.Broken();
  }
  if (file_.broken()) return file_.Broken();
  return taken;
}

Status RingWriter::Write(std::span<const std::byte> bytes) {
  for (;;) {
    VEXEVT_ASSIGN(const std::size_t taken, TryWrite(bytes));
    bytes = bytes.subspan(taken);
    if (bytes.empty()) return Status::Ok();
    if (taken == 0) WaitForRoom();
  }
}

// Until some reader has gone on, or a while.
void RingWriter::WaitForRoom() {
  const std::uint32_t value = AnnounceSleep(file_.shared().writers);
  for (const auto& lane : lanes_) {
    const std::uint64_t before = lane->acked;
    LookAtReaders(*lane);
    if (lane->acked != before) return;
  }
  if (FreeDeadReaders()) return;
  SleepOn(file_.shared().writers, value, kLookNs);
}

// A slot that is in use while nobody holds its lock belonged to a reader that died.
bool RingWriter::FreeDeadReaders() {
  bool freed = false;
  for (std::uint32_t slot = 0; slot < kRingSlots; ++slot) {
    if (file_.slot(slot, 0).load(std::memory_order_relaxed) == kFreeSlot) continue;
    if (!file_.TryLock(kSlotLocks + slot)) continue;
    for (std::uint32_t lane = 0; lane < file_.lanes(); ++lane) {
      file_.slot(slot, lane).store(kFreeSlot, std::memory_order_seq_cst);
    }
    file_.Unlock(kSlotLocks + slot);
    freed = true;
  }
  return freed;
}

Status RingWriter::Close() {
  for (const auto& lane : lanes_) {
    // Behind all that was published. Partner: RingReader::LookForDeaths.
    file_.cells(lane->index).open.store(0, std::memory_order_release);
    file_.Unlock(kLaneLocks + lane->index);
  }
  lanes_.clear();
  WakeSleepers(file_.shared().readers);
  return Status::Ok();
}

}  // namespace vexevt
