#include "lib/stream/reader.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include "lib/io/testing/faults.h"
#include "lib/stream/endpoint.h"
#include "lib/stream/testing/streams.h"
#include "lib/stream/writer.h"

namespace vexevt {
namespace {

TEST(StreamReader, GivesWhatWasWritten) {
  TestPipe pipe;
  std::vector<std::byte> bytes = SampleStream();
  WriteBytes(pipe.to.get(), bytes);
  pipe.to.reset();
  StreamReader reader(std::move(pipe.from), "p");
  EXPECT_EQ(ReadAll(reader), std::pair(bytes, std::string()));
  EXPECT_EQ(reader.offset(), bytes.size());
}

TEST(StreamReader, EveryTruncationIsToldAfterWhatIsWhole) {
  std::vector<std::byte> bytes = SampleStream();
  for (std::size_t cut = 1; cut < bytes.size(); cut += 3) {
    TestPipe pipe;
    WriteBytes(pipe.to.get(), std::span(bytes).first(cut));
    pipe.to.reset();
    StreamReader reader(std::move(pipe.from), "p");
    auto [got, error] = ReadAll(reader);
    ASSERT_TRUE(std::equal(got.begin(), got.end(), bytes.begin()));
    if (got.size() == cut) {
      EXPECT_EQ(error, "");
    } else {
      EXPECT_EQ(error, "p: offset " + std::to_string(got.size()) + ": truncated event");
    }
  }
}

TEST(StreamReader, AFrameInPiecesIsWaitedFor) {
  TestPipe pipe;
  std::vector<std::byte> bytes = SampleStream();
  StreamReader reader(std::move(pipe.from), "p");
  std::size_t first = MeasureFrame(bytes).bytes;
  WriteBytes(pipe.to.get(), std::span(bytes).first(first + 5));
  auto events = reader.Read();
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_FALSE(reader.MoreWaiting());
  WriteBytes(pipe.to.get(), std::span(bytes).subspan(first + 5));
  pipe.to.reset();
  EXPECT_EQ(ReadAll(reader).first.size(), bytes.size() - first);
}

TEST(StreamReader, GarbageIsToldWithItsOffset) {
  TestPipe pipe;
  std::vector<std::byte> bytes = SampleStream();
  std::size_t good = bytes.size();
  for (int i = 0; i < 64; ++i) bytes.push_back(std::byte{0xff});
  WriteBytes(pipe.to.get(), bytes);
  pipe.to.reset();
  StreamReader reader(std::move(pipe.from), "p");
  auto [got, error] = ReadAll(reader);
  EXPECT_EQ(got.size(), good);
  EXPECT_EQ(error, "p: offset " + std::to_string(good) + ": not an event: its frame would be larger than 1 MiB");
}

TEST(StreamReader, FramesLargerThanTheBufferFit) {
  std::string large(900'000, 'v');
  Event event;
  event.attributes = {{"k", AttributeText{large}}};
  std::vector<std::byte> bytes;
  AppendFrame(event, &bytes);
  TestDirectory directory;
  std::string path = directory / "large.evt";
  {
    StreamWriter writer(UniqueFd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)), path);
    ASSERT_TRUE(writer.Append(bytes).ok());
    ASSERT_TRUE(writer.Append(bytes).ok());
    ASSERT_TRUE(writer.Close().ok());
  }
  StreamReader reader(UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC)), path);
  EXPECT_EQ(ReadAll(reader).first.size(), 2 * bytes.size());
}

TEST(StreamReader, ShortAndInterruptedReadsChangeNothing) {
  TestDirectory directory;
  std::string path = directory / "a.evt";
  std::vector<std::byte> bytes = SampleStream();
  WriteFile(path, bytes);
  for (std::size_t most = 1; most < 200; most += 6) {
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    FaultyFd faulty(fd.get(), {.most = most, .interrupted = true});
    StreamReader reader(std::move(fd), "p");
    ASSERT_EQ(ReadAll(reader), std::pair(bytes, std::string())) << most;
  }
}

TEST(StreamReader, AFailedReadIsToldAfterWhatCameBeforeIt) {
  TestDirectory directory;
  std::string path = directory / "a.evt";
  std::vector<std::byte> bytes = SampleStream();
  WriteFile(path, bytes);
  for (std::size_t offset = 0; offset < bytes.size(); offset += 5) {
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    FaultyFd faulty(fd.get(), {.fail_at = offset, .error = EIO});
    StreamReader reader(std::move(fd), "p");
    auto [got, error] = ReadAll(reader);
    ASSERT_EQ(error, "cannot read 'p': Input/output error");
    ASSERT_TRUE(std::equal(got.begin(), got.end(), bytes.begin()));
    ASSERT_LE(got.size(), offset);
    // Nothing whole was kept back.
    ASSERT_GT(got.size() + MeasureFrame(std::span(bytes).subspan(got.size())).bytes, offset);
  }
}

TEST(StreamReader, MoreWaitingMeansAWholeEvent) {
  TestPipe pipe;
  std::vector<std::byte> frame = FrameAt(7);
  StreamReader reader(std::move(pipe.from), "p");
  EXPECT_FALSE(reader.MoreWaiting());
  WriteBytes(pipe.to.get(), std::span(frame).first(20));
  EXPECT_FALSE(reader.MoreWaiting());
  WriteBytes(pipe.to.get(), std::span(frame).subspan(20));
  // A read that was cut short is taken for "nothing more" once.
  EXPECT_TRUE(reader.MoreWaiting() || reader.MoreWaiting());
  EXPECT_EQ((*reader.Read())[0].wall_ns(), 7u);
  pipe.to.reset();
  EXPECT_TRUE(reader.MoreWaiting() || reader.MoreWaiting());
  EXPECT_TRUE(reader.Read()->empty());
}

TEST(StreamReader, AFollowedFileThatIsTruncatedLeavesAGap) {
  TestDirectory directory;
  std::string path = directory / "a.evt";
  std::vector<std::byte> cut = FrameAt(5);
  WriteFile(path, cut);
  WriteFile(path, std::span(cut).first(16), O_APPEND);
  auto input = OpenInput(path, {.follow = true});
  ASSERT_TRUE(input.ok()) << input.status().message();
  EXPECT_FALSE((*input)->ends_with_writers());
  EXPECT_EQ((*(*input)->Read())[0].wall_ns(), 5u);
  EXPECT_FALSE((*input)->MoreWaiting());
  WriteFile(path, FrameAt(6));
  auto events = (*input)->Read();
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ((*events)[0].type(), kVexevtLost);
  EXPECT_EQ((*events)[0].Get<std::uint64_t>(layout::kPayloadGapSinceNs), 5u);
  EXPECT_EQ((*events)[0].Bytes(layout::kPayloadGapCause),
            "'" + path + "' was truncated at offset " + std::to_string(cut.size()));
  EXPECT_EQ((*events)[1].wall_ns(), 6u);
  EXPECT_FALSE((*input)->MoreWaiting());
}

TEST(StreamWriter, ABrokenPipeIsToldApart) {
  TestPipe pipe;
  pipe.from.reset();
  auto old = std::signal(SIGPIPE, SIG_IGN);
  StreamWriter writer(std::move(pipe.to), "p");
  ASSERT_TRUE(writer.Append(FrameAt(1)).ok());
  EXPECT_EQ(writer.Flush().code(), StatusCode::kBrokenPipe);
  std::signal(SIGPIPE, old);
}

TEST(StreamWriter, AFullDiskIsAnError) {
  StreamWriter writer(UniqueFd(open("/dev/full", O_WRONLY | O_CLOEXEC)), "out");
  ASSERT_TRUE(writer.Append(SampleStream()).ok());
  EXPECT_EQ(writer.Flush().message(), "cannot write 'out': No space left on device");
}

}  // namespace
}  // namespace vexevt
