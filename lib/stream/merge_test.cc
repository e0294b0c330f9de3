#include "lib/stream/merge.h"

#include <gtest/gtest.h>

#include "lib/stream/endpoint.h"
#include "lib/stream/reader.h"
#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

std::vector<std::byte> FramesAt(std::initializer_list<std::uint64_t> times, std::uint64_t source) {
  std::vector<std::byte> bytes;
  for (std::uint64_t time : times) {
    std::vector<std::byte> frame = FrameAt(time, source);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  return bytes;
}

// "3a 5b": time and source of each event.
std::string Describe(std::span<const EventView> events) {
  std::string text;
  for (const EventView& event : events) {
    if (!text.empty()) text += ' ';
    text += std::to_string(event.wall_ns()) + static_cast<char>('a' + event.id().source);
  }
  return text;
}

std::string DescribeAll(StreamInput& input) {
  std::string text;
  for (;;) {
    auto events = input.Read();
    if (!events.ok()) return text + "! " + events.status().message();
    if (events->empty()) return text;
    text += Describe(*events) + " ";
  }
}

TEST(Merge, FilesComeInTimeOrderAndEqualTimesInInputOrder) {
  TestDirectory directory;
  const std::vector<std::string> paths = {directory / "a", directory / "b", directory / "c"};
  WriteFile(paths[0], FramesAt({2, 5, 5, 9}, 0));
  WriteFile(paths[1], FramesAt({1, 2, 5, 6, 7}, 1));
  WriteFile(paths[2], FramesAt({5, 3, 8}, 2));  // what is out of order in itself stays so
  auto input = OpenInputs(paths);
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(DescribeAll(**input), "1b 2a 2b 5a 5a 5b 5c 3c 6b 7b 8c 9a ");
  EXPECT_EQ((*input)->total_bytes(), (*input)->offset());
}

TEST(Merge, AnErrorComesAfterTheEventsBeforeIt) {
  TestDirectory directory;
  const std::vector<std::string> paths = {directory / "a", directory / "b"};
  std::vector<std::byte> cut = FramesAt({2, 4}, 0);
  cut.resize(cut.size() - 8);
  WriteFile(paths[0], cut);
  WriteFile(paths[1], FramesAt({1, 3}, 1));
  auto input = OpenInputs(paths);
  ASSERT_TRUE(input.ok());
  std::string offset = std::to_string(FrameAt(2, 0).size());
  EXPECT_EQ(DescribeAll(**input), "1b 2a 3b ! " + paths[0] + ": offset " + offset + ": truncated event");
}

struct TwoPipes {
  TestPipe a, b;
  FakeClock clock{{1000, 1000}};
  MergedInput Merged() {
    std::vector<std::unique_ptr<StreamInput>> inputs;
    inputs.push_back(std::make_unique<StreamReader>(std::move(a.from), "a"));
    inputs.push_back(std::make_unique<StreamReader>(std::move(b.from), "b"));
    return MergedInput(std::move(inputs), clock);
  }
};

TEST(Merge, ASilentInputIsWaitedForThenGivenUpOn) {
  TwoPipes pipes;
  MergedInput merged = pipes.Merged();
  WriteBytes(pipes.a.to.get(), FramesAt({5}, 0));
  EXPECT_FALSE(merged.MoreWaiting());
  EXPECT_EQ(merged.wake_ns(), 1000 + MergedInput::kPatienceNs);
  pipes.clock.Advance(MergedInput::kPatienceNs);
  EXPECT_TRUE(merged.MoreWaiting());
  EXPECT_EQ(Describe(*merged.Read()), "5a");
  // It isn't waited for again.
  WriteBytes(pipes.a.to.get(), FramesAt({7}, 0));
  EXPECT_EQ(Describe(*merged.Read()), "7a");
  EXPECT_EQ(merged.late(), 0u);
  // What it says then comes late, and is counted.
  WriteBytes(pipes.b.to.get(), FramesAt({6, 8}, 1));
  WriteBytes(pipes.a.to.get(), FramesAt({9}, 0));
  EXPECT_EQ(Describe(*merged.Read()), "6b 8b");
  EXPECT_EQ(merged.late(), 1u);
}

TEST(Merge, AnInputThatEndedIsNotWaitedFor) {
  TwoPipes pipes;
  MergedInput merged = pipes.Merged();
  WriteBytes(pipes.a.to.get(), FramesAt({5}, 0));
  pipes.b.to.reset();
  EXPECT_EQ(Describe(*merged.Read()), "5a");
  pipes.a.to.reset();
  EXPECT_TRUE(merged.ends_with_writers());
  EXPECT_TRUE(merged.Read()->empty());
}

}  // namespace
}  // namespace vexevt
