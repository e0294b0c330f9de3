#include "lib/filter/delay_queue.h"

#include <gtest/gtest.h>

#include <string>

#include "lib/base/bytes.h"

namespace vexevt {
namespace {

std::string Due(DelayQueue& queue, std::uint64_t now) {
  std::string out;
  queue.TakeDue(now, [&](std::span<const std::byte> frame) { out += AsText(frame); });
  return out;
}

TEST(DelayQueue, GivesInOrderOfDueThenOfArrival) {
  DelayQueue queue;
  queue.Add(30, AsBytes("c"));
  queue.Add(10, AsBytes("a"));
  queue.Add(20, AsBytes("x"));
  queue.Add(20, AsBytes("y"));
  EXPECT_EQ(queue.next_due_ns(), 10u);
  EXPECT_EQ(Due(queue, 9), "");
  EXPECT_EQ(Due(queue, 20), "axy");
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_EQ(Due(queue, ~std::uint64_t{0}), "c");
  EXPECT_EQ(queue.next_due_ns(), std::nullopt);
}

}  // namespace
}  // namespace vexevt
