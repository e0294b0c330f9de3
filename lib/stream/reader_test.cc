#include "lib/stream/reader.h"

#include <gtest/gtest.h>

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

TEST(StreamWriter, AFullDiskIsAnError) {
  StreamWriter writer(UniqueFd(open("/dev/full", O_WRONLY | O_CLOEXEC)), "out");
  ASSERT_TRUE(writer.Append(SampleStream()).ok());
  EXPECT_EQ(writer.Flush().message(), "cannot write 'out': No space left on device");
}

}  // namespace
}  // namespace vexevt
