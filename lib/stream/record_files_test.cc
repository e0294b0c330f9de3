#include "lib/stream/record_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>

#include <algorithm>

#include "lib/base/clock.h"
#include "lib/stream/endpoint.h"
#include "lib/stream/testing/streams.h"
#include "lib/stream/writer.h"

namespace vexevt {
namespace {

using testing::ElementsAre;

TEST(RecordName, SortsAndIsKnownAgain) {
  RecordName name = RecordName::Of("/var/log/events.evt.zst");
  EXPECT_EQ(name.directory, "/var/log/");
  constexpr std::uint64_t kTime = 1'795'435'200'999'999'999;
  EXPECT_EQ(name.File(1, kTime), "events-000001-20261123T120000Z.evt.zst");
  EXPECT_LT(name.File(9, kTime), name.File(10, 0));
  for (std::uint64_t number : {1u, 999'999u, 12'345'678u}) {
    EXPECT_EQ(name.NumberOf(name.File(number, kTime)), number);
    EXPECT_EQ(name.NumberOf(name.File(number, kTime) + ".part"), number);
  }
  EXPECT_EQ(RecordName::Of("events").File(1, kTime), "events-000001-20261123T120000Z");
  EXPECT_EQ(RecordName::Of("a.b.evt").File(1, kTime), "a.b-000001-20261123T120000Z.evt");
  EXPECT_EQ(RecordName::Of("./.evt").File(1, kTime), ".evt-000001-20261123T120000Z");
  EXPECT_EQ(RecordName::Of("x.zst").File(1, kTime), "x-000001-20261123T120000Z.zst");
  EXPECT_EQ(RecordName::Of(".zst").File(1, kTime), "-000001-20261123T120000Z.zst");
  for (const char* other :
       {"events.evt.zst", "events-000001-20261123T120000Z.evt", "event-000001-20261123T120000Z.evt.zst",
        "events-x-20261123T120000Z.evt.zst", "events-000001-20261123T12000.evt.zst", "",
        "events-000001-20261123T120000Z.evt.zst.part.copy", "events-.evt.zst", "events--20261123T120000Z.evt.zst"}) {
    EXPECT_EQ(name.NumberOf(other), std::nullopt) << other;
  }
}

class RecordFilesTest : public testing::Test {
 protected:
  // Writes events of these seconds, in one write or each in its own; where `ends`, in order.
  void Write(const std::vector<std::uint64_t>& seconds, Rotation rotation, std::size_t at_once = 1000,
             bool ends = true) {
    auto opened = RecordFiles::Open(directory_ / file_, rotation);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    taken_up_ = (*opened)->taken_up();
    std::vector<std::byte> bytes;
    std::size_t count = 0;
    for (std::uint64_t second : seconds) {
      std::vector<std::byte> frame = FrameAt(second * kNsPerSecond);
      bytes.insert(bytes.end(), frame.begin(), frame.end());
      if (++count % at_once != 0 && count != seconds.size()) continue;
      ASSERT_TRUE((*opened)->Write(bytes).ok());
      bytes.clear();
    }
    if (!ends) return;
    ASSERT_TRUE((*opened)->Close().ok());
  }

  // "events-000001-19700101T000001Z.evt: 1 2 | …" in the order of names, without what all names have.
  std::string Files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    std::string text;
    for (const std::string& name : names) {
      auto input = OpenInput(directory_ / name);
      EXPECT_TRUE(input.ok());
      text += name.substr(std::string("events-00000").size()) + ":";
      for (;;) {
        auto events = (*input)->Read();
        if (!events.ok()) text += " !";
        if (!events.ok() || events->empty()) break;
        for (const EventView& event : *events) text += " " + std::to_string(event.wall_ns() / kNsPerSecond);
      }
      text += "\n";
    }
    return text;
  }

  TestDirectory directory_;
  std::string file_ = "events.evt";
  std::vector<std::string> taken_up_;
};

TEST_F(RecordFilesTest, SizesAreKeptToWhateverTheWrites) {
  const std::uint64_t two = 2 * FrameAt(kNsPerSecond).size();
  for (std::size_t at_once : {1u, 2u, 3u, 100u}) {
    Write({1, 2, 3, 4, 5}, {.bytes = two + 8}, at_once);
    EXPECT_EQ(Files(),
              "1-19700101T000001Z.evt: 1 2\n"
              "2-19700101T000003Z.evt: 3 4\n"
              "3-19700101T000005Z.evt: 5\n");
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path)) std::filesystem::remove(entry);
  }
  Write({1, 2}, {.bytes = 1});  // an event is never cut
  EXPECT_EQ(Files(), "1-19700101T000001Z.evt: 1\n2-19700101T000002Z.evt: 2\n");
}

TEST_F(RecordFilesTest, PeriodsGoByTheEventsTime) {
  Write({58, 59, 60, 61, 59, 119, 120, 400}, {.period_ns = 60 * kNsPerSecond}, 3);
  EXPECT_EQ(Files(),
            "1-19700101T000058Z.evt: 58 59\n"
            "2-19700101T000100Z.evt: 60 61 59 119\n"  // what is late stays with what it came with
            "3-19700101T000200Z.evt: 120\n"
            "4-19700101T000640Z.evt: 400\n");
}

TEST_F(RecordFilesTest, NothingMakesNoFile) {
  Write({}, {.bytes = 100});
  EXPECT_EQ(Files(), "");
  EXPECT_EQ(RecordFiles::Open(directory_ / "no/such.evt", {.bytes = 1}).status().code(), StatusCode::kNotFound);
}

TEST_F(RecordFilesTest, NumbersGoOn) {
  Write({1}, {.bytes = 1});
  Write({2}, {.bytes = 1});
  EXPECT_EQ(Files(), "1-19700101T000001Z.evt: 1\n2-19700101T000002Z.evt: 2\n");
}

TEST_F(RecordFilesTest, WhatAKilledRunLeftIsTakenUp) {
  for (const char* file : {"events.evt", "events.evt.zst"}) {
    file_ = file;
    const std::string extension = file + std::string("events").size();
    Write({1, 2, 3}, {.bytes = 100'000}, 1, /*ends=*/false);
    const std::string part = directory_ / "events-000001-19700101T000001Z" + extension + ".part";
    ASSERT_TRUE(std::filesystem::exists(part));
    std::filesystem::resize_file(part, std::filesystem::file_size(part) - 3);
    {
      UniqueFd held(open(part.c_str(), O_RDONLY | O_CLOEXEC));
      ASSERT_EQ(flock(held.get(), LOCK_EX | LOCK_NB), 0);
      Write({}, {.bytes = 100'000});
      EXPECT_THAT(taken_up_, ElementsAre());  // its writer lives
    }
    Write({4}, {.bytes = 100'000});
    EXPECT_THAT(taken_up_, ElementsAre(directory_ / "events-000001-19700101T000001Z" + extension));
    EXPECT_EQ(Files(), "1-19700101T000001Z" + extension + ": 1 2\n2-19700101T000004Z" + extension + ": 4\n");
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path)) std::filesystem::remove(entry);
  }
  WriteFile(directory_ / "events-000007-19700101T000001Z.evt.zst.part", {});
  Write({5}, {.bytes = 100'000});
  EXPECT_THAT(taken_up_, ElementsAre());
  EXPECT_EQ(Files(), "8-19700101T000005Z.evt.zst: 5\n");
}

TEST_F(RecordFilesTest, CompressedFilesAreCutByWhatTheyHold) {
  file_ = "events.evt.zst";
  Write({1, 2, 3}, {.bytes = 2 * FrameAt(kNsPerSecond).size()});
  EXPECT_EQ(Files(), "1-19700101T000001Z.evt.zst: 1 2\n2-19700101T000003Z.evt.zst: 3\n");
}

}  // namespace
}  // namespace vexevt
