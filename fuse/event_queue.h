// EventQueue: records from the threads that carry out operations to the one that writes their events, in the order in
// which room was reserved. Its memory is mapped twice in a row, so that no record is in two parts.
//
// Writers reserve by one compare-and-swap and never wait for each other. A record that finds no room is lost, and
// counted: the next one that does find room carries the count, so the reader knows what is missing and where.
// What is free is zero: the reader clears what it has read before it gives it back.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "lib/base/status.h"

namespace vexevt {

class EventQueue {
 public:
  static constexpr std::size_t kLeastBytes = std::size_t{256} << 10;

  // `bytes` is rounded up to a power of two.
  static Result<std::unique_ptr<EventQueue>> Make(std::size_t bytes);
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // Writers, any thread.

  // Room for a record, 8-byte aligned, to be filled and committed; null: there is none. At most a quarter of the queue
  // fits at all.
  std::byte* Reserve(std::size_t bytes);
  void Commit(std::byte* record);
  bool Fits(std::size_t bytes) const { return bytes + sizeof(Head) + 8 <= size_ / 4; }
  void Lose() { lost_.fetch_add(1, std::memory_order_relaxed); }
  // Returns when there may be room, or when the queue is closed.
  void WaitForRoom();
  // Wakes the reader where it sleeps: once after one or more commits, when no one waits for the writer any more.
  void Wake() {
    if (asleep_.load(std::memory_order_seq_cst) != 0) WakeReader();
  }
  // The reader has ended: nobody waits for room any more.
  void Close();
  bool closed() const { return closed_.load(std::memory_order_acquire); }

  // The reader, one thread.

  struct Item {
    std::span<const std::byte> record;
    std::uint64_t lost = 0;  // records lost just before this one
  };
  // The oldest record, valid until Pop. False: there is none.
  bool Front(Item* item);
  void Pop();
  // Records lost that no other record tells of; when there is no other.
  std::uint64_t TakeLost() { return lost_.exchange(0, std::memory_order_relaxed); }
  // Until a writer calls Wake, or for `timeout_ns`. At once where a record waits.
  void Sleep(std::uint64_t timeout_ns);

 private:
  struct Head {
    std::atomic<std::uint32_t> committed;  // 0 until the record is whole
    std::uint32_t bytes;                   // of head and record
    std::uint64_t lost;
  };

  EventQueue(std::byte* memory, std::size_t size) : memory_(memory), size_(size) {}
  Head* At(std::uint64_t position) const { return reinterpret_cast<Head*>(memory_ + (position & (size_ - 1))); }
  void WakeReader();

  std::byte* const memory_;
  const std::size_t size_;
  alignas(64) std::atomic<std::uint64_t> head_{0};  // where the next record is reserved
  std::atomic<std::uint64_t> lost_{0};
  alignas(64) std::atomic<std::uint64_t> tail_{0};  // up to where the reader has read
  alignas(64) std::atomic<std::uint32_t> asleep_{0};
  std::atomic<bool> closed_{false};
  std::atomic<int> waiting_{0};  // writers that wait for room
  std::mutex room_mutex_;
  std::condition_variable room_;
};

}  // namespace vexevt
