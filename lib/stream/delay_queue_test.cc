#include "lib/stream/delay_queue.h"

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

// What had to make room.
std::string Add(DelayQueue& queue, std::uint64_t due, std::string_view text) {
  std::string out;
  queue.Add(due, AsBytes(text), [&](std::span<const std::byte> frame) { out += AsText(frame); });
  return out;
}

TEST(DelayQueue, GivesInOrderOfDueThenOfArrival) {
  DelayQueue queue(1 << 20);
  Add(queue, 30, "c");
  Add(queue, 10, "a");
  Add(queue, 20, "x");
  Add(queue, 20, "y");
  EXPECT_EQ(queue.next_due_ns(), 10u);
  EXPECT_EQ(Due(queue, 9), "");
  EXPECT_EQ(Due(queue, 20), "axy");
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_EQ(Due(queue, ~std::uint64_t{0}), "c");
  EXPECT_EQ(queue.next_due_ns(), std::nullopt);
}

TEST(DelayQueue, GoesOnFromWhatWasSaved) {
  DelayQueue queue(1 << 20), other(1 << 20);
  Add(queue, 20, "x");
  Add(queue, 10, "a");
  Add(queue, 20, "y");
  Packer packer;
  queue.Save(&packer);
  for (std::size_t cut = 0; cut < packer.bytes().size(); ++cut) {
    DelayQueue fresh(1 << 20);
    Unpacker unpacker(std::string_view(packer.bytes()).substr(0, cut));
    EXPECT_FALSE(fresh.Load(&unpacker)) << cut;
  }
  Unpacker unpacker(packer.bytes());
  ASSERT_TRUE(other.Load(&unpacker) && unpacker.done());
  Add(other, 20, "z");
  EXPECT_EQ(Due(other, 20), "axyz");
}

TEST(DelayQueue, TheEarliestMakeRoom) {
  DelayQueue queue(1000);
  std::string out;
  for (char c = 'a'; c <= 'z'; ++c) out += Add(queue, static_cast<std::uint64_t>('z' - c), std::string(1, c));
  // Each falls due before those that are there, and so makes room itself once all is full.
  ASSERT_FALSE(out.empty());
  EXPECT_EQ(queue.early(), out.size());
  EXPECT_EQ(queue.size(), 26 - out.size());
  std::string rest = Due(queue, ~std::uint64_t{0});
  EXPECT_EQ(out, std::string("abcdefghijklmnopqrstuvwxyz").substr(rest.size()));
  EXPECT_EQ(std::string(rest.rbegin(), rest.rend()) + out, "abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(Add(queue, 1, std::string(2000, 'x')), std::string(2000, 'x')) << "larger than all there is";
}

}  // namespace
}  // namespace vexevt
