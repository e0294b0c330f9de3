#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/ring/reader.h"
#include "lib/ring/writer.h"

namespace vexevt {
namespace {

class RingTest : public testing::Test {
 protected:
  RingTest() {
    std::string name = testing::TempDir() + "ringXXXXXX";
    directory_ = mkdtemp(name.data());
    name_.path = directory_ + "/ring";
    name_.lane_bytes = kMinLaneBytes;
  }
  ~RingTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<RingWriter> OpenWriter() {
    auto writer = RingWriter::Open(name_);
    EXPECT_TRUE(writer.ok()) << writer.status().message();
    return *std::move(writer);
  }
  std::unique_ptr<RingReader> OpenReader() {
    auto reader = RingReader::Open(name_);
    EXPECT_TRUE(reader.ok()) << reader.status().message();
    return *std::move(reader);
  }

  std::string directory_;
  RingName name_;
};

// An event with a sequence, of a tenant.
std::vector<std::byte> Frame(std::uint64_t sequence, std::string_view tenant = {}, std::size_t size = 0) {
  const std::string path(size, 'x');
  Event event;
  event.id = {7, sequence};
  event.type = kFsWrite;
  event.tenant = tenant;
  event.payload = FsPayload{.path = path};
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  return frame;
}

void Write(RingWriter& writer, std::uint64_t sequence, std::string_view tenant = {}) {
  const Status status = writer.Write(Frame(sequence, tenant));
  ASSERT_TRUE(status.ok()) << status.message();
}

struct Got {
  std::vector<std::uint64_t> sequences;
  std::vector<std::string> losses;  // "at 3: 7 overrun"
  std::uint64_t lost = 0;
};

// Everything that is there now.
void Drain(RingReader& reader, Got* got) {
  static constexpr const char* kNames[] = {"none", "overrun", "damaged", "died"};
  for (;;) {
    auto batches = reader.Read();
    ASSERT_TRUE(batches.ok()) << batches.status().message();
    if (batches->empty()) return;
    for (const RingBatch& batch : *batches) {
      if (batch.loss != RingBatch::Loss::kNone) {
        got->losses.push_back("at " + std::to_string(got->sequences.size()) + ": " + std::to_string(batch.lost) + " " +
                              kNames[static_cast<int>(batch.loss)]);
        got->lost += batch.lost;
      }
      for (auto rest = batch.frames; !rest.empty();) {
        const FrameSize size = MeasureFrame(rest);
        EventView view;
        ASSERT_EQ(size.state, FrameState::kOk);
        ASSERT_TRUE(EventView::Bind(rest.first(size.bytes), &view));
        got->sequences.push_back(view.id().sequence);
        rest = rest.subspan(size.bytes);
      }
    }
  }
}

std::vector<std::uint64_t> Numbers(std::uint64_t from, std::uint64_t count) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(from + i);
  return numbers;
}

TEST_F(RingTest, EveryReaderSeesEverything) {
  auto writer = OpenWriter();
  auto first = OpenReader(), second = OpenReader();
  for (std::uint64_t i = 0; i < 10; ++i) Write(*writer, i);
  auto late = OpenReader();
  for (RingReader* reader : {first.get(), second.get(), late.get()}) {
    Got got;
    Drain(*reader, &got);
    EXPECT_EQ(got.sequences, Numbers(0, 10));
    EXPECT_THAT(got.losses, testing::IsEmpty());
    EXPECT_TRUE(reader->HasWriters());
  }
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_FALSE(first->HasWriters());
}

TEST_F(RingTest, AnOverrunReaderLearnsExactlyHowManyItMissed) {
  auto writer = OpenWriter();
  auto reader = OpenReader();
  Got got;
  Write(*writer, 0);
  Drain(*reader, &got);
  for (std::uint64_t i = 1; i < 5000; ++i) Write(*writer, i);
  Drain(*reader, &got);
  ASSERT_EQ(got.losses.size(), 1u);
  EXPECT_EQ(got.losses[0], "at 1: " + std::to_string(got.lost) + " overrun");
  EXPECT_EQ(got.sequences.size() + got.lost, 5000u);
  EXPECT_EQ(got.sequences.back(), 4999u);
  EXPECT_EQ(got.sequences[1], 1 + got.lost) << "what is missing stands where it is told";
  // Not much more than was overwritten: a ring of 64 KiB keeps all but a segment.
  const std::size_t kept = got.sequences.size() - 1;
  EXPECT_GT(kept * (Frame(0).size() + sizeof(BatchHeader)), kMinLaneBytes * 9 / 10);
}

TEST_F(RingTest, WhatIsOverrunAtTheEndIsToldWhenTheWritersAreGone) {
  auto writer = OpenWriter();
  auto reader = OpenReader();
  Got got;
  Write(*writer, 0);
  Drain(*reader, &got);
  // The last batch takes as much as a batch may, so that nothing older is kept.
  for (std::uint64_t i = 1; i < 3000; ++i) Write(*writer, i);
  ASSERT_TRUE(writer->Close().ok());
  Drain(*reader, &got);
  EXPECT_FALSE(reader->HasWriters());
  Drain(*reader, &got);
  EXPECT_EQ(got.sequences.size() + got.lost, 3000u);
}

TEST_F(RingTest, AFloodingTenantOverrunsItselfOnly) {
  auto writer = OpenWriter();
  auto reader = OpenReader();
  for (std::uint64_t i = 0; i < 100; ++i) {
    Write(*writer, i, "quiet");
    for (std::uint64_t j = 0; j < 100; ++j) Write(*writer, 1000 + i * 100 + j, "loud");
  }
  Got got;
  Drain(*reader, &got);
  std::vector<std::uint64_t> quiet;
  std::copy_if(got.sequences.begin(), got.sequences.end(), std::back_inserter(quiet),
               [](std::uint64_t sequence) { return sequence < 1000; });
  EXPECT_EQ(quiet, Numbers(0, 100));
  EXPECT_LT(got.sequences.size(), 10'100u);
}

TEST_F(RingTest, TenantsOfOneWriterComeInTheOrderInWhichTheyWereWritten) {
  auto writer = OpenWriter();
  auto reader = OpenReader();
  for (std::uint64_t i = 0; i < 300; ++i) Write(*writer, i, std::string(1, static_cast<char>('a' + i % 12)));
  Got got;
  Drain(*reader, &got);
  EXPECT_THAT(got.losses, testing::IsEmpty());
  EXPECT_EQ(got.sequences, Numbers(0, 300));
}

TEST_F(RingTest, ALaneThatComesWhileOneIsReadKeepsTheOrder) {
  auto writer = OpenWriter();
  Write(*writer, 0);
  auto reader = OpenReader();
  Got got;
  Drain(*reader, &got);
  Write(*writer, 1, "tenant");
  Write(*writer, 2);
  Drain(*reader, &got);
  EXPECT_EQ(got.sequences, Numbers(0, 3));
}

// Two writers, each with several tenants, as fast as they can; readers that may or may not keep up.
TEST_F(RingTest, WhatAWriterWroteKeepsItsOrderAndEveryEventIsReadOrCounted) {
  constexpr std::uint64_t kEach = 30'000;
  name_.lane_bytes = std::uint64_t{1} << 20;
  std::atomic<int> writing = 2;
  const auto write = [&](std::uint64_t writer_number) {
    auto writer = OpenWriter();
    for (std::uint64_t i = 0; i < kEach; ++i) {
      Write(*writer, writer_number << 32 | i, std::string(i % 3, static_cast<char>('a' + i % 5)));
    }
    EXPECT_TRUE(writer->Close().ok());
    --writing;
  };
  ASSERT_TRUE(OpenWriter()->Close().ok());
  auto reader = OpenReader();
  std::thread first(write, 1), second(write, 2);
  Got got;
  do {
    Drain(*reader, &got);
    reader->Wait(kNsPerMs);
  } while (writing > 0 || reader->HasWriters());
  first.join();
  second.join();
  Drain(*reader, &got);
  reader->HasWriters();
  Drain(*reader, &got);
  std::uint64_t last[3] = {};
  for (const std::uint64_t sequence : got.sequences) {
    EXPECT_GE(sequence, std::exchange(last[sequence >> 32], sequence));
  }
  EXPECT_EQ(got.sequences.size() + got.lost, 2 * kEach);
}

TEST_F(RingTest, WhatANewLaneLosesBeforeItIsFirstReadIsTold) {
  auto writer = OpenWriter();
  auto reader = OpenReader();
  for (std::uint64_t i = 0; i < 5000; ++i) Write(*writer, i, "tenant");
  Got got;
  Drain(*reader, &got);
  EXPECT_GT(got.lost, 0u);
  EXPECT_EQ(got.sequences.size() + got.lost, 5000u);
}

TEST_F(RingTest, EachWriterHasALaneUntilThereIsNoneLeft) {
  name_.lanes = 2;
  auto first = OpenWriter(), second = OpenWriter();
  auto third = RingWriter::Open(name_);
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(third.status().message(), testing::HasSubstr("no lane left"));
  Write(*first, 1);
  Write(*second, 2);
  Write(*first, 3);
  Got got;
  auto reader = OpenReader();
  Drain(*reader, &got);
  EXPECT_EQ(got.sequences, Numbers(1, 3));
  ASSERT_TRUE(first->Close().ok());
  auto fourth = OpenWriter();
  Write(*fourth, 4);
  Drain(*reader, &got);
  EXPECT_EQ(got.sequences, Numbers(1, 4));
  EXPECT_THAT(got.losses, testing::IsEmpty());
}

TEST_F(RingTest, AWriterThatIsKilledIsToldAndItsLaneGoesOn) {
  {
    auto made = OpenWriter();
    ASSERT_TRUE(made->Close().ok());
  }
  auto reader = OpenReader();
  const pid_t child = fork();
  if (child == 0) {
    auto writer = RingWriter::Open(name_);
    for (std::uint64_t i = 0; i < 3; ++i) (void)(*writer)->Write(Frame(i));
    raise(SIGKILL);
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  Got got;
  Drain(*reader, &got);
  EXPECT_EQ(got.sequences, Numbers(0, 3));
  EXPECT_FALSE(reader->HasWriters());
  Drain(*reader, &got);
  EXPECT_THAT(got.losses, testing::ElementsAre("at 3: 0 died"));
  auto next = OpenWriter();
  Write(*next, 3);
  Drain(*reader, &got);
  EXPECT_TRUE(reader->HasWriters());
  Drain(*reader, &got);
  EXPECT_EQ(got.sequences, Numbers(0, 4));
  EXPECT_THAT(got.losses, testing::ElementsAre("at 3: 0 died")) << "told once";
}

TEST_F(RingTest, ABlockingWriterWaitsForTheSlowestReaderAndNothingIsLost) {
  name_.mode = RingMode::kBlock;
  auto writer = OpenWriter();
  auto slow = OpenReader(), fast = OpenReader();
  constexpr std::uint64_t kEvents = 20'000;
  std::thread writing([&] {
    for (std::uint64_t i = 0; i < kEvents; ++i) Write(*writer, i);
  });
  const auto read_all = [](RingReader& reader, std::size_t pause_every) {
    Got got;
    for (;;) {
      Drain(reader, &got);
      if (got.sequences.size() >= kEvents) break;
      reader.Wait(kNsPerSecond);
      if (pause_every != 0) std::this_thread::yield();
    }
    EXPECT_EQ(got.sequences, Numbers(0, kEvents));
    EXPECT_THAT(got.losses, testing::IsEmpty());
  };
  std::thread reading([&] { read_all(*fast, 0); });
  read_all(*slow, 1);
  writing.join();
  reading.join();
}

TEST_F(RingTest, ABlockedRingTakesNoMoreThanThereIsRoomFor) {
  name_.mode = RingMode::kBlock;
  auto writer = OpenWriter();
  std::vector<std::byte> frames;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const auto frame = Frame(i);
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  std::size_t taken = 0;
  for (;;) {
    auto more = writer->TryWrite(std::span(frames).subspan(taken));
    ASSERT_TRUE(more.ok());
    if (*more == 0) break;
    taken += *more;
  }
  EXPECT_LT(taken, frames.size());
  auto reader = OpenReader();
  Got got;
  Drain(*reader, &got);
  EXPECT_EQ(got.sequences.size() * Frame(0).size(), taken);
  EXPECT_TRUE(writer->TryWrite(std::span(frames).subspan(taken)).value() > 0) << "the reader made room";
}

TEST_F(RingTest, AReaderThatDiedHoldsNobodyBack) {
  name_.mode = RingMode::kBlock;
  auto writer = OpenWriter();
  const pid_t child = fork();
  if (child == 0) {
    auto reader = RingReader::Open(name_);
    raise(SIGKILL);
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  auto reader = OpenReader();
  std::thread writing([&] {
    for (std::uint64_t i = 0; i < 3000; ++i) Write(*writer, i);
  });
  Got got;
  for (;;) {
    Drain(*reader, &got);
    if (got.sequences.size() >= 3000) break;
    reader->Wait(kNsPerSecond);
  }
  writing.join();
  EXPECT_EQ(got.sequences, Numbers(0, 3000));
}

TEST_F(RingTest, ASleepingReaderIsWoken) {
  auto writer = OpenWriter();
  auto reader = OpenReader();
  std::thread writing([&] {
    for (std::uint64_t i = 0; i < 200; ++i) Write(*writer, i);
  });
  Got got;
  for (;;) {
    Drain(*reader, &got);
    if (got.sequences.size() >= 200) break;
    reader->Sleep(60 * kNsPerSecond);  // a wake-up that is missed hangs the test
  }
  writing.join();
}

TEST_F(RingTest, AnEventTooLargeForTheRingIsToldInItsPlace) {
  auto writer = OpenWriter();
  ASSERT_TRUE(writer->Write(Frame(1)).ok());
  ASSERT_TRUE(writer->Write(Frame(2, {}, kMinLaneBytes / 2)).ok());
  ASSERT_TRUE(writer->Write(Frame(3)).ok());
  auto reader = OpenReader();
  std::vector<EventType> types;
  const auto batches = reader->Read();
  ASSERT_TRUE(batches.ok());
  for (const RingBatch& batch : *batches) {
    EventView view;
    ASSERT_TRUE(EventView::Bind(batch.frames, &view));
    types.push_back(view.type());
  }
  EXPECT_THAT(types, testing::ElementsAre(kFsWrite, kVexevtLost, kFsWrite));
}

TEST_F(RingTest, AFileThatIsNoRingIsRefusedAndLeftAsItIs) {
  {
    std::FILE* file = std::fopen(name_.path.c_str(), "w");
    std::fputs("precious", file);
    std::fclose(file);
  }
  auto writer = RingWriter::Open(name_);
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(writer.status().message(), "'" + name_.path + "' is not a ring");
  EXPECT_EQ(std::filesystem::file_size(name_.path), 8u);
  EXPECT_EQ(RingReader::Open({.path = directory_ + "/none"}).status().code(), StatusCode::kNotFound);
}

TEST_F(RingTest, ARingThatWasMadeOtherwiseIsNotTakenForWhatWasAskedFor) {
  OpenWriter();
  name_.mode = RingMode::kBlock;
  EXPECT_THAT(RingWriter::Open(name_).status().message(),
              testing::HasSubstr("was made with overwrite,size=65536,lanes=32"));
}

TEST_F(RingTest, OnlyItsOwnerMayReadAndWriteIt) {
  OpenWriter();
  struct stat file;
  ASSERT_EQ(stat(name_.path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST_F(RingTest, AFileThatIsMadeShorterEndsBothSidesWithAnError) {
  auto writer = OpenWriter();
  auto reader = OpenReader();
  Write(*writer, 1);
  ASSERT_EQ(truncate(name_.path.c_str(), 0), 0);
  auto read = reader->Read();
  if (read.ok()) read = reader->Read();
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(read.status().message(), testing::HasSubstr("made shorter"));
  EXPECT_FALSE(writer->Write(Frame(2)).ok());
}

TEST(RingNameTest, APathAndWhatItIsMadeWith) {
  auto name = ParseRingName("/run/x,block,size=10M,lanes=4");
  ASSERT_TRUE(name.ok()) << name.status().message();
  EXPECT_EQ(name->path, "/run/x");
  EXPECT_EQ(name->mode, RingMode::kBlock);
  EXPECT_EQ(name->lane_bytes, std::uint64_t{16} << 20);
  EXPECT_EQ(name->lanes, 4u);
  for (const char* wrong :
       {"", ",block", "/x,", "/x,size=1", "/x,size=", "/x,lanes=0", "/x,lanes=65", "/x,fast", "/x,size=2G"}) {
    EXPECT_EQ(ParseRingName(wrong).status().code(), StatusCode::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace vexevt
