#include "lib/capture/hash_stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "lib/capture/frame_batch.h"
#include "lib/event/event_view.h"

namespace vexevt {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

// b2sum -l 256
constexpr const char* kOfNothing = "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8";
constexpr const char* kOfHello = "324dcf027dd4a30a932c441f365a25e86b173defa4b8e58948253471b81b72cf";

class HashTest : public ::testing::Test {
 protected:
  HashTest() {
    std::string pattern = ::testing::TempDir() + "hash.XXXXXX";
    top_ = ::mkdtemp(pattern.data());
  }
  ~HashTest() override { fs::remove_all(top_); }

  std::string At(const std::string& name) const { return top_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) const { std::ofstream(At(name)) << text; }
  std::uint64_t InodeOf(const std::string& name) const {
    struct stat status;
    return ::lstat(At(name).c_str(), &status) == 0 ? status.st_ino : 0;
  }

  std::string top_;
  std::atomic<bool> stop_{false};
};

TEST_F(HashTest, IsThatOfB2sum) {
  Write("empty", "");
  Write("hello", "hello");
  EXPECT_EQ(HashContent(At("empty"), 0, 100, stop_).digest, kOfNothing);
  EXPECT_EQ(HashContent(At("hello"), InodeOf("hello"), 5, stop_).digest, kOfHello);
  Write("large", std::string(1'000'000, 'x'));
  EXPECT_EQ(HashContent(At("large"), 0, 1'000'000, stop_).digest.size(), 64u);
}

TEST_F(HashTest, SaysWhyThereIsNone) {
  Write("hello", "hello");
  EXPECT_EQ(HashContent(At("hello"), 0, 4, stop_).missing, "larger than 4");
  EXPECT_EQ(HashContent(At("hello"), InodeOf("hello") + 1, 100, stop_).missing, "replaced");
  EXPECT_EQ(HashContent(At("none"), 0, 100, stop_).missing, "gone");
  EXPECT_EQ(HashContent("?/hello", 0, 100, stop_).missing, "gone");
  EXPECT_EQ(HashContent(top_, 0, 1'000'000, stop_).missing, "not a file");
  ASSERT_EQ(::symlink("hello", At("link").c_str()), 0);
  EXPECT_EQ(HashContent(At("link"), 0, 100, stop_).missing, "replaced");
  ASSERT_EQ(::mkfifo(At("fifo").c_str(), 0600), 0);
  EXPECT_EQ(HashContent(At("fifo"), 0, 100, stop_).missing, "not a file") << "and does not wait for a writer";
}

class HashStageTest : public HashTest {
 protected:
  void Add(EventType type, const std::string& name, FrameBatch* batch) const {
    Event event;
    event.type = type;
    std::string path = At(name);
    event.payload = FsPayload{.path = path};
    batch->Append(event);
  }

  // "name hash", or "name -reason".
  std::vector<std::string> Describe(std::span<const std::byte> frames) const {
    std::vector<std::string> lines;
    while (!frames.empty()) {
      std::size_t size = MeasureFrame(frames).bytes;
      EventView event;
      EXPECT_TRUE(EventView::Bind(frames.first(size), &event));
      std::string line(event.path().substr(top_.size() + 1));
      for (std::size_t i = 0; i < event.attribute_count(); ++i) {
        Attribute attribute = event.attribute(i);
        line += attribute.key == "hash" ? " " : " -";
        line += std::get<AttributeText>(attribute.value).value;
      }
      lines.push_back(line);
      frames = frames.subspan(size);
    }
    return lines;
  }

  // All that the stage gives of a batch, as it wakes.
  std::vector<std::string> Through(HashStage* stage, const FrameBatch& batch, std::size_t events) const {
    std::vector<std::string> lines = Describe(stage->Pass(batch.frames()));
    while (lines.size() < events) {
      pollfd wake{stage->fd(), POLLIN, 0};
      if (::poll(&wake, 1, 60'000) != 1) break;
      for (std::string& line : Describe(stage->Pass({}))) lines.push_back(std::move(line));
    }
    return lines;
  }
};

TEST_F(HashStageTest, WhatNeedsNoHashPassesUntouched) {
  auto stage = HashStage::Start(100);
  ASSERT_TRUE(stage.ok());
  FrameBatch batch;
  Add(kFsCreate, "a", &batch);
  Add(kFsDelete, "a", &batch);
  EXPECT_EQ((*stage)->Pass(batch.frames()).data(), batch.frames().data());
  EXPECT_TRUE((*stage)->Pass({}).empty());
  EXPECT_TRUE((*stage)->Finish().empty());
}

TEST_F(HashStageTest, EventsStayInOrder) {
  Write("a", "hello");
  Write("b", "");
  auto stage = HashStage::Start(100);
  ASSERT_TRUE(stage.ok());
  FrameBatch batch;
  Add(kFsCreate, "a", &batch);
  Add(kFsCloseWrite, "a", &batch);
  Add(kFsRename, "c", &batch);
  Add(kFsCloseWrite, "gone", &batch);
  Add(kFsCloseWrite, "b", &batch);
  Add(kFsDelete, "b", &batch);
  EXPECT_THAT(Through(stage->get(), batch, 6),
              ElementsAre("a", std::string("a ") + kOfHello, "c", "gone -gone", std::string("b ") + kOfNothing, "b"));
}

TEST_F(HashStageTest, FinishWaitsForWhatIsHeld) {
  Write("a", std::string(5'000'000, 'x'));
  auto stage = HashStage::Start(10'000'000);
  ASSERT_TRUE(stage.ok());
  FrameBatch batch;
  for (int i = 0; i < 20; ++i) Add(kFsCloseWrite, "a", &batch);
  std::vector<std::string> lines = Describe((*stage)->Pass(batch.frames()));
  for (std::string& line : Describe((*stage)->Finish())) lines.push_back(std::move(line));
  ASSERT_EQ(lines.size(), 20u);
  for (const std::string& line : lines) EXPECT_EQ(line, lines[0]);
  EXPECT_EQ(lines[0].size(), 2u + 64u);
}

TEST_F(HashStageTest, TheOldestFileIsGivenUpWhenTooMuchIsHeld) {
  // Sparse, so that it takes no room and yet too long to read.
  Write("huge", "");
  ASSERT_EQ(::truncate(At("huge").c_str(), off_t{1} << 40), 0);
  auto stage = HashStage::Start(std::uint64_t{1} << 40);
  ASSERT_TRUE(stage.ok());
  FrameBatch first;
  Add(kFsCloseWrite, "huge", &first);
  EXPECT_TRUE((*stage)->Pass(first.frames()).empty());
  FrameBatch many;
  while (many.frames().size() <= HashStage::kMostHeld) Add(kFsCreate, "later", &many);
  std::vector<std::string> lines = Describe((*stage)->Pass(many.frames()));
  ASSERT_GT(lines.size(), 1000u);
  EXPECT_EQ(lines[0], "huge -busy");
  EXPECT_EQ(lines.back(), "later");
}

TEST_F(HashStageTest, EndsWithoutWaitingForWhatIsHeld) {
  Write("huge", "");
  ASSERT_EQ(::truncate(At("huge").c_str(), off_t{1} << 40), 0);
  auto stage = HashStage::Start(std::uint64_t{1} << 40);
  ASSERT_TRUE(stage.ok());
  FrameBatch batch;
  for (int i = 0; i < 3; ++i) Add(kFsCloseWrite, "huge", &batch);
  EXPECT_TRUE((*stage)->Pass(batch.frames()).empty());
}

}  // namespace
}  // namespace vexevt
