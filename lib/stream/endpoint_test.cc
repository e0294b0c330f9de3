#include "lib/stream/endpoint.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <thread>

#include "lib/io/full.h"
#include "lib/io/unix_socket.h"
#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

using testing::HasSubstr;

std::string TextOf(std::span<const std::byte> bytes) { return std::string(AsText(bytes)); }

void Send(StreamWriter& writer, std::span<const std::byte> bytes) {
  ASSERT_TRUE(writer.Append(bytes).ok());
  ASSERT_TRUE(writer.Flush().ok());
}

TEST(Endpoint, AFileIsEmptiedAndReadBack) {
  TestDirectory directory;
  std::string path = directory / "a.evt";
  WriteFile(path, AsBytes("something longer than nothing, to be gone"));
  std::vector<std::byte> bytes = FrameAt(5);
  auto output = OpenOutput(path);
  ASSERT_TRUE(output.ok()) << output.status().message();
  Send(*output, bytes);
  ASSERT_TRUE(output->Close().ok());
  auto input = OpenInput(path);
  ASSERT_TRUE(input.ok());
  EXPECT_EQ((*input)->total_bytes(), bytes.size());
  EXPECT_FALSE((*input)->ends_with_writers());
  EXPECT_EQ(ReadAll(**input), std::pair(bytes, std::string()));
}

TEST(Endpoint, LinesOfJsonAreKnownByTheirFirstByte) {
  TestDirectory directory;
  const std::string path = directory / "a.json";
  Event event;
  event.type = kFsOpen;
  const std::vector<std::byte> frame = FrameOf(event);
  WriteFile(path, AsBytes("{\"type\":\"fs.open\"}\n"));
  auto input = OpenInput(path);
  ASSERT_TRUE(input.ok());
  EXPECT_EQ((*input)->total_bytes(), 0u) << "which would not be that of the frames";
  EXPECT_EQ(ReadAll(**input), std::pair(frame, std::string()));

  input = OpenInput("exec:cat '" + path + "'");
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(ReadAll(**input), std::pair(frame, std::string()));

  WriteFile(path, AsBytes("{\"type\":\"fs.opn\"}\n"));
  input = OpenInput(path);
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(ReadAll(**input).second, path + ": line 1: unknown type 'fs.opn' (did you mean 'fs.open'?)");
}

TEST(Endpoint, AnInputIsNotOverwritten) {
  TestDirectory directory;
  std::string path = directory / "a.evt", link = directory / "b.evt";
  WriteFile(path, FrameAt(5));
  ASSERT_EQ(::link(path.c_str(), link.c_str()), 0);
  const std::vector<std::string> inputs = {"/dev/null", path};
  EXPECT_EQ(OpenOutput(link, inputs).status().message(), "'" + link + "': input file is output file");
  EXPECT_EQ(std::filesystem::file_size(path), FrameAt(5).size());
}

TEST(Endpoint, WhatCannotBeOpenedSaysWhy) {
  TestDirectory directory;
  std::string gone = directory / "gone";
  auto message = [](const std::string& endpoint) { return OpenInput(endpoint).status().message(); };
  EXPECT_EQ(message(gone), "cannot open '" + gone + "': No such file or directory");
  EXPECT_EQ(message(directory.path), "cannot open '" + directory.path + "': Is a directory");
  EXPECT_EQ(message("unix:" + gone), "cannot connect to '" + gone + "': No such file or directory");
  EXPECT_EQ(message("unix:"), "'unix:' needs a path");
  EXPECT_EQ(message(""), "an endpoint can't be empty");
  EXPECT_EQ(message("nats:x"), "'nats:x': endpoints of kind nats: are not in this version");
  EXPECT_EQ(message("ring:" + gone), "cannot open '" + gone + "': No such file or directory");
  EXPECT_EQ(OpenInput("journal:x").status().code(), StatusCode::kUnsupported);
  EXPECT_THAT(message("unix-listen:" + std::string(200, 'x')),
              HasSubstr("is too long for a socket: at most 107 bytes"));
  EXPECT_EQ(OpenOutput(directory / "no/such").status().code(), StatusCode::kNotFound);
}

TEST(Endpoint, ANamedPipeWaitsForItsWriter) {
  TestDirectory directory;
  std::string path = directory / "p";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  auto input = OpenInput(path);
  ASSERT_TRUE(input.ok());
  EXPECT_TRUE((*input)->ends_with_writers());
  EXPECT_FALSE((*input)->MoreWaiting());
  std::thread writer([&] { WriteFile(path, FrameAt(1), 0); });
  EXPECT_EQ(ReadAll(**input), std::pair(FrameAt(1), std::string()));
  writer.join();
}

TEST(Endpoint, APipeNamedByItsDescriptorMayHaveEndedAlready) {
  TestPipe pipe;
  pipe.to.reset();
  auto input = OpenInput("/dev/fd/" + std::to_string(pipe.from.get()));
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(ReadAll(**input), std::pair(std::vector<std::byte>(), std::string()));
}

TEST(Endpoint, ACommandIsReadAndItsFailureTold) {
  TestDirectory directory;
  std::string path = directory / "a.evt";
  std::vector<std::byte> bytes = SampleStream();
  WriteFile(path, bytes);
  auto good = OpenInput("exec:cat " + path);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(ReadAll(**good), std::pair(bytes, std::string()));
  std::string command = "cat " + path + "; exit 3";
  auto bad = OpenInput("exec:" + command);
  ASSERT_TRUE(bad.ok());
  EXPECT_EQ(ReadAll(**bad), std::pair(bytes, "'exec:" + command + "' exited with status 3"));
}

TEST(Endpoint, ACommandIsWrittenAndWaitedFor) {
  TestDirectory directory;
  std::string path = directory / "a.evt";
  std::vector<std::byte> bytes = SampleStream();
  auto output = OpenOutput("exec:cat > " + path);
  ASSERT_TRUE(output.ok());
  Send(*output, bytes);
  ASSERT_TRUE(output->Close().ok());
  EXPECT_EQ(*ReadFile(path, 1 << 20), TextOf(bytes));
  auto failing = OpenOutput("exec:kill -9 $$");
  ASSERT_TRUE(failing.ok());
  EXPECT_EQ(failing->Close().message(), "'exec:kill -9 $$' was ended by a signal: Killed");
}

TEST(Endpoint, AnOutputThatFailedGoesOn) {
  TestDirectory directory;
  std::string path = directory / "a.evt";
  for (std::uint64_t at : {1u, 2u}) {
    auto output = ReopenOutput(path);
    ASSERT_TRUE(output.ok()) << output.status().message();
    Send(*output, FrameAt(at));
  }
  std::vector<std::byte> both = FrameAt(1), second = FrameAt(2);
  both.insert(both.end(), second.begin(), second.end());
  EXPECT_EQ(*ReadFile(path, 1 << 20), TextOf(both));
  std::string pipe = directory / "p";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(ReopenOutput(pipe).status().code(), StatusCode::kUnavailable);
  for (const char* name : {"a.evt", "-", "unix:x", "ring:x"}) EXPECT_TRUE(MayReopen(*ParseEndpoint(name))) << name;
  for (const char* name : {"exec:cat", "a.evt.zst"}) EXPECT_FALSE(MayReopen(*ParseEndpoint(name))) << name;
}

TEST(Endpoint, AListenerTakesSeveralWriters) {
  TestDirectory directory;
  std::string path = directory / "s";
  auto input = OpenInput("unix-listen:" + path);
  ASSERT_TRUE(input.ok()) << input.status().message();
  struct stat file;
  ASSERT_EQ(stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  EXPECT_FALSE((*input)->MoreWaiting());

  auto first = OpenOutput("unix:" + path), second = OpenOutput("unix:" + path);
  ASSERT_TRUE(first.ok() && second.ok());
  Send(*second, FrameAt(2));
  auto events = (*input)->Read();
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ((*events)[0].wall_ns(), 2u);
  Send(*first, FrameAt(1));
  ASSERT_TRUE(second->Close().ok());
  events = (*input)->Read();
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ((*events)[0].wall_ns(), 1u);
  EXPECT_FALSE((*input)->MoreWaiting());
}

TEST(Endpoint, AWriterThatHasGoneIsNothingToRead) {
  TestDirectory directory;
  std::string path = directory / "s";
  auto input = OpenInput("unix-listen:" + path);
  ASSERT_TRUE(input.ok()) << input.status().message();
  {
    auto output = OpenOutput("unix:" + path);
    ASSERT_TRUE(output.ok()) << output.status().message();
    Send(*output, FrameAt(5));
  }
  ASSERT_TRUE((*input)->MoreWaiting());
  EXPECT_EQ((*input)->Read()->size(), 1u);
  EXPECT_FALSE((*input)->MoreWaiting());  // or the tool would wait in Read, deaf to signals
}

TEST(Endpoint, AWriterThatBreaksOffLeavesAGap) {
  TestDirectory directory;
  std::string path = directory / "s";
  auto input = OpenInput("unix-listen:" + path);
  ASSERT_TRUE(input.ok());
  std::vector<std::byte> frame = FrameAt(2);
  {
    auto writer = ConnectUnix(path);
    ASSERT_TRUE(writer.ok());
    WriteBytes(writer->get(), frame);
    WriteBytes(writer->get(), std::span(frame).first(24));
  }
  auto events = (*input)->Read();
  ASSERT_TRUE(events.ok());
  ASSERT_EQ((*events)[0].wall_ns(), 2u);
  events = (*input)->Read();
  ASSERT_TRUE(events.ok());
  ASSERT_EQ((*events)[0].type(), kVexevtLost);
  EXPECT_EQ((*events)[0].Bytes(layout::kPayloadGapCause),
            "unix-listen:" + path + ": offset " + std::to_string(frame.size()) + ": truncated event");
}

TEST(Endpoint, ABroadcastReachesAllReadersAndOutlivesThem) {
  TestDirectory directory;
  std::string path = directory / "s";
  auto output = OpenOutput("unix-listen:" + path);
  ASSERT_TRUE(output.ok()) << output.status().message();
  EXPECT_EQ(output->fd(), -1);
  auto one = OpenInput("unix:" + path), two = OpenInput("unix:" + path);
  ASSERT_TRUE(one.ok() && two.ok());
  Send(*output, FrameAt(1));
  EXPECT_EQ((*(*one)->Read())[0].wall_ns(), 1u);
  EXPECT_EQ((*(*two)->Read())[0].wall_ns(), 1u);
  one->reset();
  Send(*output, FrameAt(2));
  EXPECT_EQ((*(*two)->Read())[0].wall_ns(), 2u);
  two->reset();
  // With nobody there, what is written waits for the next reader.
  std::thread writer([&] { Send(*output, FrameAt(3)); });
  auto late = OpenInput("unix:" + path);
  ASSERT_TRUE(late.ok());
  EXPECT_EQ((*(*late)->Read())[0].wall_ns(), 3u);
  writer.join();
  ASSERT_TRUE(output->Close().ok());
  EXPECT_EQ(ReadAll(**late), std::pair(std::vector<std::byte>(), std::string()));
}

TEST(Endpoint, AStaleSocketIsReplacedAndALiveOneIsNot) {
  TestDirectory directory;
  std::string path = directory / "s";
  {
    auto stale = UnixListener::Listen(path);
    ASSERT_TRUE(stale.ok());
    ASSERT_EQ(rename(path.c_str(), (path + ".old").c_str()), 0);
  }
  ASSERT_EQ(rename((path + ".old").c_str(), path.c_str()), 0);
  {
    auto listener = UnixListener::Listen(path);
    ASSERT_TRUE(listener.ok()) << listener.status().message();
    EXPECT_EQ(OpenInput("unix-listen:" + path).status().message(),
              "cannot listen at '" + path + "': Address already in use");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  WriteFile(path, FrameAt(1));
  EXPECT_FALSE(UnixListener::Listen(path).ok());
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace vexevt
