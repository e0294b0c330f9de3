#include "lib/stream/bus_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "kmod/uapi/vexevt.h"
#include "lib/event/event_view.h"
#include "lib/io/testing/faults.h"
#include "lib/io/testing/memory.h"
#include "lib/stream/testing/streams.h"
#include "lib/stream/writer.h"

namespace vexevt {
namespace {

// As the device: takes whole frames, and refuses what is none or too large.
class Device final : public ByteSink {
 public:
  explicit Device(std::vector<std::byte>* bytes) : bytes_(bytes) {}
  Status Write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      FrameSize size = MeasureFrame(bytes);
      if (size.state != FrameState::kOk || size.bytes > bytes.size() || size.bytes > VEXEVT_INJECT_MAX) {
        return InvalidArgument("no frame, or too large");
      }
      bytes_->insert(bytes_->end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size.bytes));
      bytes = bytes.subspan(size.bytes);
    }
    return {};
  }
  Status Close() override { return {}; }
  int fd() const override { return -1; }

 private:
  std::vector<std::byte>* bytes_;
};

Event Of(std::uint64_t sequence, std::size_t path_bytes) {
  static std::string path;
  path.assign(path_bytes, 'x');
  Event event;
  event.id = {1, sequence};
  event.type = kFsCreate;
  event.payload = FsPayload{.path = path};
  return event;
}

// "1" for the event of sequence 1, and what gaps say.
std::vector<std::string> Told(std::span<const std::byte> bytes) {
  std::vector<std::string> told;
  while (!bytes.empty()) {
    EventView view;
    std::size_t size = MeasureFrame(bytes).bytes;
    EXPECT_TRUE(EventView::Bind(bytes.first(size), &view));
    bytes = bytes.subspan(size);
    bool lost = view.type() == kVexevtLost;
    told.push_back(lost ? std::string(view.Bytes(layout::kPayloadGapCause)) : std::to_string(view.id().sequence));
  }
  return told;
}

TEST(BusSink, TakesFramesUpToTheLimitAndTellsOfLargerOnes) {
  std::vector<std::byte> taken;
  StreamWriter writer(std::make_unique<BusSink>(std::make_unique<Device>(&taken), "bus"), "bus");
  const std::size_t head = FrameOf(Of(1, 8)).size() - 8;
  for (auto [sequence, bytes] : std::vector<std::pair<std::uint64_t, std::size_t>>{
           {1, 8}, {2, VEXEVT_INJECT_MAX - head}, {3, VEXEVT_INJECT_MAX - head + 8}, {4, 900'000}, {5, 8}, {6, 8}}) {
    ASSERT_TRUE(writer.Append(FrameOf(Of(sequence, bytes))).ok());
  }
  ASSERT_TRUE(writer.Close().ok());
  EXPECT_THAT(Told(taken), ::testing::ElementsAre("1", "2", "an event of 65544 bytes is too large for 'bus'",
                                                  ::testing::StartsWith("an event of 900"), "5", "6"));
}

// The device cuts a write at the end of a frame; FdSink goes on there.
TEST(BusSink, WhatAShortWriteLeftIsWrittenNext) {
  TestPipe pipe;
  const std::vector<std::byte> frame = FrameOf(Of(1, 8));
  {
    FaultyFd faulty(pipe.to.get(), {.most = frame.size(), .interrupted = true});
    auto device = std::make_unique<FdSink>(std::move(pipe.to), "bus");
    StreamWriter writer(std::make_unique<BusSink>(std::move(device), "bus"), "bus");
    for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
      ASSERT_TRUE(writer.Append(FrameOf(Of(sequence, 8))).ok());
    }
    ASSERT_TRUE(writer.Flush().ok());
    EXPECT_GE(faulty.calls(), 5u);
  }
  std::vector<std::byte> read(10 * frame.size());
  const ssize_t size = ::read(pipe.from.get(), read.data(), read.size());
  ASSERT_EQ(size, static_cast<ssize_t>(5 * frame.size()));
  EXPECT_THAT(Told(std::span(read).first(static_cast<std::size_t>(size))),
              ::testing::ElementsAre("1", "2", "3", "4", "5"));
}

}  // namespace
}  // namespace vexevt
