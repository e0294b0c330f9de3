#include "lib/capture/endpoint_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "lib/event/barrier_event.h"
#include "lib/event/id_source.h"
#include "lib/stream/endpoint.h"
#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;

class EndpointSourceTest : public ::testing::Test {
 protected:
  static Event Told(EventType type, std::uint32_t pid = 7) {
    Event event;
    event.type = type;
    event.boundary = Boundary::kFuse;
    event.pid = pid;
    event.payload = FsPayload{.path = "/mnt/x"};
    EventIds().Stamp(&event);
    return event;
  }
  void Open(const std::string& endpoint, std::uint64_t fs_types = ~std::uint64_t{0}) {
    auto opened = OpenEndpoint({endpoint, fs_types});
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    source_ = std::move(*opened);
  }
  // Until `count` have come, or the end.
  std::vector<std::string> Await(std::size_t count) {
    std::vector<std::string> types;
    while (types.size() < count) {
      FrameBatch batch;
      auto state = source_->Drain(&batch);
      for (std::span<const std::byte> rest = batch.frames(); !rest.empty();) {
        EventView view;
        EXPECT_TRUE(EventView::Bind(rest.first(MeasureFrame(rest).bytes), &view));
        types.push_back(TypeName(view.type()));
        rest = rest.subspan(view.frame().size());
      }
      if (!state.ok() || *state == DrainState::kEnd) {
        types.push_back(state.ok() ? "end" : state.status().message());
        break;
      }
      pollfd wait{source_->poll_fd(), POLLIN, 0};
      if (*state == DrainState::kIdle && types.size() < count && ::poll(&wait, 1, 20'000) != 1) break;
    }
    return types;
  }

  TestDirectory directory_;
  std::unique_ptr<Source> source_;
};

TEST_F(EndpointSourceTest, AFileIsReadToItsEnd) {
  auto writer = OpenOutput(directory_ / "a.evt");
  ASSERT_TRUE(writer->Append(FrameOf(Told(kFsCreate))).ok());
  ASSERT_TRUE(writer->Append(FrameOf(Told(kFsDelete))).ok());
  ASSERT_TRUE(writer->Close().ok());
  Open(directory_ / "a.evt");
  EXPECT_THAT(Await(3), ElementsAre("fs.create", "fs.delete", "end"));
  EXPECT_EQ(source_->counters().events, 2u);
}

TEST_F(EndpointSourceTest, ARingIsReadWhileItIsWrittenAndEndsWithItsWriter) {
  std::string ring = "ring:" + (directory_ / "r");
  std::optional<StreamWriter> writer(std::move(*OpenOutput(ring)));
  Open(ring);
  EXPECT_THAT(Await(0), ElementsAre());
  for (EventType type : {kFsCreate, kFsWrite, kFsDelete}) {
    ASSERT_TRUE(writer->Append(FrameOf(Told(type))).ok());
    ASSERT_TRUE(writer->Flush().ok());
    EXPECT_THAT(Await(1), ElementsAre(TypeName(type)));
  }
  ASSERT_TRUE(writer->Close().ok());
  writer.reset();
  EXPECT_THAT(Await(1), ElementsAre("end"));
}

TEST_F(EndpointSourceTest, OnlyTypesAskedForAndNotWhatThisProcessDid) {
  TestPipe pipe;
  for (const Event& event : {Told(kFsRead), Told(kFsCreate), Told(kFsCreate, static_cast<std::uint32_t>(getpid())),
                             Told(kSystemMount), Told(kFsWrite)}) {
    WriteBytes(pipe.to.get(), FrameOf(event));
  }
  pipe.to.reset();
  Open("/dev/fd/" + std::to_string(pipe.from.get()), std::uint64_t{1} << (kFsCreate & 0xff));
  EXPECT_THAT(Await(3), ElementsAre("fs.create", "system.mount", "end"));
  EXPECT_EQ(source_->counters().reported, 5u);
  EXPECT_EQ(source_->counters().own, 1u);
  EXPECT_EQ(source_->counters().unwanted, 2u);
}

TEST_F(EndpointSourceTest, ABarrierComesBehindWhatWasThereThoughNothingMoreComes) {
  TestPipe pipe;
  Open("/dev/fd/" + std::to_string(pipe.from.get()));
  WriteBytes(pipe.to.get(), FrameOf(Told(kFsCreate)));
  ASSERT_TRUE(source_->InsertBarrier("b").ok());
  EXPECT_THAT(Await(2), ElementsAre("fs.create", "vexevt.barrier"));
}

TEST_F(EndpointSourceTest, StoppedItGivesWhatIsOnItsWayAndEnds) {
  TestPipe pipe;
  Open("/dev/fd/" + std::to_string(pipe.from.get()));
  source_->Stop();
  WriteBytes(pipe.to.get(), FrameOf(Told(kFsCreate)));
  WriteBytes(pipe.to.get(), FrameOf(Told(kFsDelete)));
  EXPECT_THAT(Await(9), ElementsAre("fs.create", "fs.delete", "end"));
}

TEST_F(EndpointSourceTest, BadDataIsAnErrorBehindWhatIsGood) {
  TestPipe pipe;
  WriteBytes(pipe.to.get(), FrameOf(Told(kFsCreate)));
  WriteBytes(pipe.to.get(), AsBytes("not a frame, not at all"));
  pipe.to.reset();
  Open("/dev/fd/" + std::to_string(pipe.from.get()));
  std::vector<std::string> given = Await(9);
  ASSERT_EQ(given.size(), 2u);
  EXPECT_EQ(given[0], "fs.create");
  EXPECT_THAT(given[1], ::testing::HasSubstr("not an event"));
  EXPECT_FALSE(OpenEndpoint({"ring:" + (directory_ / "none")}).ok());
}

}  // namespace
}  // namespace vexevt
