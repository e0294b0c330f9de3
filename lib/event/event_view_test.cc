#include "lib/event/event_view.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "lib/event/flatten.h"
#include "lib/event/testing/capnp_read.h"
#include "lib/event/testing/samples.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

// A copy that ends where the frame does, so that the address sanitizer sees a read beyond it.
struct Exact {
  std::size_t size;
  std::unique_ptr<std::uint64_t[]> words;
  explicit Exact(std::span<const std::byte> frame)
      : size(frame.size()), words(std::make_unique<std::uint64_t[]>(frame.size() / 8)) {
    std::memcpy(words.get(), frame.data(), size);
  }
  std::byte* data() { return reinterpret_cast<std::byte*>(words.get()); }
  std::span<const std::byte> bytes() const { return {reinterpret_cast<const std::byte*>(words.get()), size}; }
};

std::vector<std::vector<std::byte>> SampleFrames() {
  std::vector<std::vector<std::byte>> frames;
  for (const Event& event : SampleEvents()) AppendFrame(event, &frames.emplace_back());
  return frames;
}

// What Bind accepts, capnp reads, and the same. Returns whether it was accepted.
bool CheckAgreement(std::span<const std::byte> frame) {
  Exact exact(frame);
  EventView view;
  if (!EventView::Bind(exact.bytes(), &view)) return false;
  Event ours;
  Unpack(view, &ours);
  CapnpRead theirs(frame);
  EXPECT_TRUE(theirs.ok());
  EXPECT_TRUE(SameEvent(ours, theirs.event()));
  return true;
}

// One segment of `words`, as a frame.
std::vector<std::byte> FrameOfWords(std::span<const std::uint64_t> words) {
  std::vector<std::byte> frame(8 + words.size() * 8);
  Store<std::uint32_t>(frame.data() + 4, static_cast<std::uint32_t>(words.size()));
  std::memcpy(frame.data() + 8, words.data(), words.size() * 8);
  return frame;
}

constexpr std::uint64_t StructPointer(std::uint64_t offset, std::uint64_t data_words, std::uint64_t pointers) {
  return offset << 2 | data_words << 32 | pointers << 48;
}
constexpr std::uint64_t ListPointer(std::uint64_t offset, std::uint64_t element, std::uint64_t count) {
  return 1 | offset << 2 | element << 32 | count << 35;
}

TEST(EventView, SamplesAgreeWithCapnp) {
  for (const auto& frame : SampleFrames()) EXPECT_TRUE(CheckAgreement(frame));
}

TEST(EventView, EveryTruncationIsRefusedOrAgrees) {
  for (const auto& frame : SampleFrames()) {
    EventView view;
    for (std::size_t size = 0; size < frame.size(); size += 8) {
      Exact cut{std::span(frame).first(size)};
      EXPECT_FALSE(EventView::Bind(cut.bytes(), &view)) << size;
      if (size < 16) continue;
      Store<std::uint32_t>(cut.data() + 4, static_cast<std::uint32_t>(size / 8 - 1));
      CheckAgreement(cut.bytes());
    }
  }
}

TEST(EventView, EveryBitFlipIsRefusedOrAgrees) {
  std::size_t refused = 0, accepted = 0;
  for (const auto& frame : SampleFrames()) {
    std::vector<std::byte> flipped = frame;
    for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
      auto mask = static_cast<std::byte>(1 << (bit % 8));
      flipped[bit / 8] ^= mask;
      CheckAgreement(flipped) ? ++accepted : ++refused;
      flipped[bit / 8] ^= mask;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(refused, 0u);
  EXPECT_GT(accepted, 0u);
}

TEST(EventView, APointerBombIsRefused) {
  // 100 attributes whose keys are all the same 80 words.
  constexpr std::size_t kCount = 100, kBlobWords = 80;
  std::vector<std::uint64_t> words = {StructPointer(0, 0, layout::kPointers)};
  words.resize(1 + layout::kPointers);
  words.back() = ListPointer(0, 7, kCount);
  words.push_back(StructPointer(kCount, 0, 1));  // the list's tag
  for (std::size_t i = 0; i < kCount; ++i) words.push_back(ListPointer(kCount - i - 1, 2, kBlobWords * 8));
  words.resize(words.size() + kBlobWords);
  std::vector<std::byte> frame = FrameOfWords(words);
  EventView view;
  EXPECT_FALSE(EventView::Bind(frame, &view));
  // It is not endless, so capnp may read it; what it says is 64 kB.
  std::vector<std::byte> flat;
  ASSERT_TRUE(Flatten(frame, &flat).ok());
  EXPECT_GT(flat.size(), kCount * kBlobWords * 8);
  EXPECT_TRUE(CheckAgreement(flat));

  // 10,000 of 10,000 words each would be 800 MB.
  constexpr std::size_t kMany = 10'000;
  words.resize(1 + layout::kPointers);
  words.back() = ListPointer(0, 7, kMany);
  words.push_back(StructPointer(kMany, 0, 1));
  for (std::size_t i = 0; i < kMany; ++i) words.push_back(ListPointer(kMany - i - 1, 2, kMany * 8));
  words.resize(words.size() + kMany);
  frame = FrameOfWords(words);
  EXPECT_FALSE(EventView::Bind(frame, &view));
  EXPECT_EQ(Flatten(frame, &flat).code(), StatusCode::kDataLoss);
}

TEST(EventView, MillionsOfEmptyElementsAreRefused) {
  std::vector<std::uint64_t> words = {StructPointer(0, 0, layout::kPointers)};
  words.resize(1 + layout::kPointers);
  words[1 + layout::kCauses] = ListPointer(1, 7, 0);
  words.push_back(StructPointer((1 << 29) - 1, 0, 0));
  std::vector<std::byte> frame = FrameOfWords(words);
  EventView view;
  EXPECT_FALSE(EventView::Bind(frame, &view));
  std::vector<std::byte> flat;
  EXPECT_EQ(Flatten(frame, &flat).code(), StatusCode::kDataLoss);
}

TEST(EventView, APointerToItselfIsRefused) {
  // The context's session is a struct pointer that leads back to the root.
  std::vector<std::uint64_t> words = {StructPointer(0, 0, layout::kPointers)};
  words.resize(1 + layout::kPointers);
  words[1 + layout::kContext] = StructPointer(0x3fffffff - layout::kContext - 1, 0, layout::kPointers);
  EventView view;
  EXPECT_FALSE(EventView::Bind(FrameOfWords(words), &view));
}

TEST(MeasureFrame, AsksForWhatItNeeds) {
  std::vector<std::byte> frame(8);
  EXPECT_EQ(MeasureFrame(std::span(frame).first(7)).state, FrameState::kShort);
  auto measure = [&](std::uint32_t segments, std::uint32_t words) {
    Store<std::uint32_t>(frame.data(), segments);
    Store<std::uint32_t>(frame.data() + 4, words);
    return MeasureFrame(frame);
  };
  EXPECT_EQ(measure(0, 3).bytes, 32u);
  EXPECT_EQ(measure(0, kMaxFrameBytes / 8 - 1).bytes, kMaxFrameBytes);
  EXPECT_EQ(measure(0, kMaxFrameBytes / 8).state, FrameState::kTooLarge);
  EXPECT_EQ(measure(1, 3).state, FrameState::kShort);
  EXPECT_EQ(measure(1, 3).bytes, 16u);
  EXPECT_EQ(measure(kMaxSegments, 0).state, FrameState::kTooLarge);
  EXPECT_EQ(measure(0xffffffff, 0).state, FrameState::kTooLarge);
}

}  // namespace
}  // namespace vexevt
