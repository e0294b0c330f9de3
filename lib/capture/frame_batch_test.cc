#include "lib/capture/frame_batch.h"

#include <gtest/gtest.h>

#include "lib/event/event_view.h"
#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

TEST(FrameBatchTest, KeepsFramesWhenItGrowsAndIsReused) {
  FrameBatch batch;
  for (int round = 0; round < 2; ++round) {
    std::vector<std::byte> expected;
    Event event = SampleEvents()[1];
    while (!batch.full()) {
      ++event.id.sequence;
      batch.Append(event);
      AppendFrame(event, &expected);
    }
    std::string long_path(100'000, 'x');
    event.payload = FsPayload{.path = long_path};
    batch.Append(event);
    AppendFrame(event, &expected);
    EXPECT_TRUE(std::ranges::equal(batch.frames(), expected));
    batch.Clear();
    EXPECT_TRUE(batch.empty());
  }
}

TEST(FrameBatchTest, WhatIsNotCommittedIsNothing) {
  FrameBatch batch;
  batch.Reserve(64);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(batch.Reserve(64)) % 8, 0U);
}

}  // namespace
}  // namespace vexevt
