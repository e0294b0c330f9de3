#include "lib/capture/kernel_lanes.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

#include "lib/base/bytes.h"

namespace vexevt {
namespace {

// The largest frame fits, and the copy is still in the first cache when the frames are looked at.
constexpr std::size_t kChunkBytes = VEXEVT_INJECT_MAX;
static_assert(kChunkBytes <= FrameBatch::kFullBytes / 2, "a batch that is not full has the room from the start");

Status Nonsense() { return DataLoss("the kernel module's ring holds what it cannot have put there"); }

// The size of the frame of one segment that begins here, 0: none does. It may end behind `bytes`.
std::size_t SizeOf(std::span<const std::byte> bytes) {
  if (bytes.size() < 8 || Load<std::uint32_t>(bytes.data()) != 0) return 0;
  std::size_t size = 8 + std::size_t{Load<std::uint32_t>(bytes.data() + 4)} * 8;
  return size <= kChunkBytes ? size : 0;
}

std::uint64_t LoadOnce(const std::uint64_t& word) {
  return std::atomic_ref(const_cast<std::uint64_t&>(word)).load(std::memory_order_relaxed);
}

}  // namespace

Result<KernelLanes> KernelLanes::Over(std::span<std::byte> ring, std::size_t page) {
  if (ring.size() < 2 * page || page < sizeof(vexevt_producer)) return Nonsense();
  auto* consumer = reinterpret_cast<vexevt_consumer*>(ring.data());
  auto* producer = reinterpret_cast<vexevt_producer*>(ring.data() + page);
  if (producer->abi != VEXEVT_ABI) return Nonsense();
  KernelLanes lanes;
  auto take = [&](std::uint64_t at, std::uint64_t bytes, Lane* lane) {
    if (!std::has_single_bit(bytes) || bytes < page || bytes > ring.size() / 2) return false;
    if (at % 8 != 0 || at > ring.size() - 2 * bytes) return false;
    lane->data = ring.data() + at;
    lane->bytes = bytes;
    return true;
  };
  if (!take(LoadOnce(producer->normal_at), LoadOnce(producer->normal_bytes), &lanes.normal_)) return Nonsense();
  std::uint64_t urgent_bytes = LoadOnce(producer->urgent_bytes);
  if (urgent_bytes != 0 && !take(LoadOnce(producer->urgent_at), urgent_bytes, &lanes.urgent_)) return Nonsense();
  lanes.normal_.published = reinterpret_cast<std::uint64_t*>(&producer->normal);
  lanes.normal_.consumed = reinterpret_cast<std::uint64_t*>(&consumer->normal);
  lanes.urgent_.published = reinterpret_cast<std::uint64_t*>(&producer->urgent);
  lanes.urgent_.consumed = reinterpret_cast<std::uint64_t*>(&consumer->urgent);
  for (Lane* lane : {&lanes.normal_, &lanes.urgent_}) {
    lane->position = lane->end = LoadOnce(*lane->consumed);
    if (lane->position % 8 != 0) return Nonsense();
  }
  return lanes;
}

Status KernelLanes::Lane::Look() {
  if (bytes == 0) return Status::Ok();
  // Pairs with the release in put() of kmod/ring.c.
  std::uint64_t now = std::atomic_ref(*published).load(std::memory_order_acquire);
  if (now - position > bytes || now - position < left() || now % 8 != 0) return Nonsense();
  end = now;
  return Status::Ok();
}

// The normal lane first: an urgent frame that belongs before this end is then visible.
Status KernelLanes::Look() {
  VEXEVT_TRY(normal_.Look());
  return urgent_.Look();
}

Result<std::span<std::byte>> KernelLanes::Next(FrameBatch* batch) {
  std::uint64_t end = normal_.end;
  bool urgent_next = false;
  if (urgent_.left() > 0) {
    if (urgent_.left() < sizeof(vexevt_urgent)) return Nonsense();
    std::uint64_t place = LoadOnce(reinterpret_cast<const vexevt_urgent*>(urgent_.at(urgent_.position))->normal);
    std::uint64_t ahead = place - normal_.position;
    urgent_next = ahead <= normal_.left();
    // Beyond the end it is for the next round; so far beyond, or behind us, it never was.
    if (ahead > normal_.bytes) return Nonsense();
    if (urgent_next) end = place;
  }
  if (end != normal_.position) return TakeNormal(end, batch);
  if (urgent_next) return TakeUrgent(batch);
  return std::span<std::byte>{};
}

Result<std::span<std::byte>> KernelLanes::TakeNormal(std::uint64_t end, FrameBatch* batch) {
  std::uint64_t there = end - normal_.position;
  std::span<std::byte> copy(batch->Reserve(kChunkBytes), std::min<std::uint64_t>(there, kChunkBytes));
  std::memcpy(copy.data(), normal_.at(normal_.position), copy.size());
  std::size_t whole = 0;
  while (whole < copy.size()) {
    std::size_t size = SizeOf(copy.subspan(whole));
    if (size == 0) return Nonsense();
    if (size > copy.size() - whole) break;
    whole += size;
  }
  // Frames are published whole: only we cut them, and never the first.
  if (whole == 0 || (whole < copy.size() && copy.size() == there)) return Nonsense();
  normal_.position += whole;
  return copy.first(whole);
}

Result<std::span<std::byte>> KernelLanes::TakeUrgent(FrameBatch* batch) {
  std::uint64_t at = urgent_.position + sizeof(vexevt_urgent);
  std::uint64_t there = urgent_.end - at;
  std::byte* copy = batch->Reserve(kChunkBytes);
  if (there < 8) return Nonsense();
  std::memcpy(copy, urgent_.at(at), 8);
  std::size_t size = SizeOf({copy, 8});
  if (size == 0 || size > there) return Nonsense();
  std::memcpy(copy + 8, urgent_.at(at) + 8, size - 8);
  urgent_.position = at + size;
  return std::span(copy, size);
}

void KernelLanes::Release() {
  // Pair with the acquire in fits() of kmod/ring.c.
  for (Lane* lane : {&normal_, &urgent_}) {
    std::atomic_ref(*lane->consumed).store(lane->position, std::memory_order_release);
  }
}

}  // namespace vexevt
