#include "fuse/event_queue.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

#include "lib/base/bytes.h"

namespace vexevt {
namespace {

// A record of `bytes` that begins with `number` and is full of its low byte.
bool Put(EventQueue& queue, std::uint64_t number, std::size_t bytes) {
  std::byte* room = queue.Reserve(bytes);
  if (room == nullptr) {
    queue.Lose();
    return false;
  }
  std::memset(room, static_cast<int>(number & 0xff), bytes);
  Store(room, number);
  queue.Commit(room);
  return true;
}

std::unique_ptr<EventQueue> Make() {
  auto queue = EventQueue::Make(1);
  EXPECT_TRUE(queue.ok());
  return std::move(*queue);
}

TEST(EventQueue, GivesRecordsInOrderAndWhole) {
  auto queue = Make();
  EventQueue::Item item;
  EXPECT_FALSE(queue->Front(&item));
  std::uint64_t taken = 0;
  for (std::uint64_t i = 0; i < 20000; ++i) {  // many times around
    ASSERT_TRUE(Put(*queue, i, 8 + i % 3000));
    if (i % 3 == 0) continue;
    for (; queue->Front(&item); ++taken) {
      ASSERT_EQ(Load<std::uint64_t>(item.record.data()), taken);
      ASSERT_GE(item.record.size(), 8 + taken % 3000);
      ASSERT_EQ(item.record[8 + taken % 3000 - 1],
                taken % 3000 == 0 ? std::byte(taken >> 56) : std::byte(taken & 0xff));
      ASSERT_EQ(item.lost, 0u);
      queue->Pop();
    }
  }
}

TEST(EventQueue, CountsWhatFindsNoRoomAtItsPlace) {
  auto queue = Make();
  std::uint64_t kept = 0;
  while (Put(*queue, kept, 1000)) ++kept;
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(Put(*queue, 0, 1000));
  EventQueue::Item item;
  ASSERT_TRUE(queue->Front(&item));
  queue->Pop();
  ASSERT_TRUE(Put(*queue, 777, 1000));
  for (std::uint64_t i = 1; i < kept; ++i, queue->Pop()) {
    ASSERT_TRUE(queue->Front(&item));
    EXPECT_EQ(item.lost, 0u);
  }
  ASSERT_TRUE(queue->Front(&item));
  EXPECT_EQ(item.lost, 7u);
  queue->Pop();
  EXPECT_FALSE(Put(*queue, 0, EventQueue::kLeastBytes));  // never fits
  EXPECT_FALSE(queue->Fits(EventQueue::kLeastBytes));
  EXPECT_FALSE(queue->Front(&item));
  EXPECT_EQ(queue->TakeLost(), 1u);
  EXPECT_EQ(queue->TakeLost(), 0u);
}

TEST(EventQueue, AccountsForEveryRecordOfManyWriters) {
  auto queue = Make();
  constexpr int kWriters = 4;
  constexpr std::uint64_t kEach = 20000;
  std::vector<std::thread> writers;
  std::atomic<int> running{kWriters};
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (std::uint64_t i = 1; i <= kEach; ++i) {
        Put(*queue, static_cast<std::uint64_t>(w) << 32 | i, 8 + i % 500);
        queue->Wake();
      }
      --running;
      queue->Wake();
    });
  }
  std::uint64_t taken = 0, lost = 0, last[kWriters] = {};
  EventQueue::Item item;
  for (bool more = true; more;) {
    more = running > 0;
    while (queue->Front(&item)) {
      auto number = Load<std::uint64_t>(item.record.data());
      std::uint64_t& before = last[number >> 32];
      EXPECT_LT(before, number & 0xffffffff);  // each writer's in its order
      before = number & 0xffffffff;
      lost += item.lost;
      ++taken;
      queue->Pop();
    }
    if (more) queue->Sleep(1'000'000);
  }
  for (std::thread& writer : writers) writer.join();
  while (queue->Front(&item)) {
    lost += item.lost;
    ++taken;
    queue->Pop();
  }
  lost += queue->TakeLost();
  EXPECT_EQ(taken + lost, kWriters * kEach);
}

TEST(EventQueue, LetsAWriterWaitForRoom) {
  auto queue = Make();
  while (Put(*queue, 1, 1000)) {
  }
  std::atomic<bool> found{false};
  std::thread writer([&] {
    while (queue->Reserve(1000) == nullptr) queue->WaitForRoom();
    found = true;
  });
  EventQueue::Item item;
  ASSERT_TRUE(queue->Front(&item));
  queue->Pop();
  writer.join();
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace vexevt
