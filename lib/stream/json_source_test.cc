#include "lib/stream/json_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/event/json_write.h"
#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

// Gives a text in pieces of `piece` bytes; after each it is ready only when told so.
class Pieces final : public ByteSource {
 public:
  Pieces(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  Result<std::size_t> Read(std::span<std::byte> to) override {
    std::size_t size = std::min({to.size(), piece_, text_.size() - at_});
    std::ranges::copy(AsBytes(text_).subspan(at_, size), to.begin());
    at_ += size;
    ready_ -= std::min<std::size_t>(ready_, 1);
    return size;
  }
  bool Ready() override { return ready_ > 0; }
  void AddPolls(std::vector<pollfd>*) const override {}
  std::size_t ready_ = 0;

 private:
  std::string text_;
  std::size_t piece_, at_ = 0;
};

struct Samples {
  std::string lines;
  std::vector<std::byte> frames;
  Samples() {
    for (const Event& event : SampleEvents()) {
      std::vector<std::byte> frame;
      AppendFrame(event, &frame);
      EventView view;
      EXPECT_TRUE(EventView::Bind(frame, &view));
      AppendJson(view, &lines);
      frames.insert(frames.end(), frame.begin(), frame.end());
    }
  }
};

// All that the source gives before its end or its failure.
Status ReadAll(JsonSource* source, std::size_t room, std::vector<std::byte>* out) {
  std::vector<std::byte> buffer(room);
  for (;;) {
    auto got = source->Read(buffer);
    if (!got.ok()) return std::move(got).status();
    if (*got == 0) return {};
    out->insert(out->end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*got));
  }
}

TEST(JsonSourceTest, GivesTheFramesHoweverTheTextIsCut) {
  Samples samples;
  for (std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, std::size_t{1} << 20}) {
    for (std::size_t room : {std::size_t{1}, std::size_t{100}, std::size_t{100'000}}) {
      JsonSource source(std::make_unique<Pieces>(samples.lines, piece), "x");
      std::vector<std::byte> out;
      EXPECT_TRUE(ReadAll(&source, room, &out).ok());
      EXPECT_EQ(out, samples.frames) << piece << " " << room;
    }
  }
}

TEST(JsonSourceTest, TakesBlankLinesAndALastLineWithoutItsEnd) {
  JsonSource source(std::make_unique<Pieces>("\n{\"type\":\"fs.open\"}\r\n\n{\"type\":\"fs.open\"}", 1000), "x");
  std::vector<std::byte> out, one;
  Event event;
  event.type = kFsOpen;
  AppendFrame(event, &one);
  EXPECT_TRUE(ReadAll(&source, 1000, &out).ok());
  EXPECT_EQ(out.size(), 2 * one.size());
}

TEST(JsonSourceTest, FailsAfterWhatCameBefore) {
  Samples samples;
  JsonSource source(std::make_unique<Pieces>(samples.lines + "{\"type\":1}\n" + samples.lines, 1 << 20), "a.json");
  std::vector<std::byte> out;
  Status status = ReadAll(&source, 1 << 16, &out);
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_EQ(status.message(),
            "a.json: line " + std::to_string(SampleEvents().size() + 1) + ": 'type' is 1: not the name of a type");
  EXPECT_EQ(out, samples.frames);
  EXPECT_FALSE(ReadAll(&source, 1 << 16, &out).ok()) << "for good";
}

TEST(JsonSourceTest, RefusesEventsLargerThanAFrame) {
  std::string line = "{\"type\":\"fs.open\",\"path\":\"" + std::string(kMaxFrameBytes, 'x') + "\"}";
  JsonSource source(std::make_unique<Pieces>(line, 1 << 20), "x");
  std::vector<std::byte> out;
  EXPECT_THAT(ReadAll(&source, 100, &out).message(), testing::StartsWith("x: line 1: the event is larger"));
  JsonSource endless(std::make_unique<Pieces>(std::string(JsonSource::kMaxLineBytes + 1, ' '), 1 << 20), "x");
  EXPECT_THAT(ReadAll(&endless, 100, &out).message(), testing::StartsWith("x: line 1: longer than"));
}

// Enough for several threads, which may end in any order.
TEST(JsonSourceTest, KeepsTheOrderAndTheNumbersOfManyLines) {
  std::string text;
  std::vector<std::byte> frames;
  Event event;
  event.type = kFsOpen;
  std::uint32_t pid = 0;
  while (text.size() < std::size_t{3} << 20) {
    event.pid = ++pid;
    AppendFrame(event, &frames);
    text += "{\"type\":\"fs.open\",\"pid\":" + std::to_string(pid) + "}\n";
  }
  auto pieces = std::make_unique<Pieces>(text + "nonsense\n" + text, 100'000);
  pieces->ready_ = 1000;
  JsonSource source(std::move(pieces), "x");
  std::vector<std::byte> out;
  Status status = ReadAll(&source, 1 << 16, &out);
  EXPECT_THAT(status.message(), testing::StartsWith("x: line " + std::to_string(pid + 1) + ": not JSON"));
  EXPECT_EQ(out, frames);
}

// A text that is replaced by another in the middle of a line.
class Replaced final : public ByteSource {
 public:
  Result<std::size_t> Read(std::span<std::byte> to) override {
    constexpr std::string_view kTexts[] = {"{\"type\":\"fs.open\"}\n{\"ty", "{\"type\":\"fs.close\"}\n", ""};
    const std::string_view text = kTexts[reads_++];
    std::ranges::copy(AsBytes(text), to.begin());
    return text.size();
  }
  bool Ready() override { return reads_ < 3; }
  void AddPolls(std::vector<pollfd>*) const override {}
  std::string TakeBreak() override { return reads_ == 2 ? "truncated" : ""; }

 private:
  int reads_ = 0;
};

TEST(JsonSourceTest, TellsOfABreakWithTheFirstFrameBehindIt) {
  JsonSource source(std::make_unique<Replaced>(), "x");
  std::vector<std::byte> buffer(1000);
  auto type_of_next = [&]() -> EventType {
    auto got = source.Read(buffer);
    EventView event;
    if (!got.ok() || !EventView::Bind(std::span(buffer).first(*got), &event)) return 0;
    return event.type();
  };
  EXPECT_EQ(type_of_next(), kFsOpen);
  EXPECT_EQ(source.TakeBreak(), "");
  EXPECT_EQ(type_of_next(), kFsClose);
  EXPECT_EQ(source.TakeBreak(), "truncated within a line");
  EXPECT_EQ(*source.Read(buffer), 0u);
}

TEST(JsonSourceTest, IsReadyOnceALineIsWhole) {
  auto pieces = std::make_unique<Pieces>("{\"type\":\"fs.open\"}\n", 10);
  Pieces* text = pieces.get();
  JsonSource source(std::move(pieces), "x");
  EXPECT_FALSE(source.Ready());
  text->ready_ = 1;
  EXPECT_FALSE(source.Ready());
  text->ready_ = 1;
  EXPECT_TRUE(source.Ready());
}

}  // namespace
}  // namespace vexevt
