#include "lib/route/spill.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "lib/route/testing/frames.h"
#include "lib/route/testing/reader.h"

namespace vexevt {
namespace {

using Numbers = std::vector<std::int64_t>;

// Reads all that is there, acknowledging it; a gap is a -1.
Numbers Drain(Spill* spill) {
  Numbers numbers;
  for (;;) {
    FrameQueue queue;
    auto read = spill->Read(&queue);
    if (!read.ok()) {
      numbers.push_back(-1);
      continue;
    }
    if (!*read) return numbers;
    std::size_t bytes = queue.bytes();
    std::string frames;
    iovec pieces[4];
    for (std::size_t i = 0, count = queue.Gather(pieces); i < count; ++i) {
      frames.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    }
    for (std::int64_t number : Arrived(frames)) numbers.push_back(number);
    auto done = queue.Sent(bytes);
    EXPECT_TRUE(!done || spill->Acknowledge(*done).ok());
  }
}

std::unique_ptr<Spill> MustOpen(const std::string& folder, std::uint64_t max_bytes = 0) {
  auto spill = Spill::Open(folder, max_bytes);
  EXPECT_TRUE(spill.ok()) << spill.status().message();
  return std::move(*spill);
}

void AppendNumbers(Spill* spill, std::int64_t first, std::int64_t last, int per_block) {
  for (std::int64_t number = first; number <= last; ++number) {
    spill->Append(NumberedFrame(static_cast<std::uint64_t>(number)));
    if (number % per_block != 0) continue;
    ASSERT_TRUE(spill->Flush().ok());
  }
}

TEST(Spill, GivesBackInOrderWhatItTook) {
  TempFolder folder;
  auto spill = MustOpen(folder / "spill");
  EXPECT_TRUE(spill->drained());
  AppendNumbers(spill.get(), 1, 100, 7);
  EXPECT_FALSE(spill->drained());
  EXPECT_EQ(Drain(spill.get()), Sequence(1, 100));
  EXPECT_TRUE(spill->drained());
  AppendNumbers(spill.get(), 101, 120, 7);
  EXPECT_EQ(Drain(spill.get()), Sequence(101, 120));
}

TEST(Spill, LeavesNoFilesWhenAllIsAcknowledged) {
  TempFolder folder;
  auto spill = MustOpen(folder / "spill");
  AppendNumbers(spill.get(), 1, 20, 5);
  Drain(spill.get());
  std::size_t segments = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "spill")) {
    segments += entry.path().extension() == ".spill";
  }
  EXPECT_EQ(segments, 0u);
}

TEST(Spill, IsThereAgainAfterAProcessThatDied) {
  TempFolder folder;
  {
    auto spill = MustOpen(folder / "spill");
    AppendNumbers(spill.get(), 1, 40, 10);
    FrameQueue queue;
    ASSERT_TRUE(*spill->Read(&queue));
    auto done = queue.Sent(queue.bytes());
    ASSERT_TRUE(done);
    ASSERT_TRUE(spill->Acknowledge(*done).ok());
    ASSERT_TRUE(*spill->Read(&queue));  // read, not acknowledged: as good as unread
  }
  auto spill = MustOpen(folder / "spill");
  AppendNumbers(spill.get(), 41, 50, 10);
  EXPECT_EQ(Drain(spill.get()), Sequence(11, 50));
}

TEST(Spill, GoesOnWithinABlock) {
  TempFolder folder;
  {
    auto spill = MustOpen(folder / "spill");
    AppendNumbers(spill.get(), 1, 10, 10);
    FrameQueue queue;
    ASSERT_TRUE(*spill->Read(&queue));
    ASSERT_TRUE(spill->Acknowledge({queue.Take().front().block->segment, 0, NumberedFrame(1).size()}).ok());
  }
  auto spill = MustOpen(folder / "spill");
  EXPECT_EQ(Drain(spill.get()), Sequence(2, 10));
}

// kill -9 while a block is written may leave any part of it.
TEST(Spill, SurvivesACutAtEveryByte) {
  TempFolder folder;
  auto spill = MustOpen(folder / "spill");
  AppendNumbers(spill.get(), 1, 6, 2);
  spill.reset();
  std::string segment;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "spill")) {
    if (entry.path().extension() == ".spill") segment = entry.path().string();
  }
  std::vector<std::uintmax_t> ends = {0};  // of blocks
  for (std::uint64_t block = 0; block < 3; ++block) {
    ends.push_back(ends.back() + 16 + NumberedFrame(2 * block + 1).size() + NumberedFrame(2 * block + 2).size());
  }
  ASSERT_EQ(std::filesystem::file_size(segment), ends.back());
  for (std::uintmax_t bytes = ends.back(); bytes-- > 0;) {
    std::filesystem::resize_file(segment, bytes);
    std::int64_t whole = std::ranges::upper_bound(ends, bytes) - ends.begin() - 1;
    Numbers wanted = Sequence(1, 2 * whole);
    if (std::ranges::find(ends, bytes) == ends.end()) wanted.push_back(-1);  // told: something is missing
    for (std::int64_t number : Sequence(100, 103)) wanted.push_back(number);
    std::filesystem::copy(folder / "spill", folder / "copy");
    auto again = MustOpen(folder / "copy");
    AppendNumbers(again.get(), 100, 103, 4);
    ASSERT_EQ(Drain(again.get()), wanted) << "cut at " << bytes;
    again.reset();
    std::filesystem::remove_all(folder / "copy");
  }
}

TEST(Spill, TellsOfABlockThatWasChanged) {
  TempFolder folder;
  auto spill = MustOpen(folder / "spill");
  AppendNumbers(spill.get(), 1, 6, 2);
  spill.reset();
  for (const auto& entry : std::filesystem::directory_iterator(folder / "spill")) {
    if (entry.path().extension() != ".spill") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(16 + NumberedFrame(1).size() + NumberedFrame(2).size() + 16 + 40));
    file.put('!');
  }
  auto again = MustOpen(folder / "spill");
  EXPECT_EQ(Drain(again.get()), (Numbers{1, 2, -1}));
}

TEST(Spill, PutsFirstWhatIsOlder) {
  TempFolder folder;
  auto spill = MustOpen(folder / "spill");
  AppendNumbers(spill.get(), 11, 30, 5);
  FrameQueue queue;
  ASSERT_TRUE(*spill->Read(&queue));
  auto done = queue.Sent(queue.bytes());
  ASSERT_TRUE(spill->Acknowledge(*done).ok());
  std::vector<std::byte> older;
  for (std::uint64_t number = 1; number <= 10; ++number) {
    auto frame = NumberedFrame(number);
    older.insert(older.end(), frame.begin(), frame.end());
  }
  ASSERT_TRUE(spill->Prepend(older).ok());
  spill.reset();
  spill = MustOpen(folder / "spill");
  Numbers wanted = Sequence(1, 10);
  for (std::int64_t number : Sequence(16, 30)) wanted.push_back(number);
  EXPECT_EQ(Drain(spill.get()), wanted);
}

TEST(Spill, SaysWhenItIsFull) {
  TempFolder folder;
  auto spill = MustOpen(folder / "spill", 1000);
  EXPECT_FALSE(spill->full());
  AppendNumbers(spill.get(), 1, 20, 1);
  EXPECT_TRUE(spill->full());
  Drain(spill.get());
  EXPECT_FALSE(spill->full());
}

TEST(Spill, IsForOneProcess) {
  TempFolder folder;
  auto spill = MustOpen(folder / "spill");
  auto second = Spill::Open(folder / "spill", 0);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().message(), "'" + (folder / "spill") + "' is in use by another process");
}

}  // namespace
}  // namespace vexevt
