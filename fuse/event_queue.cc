#include "fuse/event_queue.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <new>

#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/base/unique_fd.h"

namespace vexevt {
namespace {

// A writer that waits for room looks again after this, should it have missed the reader's call.
constexpr std::chrono::milliseconds kLookAgain{20};

void Futex(std::atomic<std::uint32_t>* word, int operation, std::uint32_t value, const timespec* timeout) {
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(word), operation | FUTEX_PRIVATE_FLAG, value, timeout, nullptr,
            0);
}

}  // namespace

Result<std::unique_ptr<EventQueue>> EventQueue::Make(std::size_t bytes) {
  std::size_t size = std::bit_ceil(std::max(bytes, kLeastBytes));
  UniqueFd file(::memfd_create("vexevt-fuse queue", MFD_CLOEXEC));
  if (!file || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0) {
    return ErrnoStatus("cannot make the queue of events", errno);
  }
  void* both = ::mmap(nullptr, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (both == MAP_FAILED) return ErrnoStatus("cannot map the queue of events", errno);
  for (std::size_t half : {std::size_t{0}, size}) {
    void* at = static_cast<std::byte*>(both) + half;
    if (::mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file.get(), 0) == MAP_FAILED) {
      int error = errno;
      ::munmap(both, 2 * size);
      return ErrnoStatus("cannot map the queue of events", error);
    }
  }
  return std::unique_ptr<EventQueue>(new EventQueue(static_cast<std::byte*>(both), size));
}

EventQueue::~EventQueue() { ::munmap(memory_, 2 * size_); }

std::byte* EventQueue::Reserve(std::size_t bytes) {
  std::uint64_t total = RoundUpToWord(sizeof(Head) + bytes);
  if (total > size_ / 4) return nullptr;
  std::uint64_t at = head_.load(std::memory_order_relaxed);
  do {
    // Acquire, with the release in Pop: what is free has been cleared.
    if (at + total - tail_.load(std::memory_order_acquire) > size_) return nullptr;
  } while (!head_.compare_exchange_weak(at, at + total, std::memory_order_relaxed));
  Head* head = At(at);
  head->bytes = static_cast<std::uint32_t>(total);
  if (lost_.load(std::memory_order_relaxed) != 0) [[unlikely]]
    head->lost = lost_.exchange(0, std::memory_order_relaxed);
  return reinterpret_cast<std::byte*>(head) + sizeof(Head);
}

void EventQueue::Commit(std::byte* record) {
  auto* head = reinterpret_cast<Head*>(record - sizeof(Head));
  // Sequentially consistent, as are Sleep's store to asleep_ and load of this: either the reader sees the record, or
  // Wake, which follows, sees it asleep.
  head->committed.store(1, std::memory_order_seq_cst);
}

bool EventQueue::Front(Item* item) {
  Head* head = At(tail_.load(std::memory_order_relaxed));
  if (head->committed.load(std::memory_order_seq_cst) == 0) return false;
  item->record = {reinterpret_cast<const std::byte*>(head) + sizeof(Head), head->bytes - sizeof(Head)};
  item->lost = head->lost;
  return true;
}

void EventQueue::Pop() {
  std::uint64_t tail = tail_.load(std::memory_order_relaxed);
  Head* head = At(tail);
  std::size_t bytes = head->bytes;
  std::memset(reinterpret_cast<std::byte*>(head) + sizeof(Head), 0, bytes - sizeof(Head));
  head->lost = 0;
  head->bytes = 0;
  head->committed.store(0, std::memory_order_relaxed);
  tail_.store(tail + bytes, std::memory_order_release);
  if (waiting_.load(std::memory_order_relaxed) != 0) [[unlikely]] {
    std::lock_guard lock(room_mutex_);
    room_.notify_all();
  }
}

void EventQueue::WaitForRoom() {
  waiting_.fetch_add(1, std::memory_order_relaxed);
  WakeReader();
  {
    std::unique_lock lock(room_mutex_);
    if (!closed()) room_.wait_for(lock, kLookAgain);
  }
  waiting_.fetch_sub(1, std::memory_order_relaxed);
}

void EventQueue::Close() {
  closed_.store(true, std::memory_order_release);
  std::lock_guard lock(room_mutex_);
  room_.notify_all();
}

void EventQueue::Sleep(std::uint64_t timeout_ns) {
  asleep_.store(1, std::memory_order_seq_cst);
  Item item;
  if (!Front(&item)) {
    timespec timeout{static_cast<time_t>(timeout_ns / kNsPerSecond), static_cast<long>(timeout_ns % kNsPerSecond)};
    Futex(&asleep_, FUTEX_WAIT, 1, &timeout);
  }
  asleep_.store(0, std::memory_order_relaxed);
}

void EventQueue::WakeReader() {
  if (asleep_.exchange(0, std::memory_order_acq_rel) != 0) Futex(&asleep_, FUTEX_WAKE, 1, nullptr);
}

}  // namespace vexevt
