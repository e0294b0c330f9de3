#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "lib/base/bytes.h"
#include "lib/io/testing/memory.h"
#include "lib/io/zstd_sink.h"
#include "lib/io/zstd_source.h"
#include "lib/io/zstd_walk.h"

namespace vexevt {
namespace {

using Bytes = std::vector<std::byte>;
using testing::HasSubstr;

// Text that compresses as events do: words that come again.
Bytes Text(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  Bytes bytes;
  while (bytes.size() < size) {
    std::string word = "/srv/build/module_" + std::to_string(random() % 997) + " ";
    bytes.insert(bytes.end(), AsBytes(word).begin(), AsBytes(word).end());
  }
  bytes.resize(size);
  return bytes;
}

// `text`, written in pieces of `piece` bytes. The length of the output after each goes to *ends.
Bytes Compressed(std::span<const std::byte> text, std::size_t piece, std::vector<std::size_t>* ends = nullptr) {
  Bytes bytes;
  ZstdSink sink(std::make_unique<MemorySink>(&bytes));
  while (!text.empty()) {
    std::size_t size = std::min(piece, text.size());
    EXPECT_TRUE(sink.Write(text.first(size)).ok());
    text = text.subspan(size);
    if (ends != nullptr) ends->push_back(bytes.size());
  }
  EXPECT_TRUE(sink.Close().ok());
  return bytes;
}

std::pair<Bytes, std::string> Decompressed(std::span<const std::byte> bytes,
                                           std::vector<std::size_t> pieces = {1 << 20}) {
  ZstdSource source(std::make_unique<MemorySource>(bytes, std::move(pieces)), "x");
  return ReadAll(source);
}

Bytes Joined(std::initializer_list<std::span<const std::byte>> parts) {
  Bytes bytes;
  for (auto part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

TEST(Zstd, WhatIsWrittenIsRead) {
  for (std::size_t size : {0u, 1u, 100u, 128u << 10, 1u << 20, 5'000'001u}) {
    Bytes text = Text(size), bytes = Compressed(text, 65'000);
    EXPECT_TRUE(IsZstd(bytes));
    EXPECT_LT(bytes.size(), size / 3 + 40);
    EXPECT_EQ(Decompressed(bytes), std::pair(text, std::string())) << size;
    EXPECT_EQ(Decompressed(bytes, {1, 3, 4096}), std::pair(text, std::string())) << size;
  }
}

TEST(Zstd, FilesAreJoinedAsStreamsAre) {
  Bytes a = Text(3'000'000), b = Text(10, 2), none;
  Bytes joined = Joined({Compressed(a, 1000), Compressed(none, 1), Compressed(b, 1000)});
  EXPECT_EQ(Decompressed(joined), std::pair(Joined({a, b}), std::string()));
  // Frames to be skipped, as pzstd writes them; one of them is empty.
  Bytes skipped =
      Joined({AsBytes(std::string_view("\x50\x2a\x4d\x18\3\0\0\0abc\x5f\x2a\x4d\x18\0\0\0\0", 19)), joined});
  EXPECT_EQ(Decompressed(skipped, {1}), std::pair(Joined({a, b}), std::string()));
}

TEST(Zstd, OtherBytesPassAsTheyAre) {
  for (std::string_view text : {"", "(", "(\xb5/", "P", "\x28\xb5\x2f\xfc more", "{\"type\":1}\n", "no zstd"}) {
    EXPECT_EQ(Decompressed(AsBytes(text), {1}),
              std::pair(Bytes(AsBytes(text).begin(), AsBytes(text).end()), std::string()));
  }
  Bytes text = Text(1'000'000);
  EXPECT_EQ(Decompressed(text, {300'000, 1}), std::pair(text, std::string()));
}

TEST(Zstd, WhatWasWrittenIsReadBeforeTheEnd) {
  Bytes text = Text(2'500'000);
  std::vector<std::size_t> ends;
  Bytes bytes = Compressed(text, 70'000, &ends);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    auto [got, error] = Decompressed(std::span(bytes).first(ends[i]));
    EXPECT_EQ(error, "");
    EXPECT_EQ(got.size(), std::min<std::size_t>(text.size(), 70'000 * (i + 1)));
  }
}

// Where it is cut: all blocks before are given, and then an error, unless it is where a write ended.
TEST(Zstd, ACutLosesAtMostOneBlock) {
  Bytes text = Text(400'000);
  std::vector<std::size_t> ends = {0};
  Bytes bytes = Compressed(text, 50'000, &ends);
  for (std::size_t cut = 4; cut < bytes.size(); cut += 7) {
    auto [got, error] = Decompressed(std::span(bytes).first(cut), {977});
    auto whole = std::ranges::upper_bound(ends, cut) - ends.begin() - 1;
    ASSERT_TRUE(std::equal(got.begin(), got.end(), text.begin())) << cut;
    ASSERT_GE(got.size(), std::min<std::size_t>(text.size(), static_cast<std::size_t>(whole) * 50'000)) << cut;
    if (error.empty()) {
      ASSERT_EQ(got.size() % 50'000, 0u) << cut;
    } else {
      ASSERT_THAT(error, HasSubstr("x: the zstd data is cut off behind offset "));
    }
  }
  EXPECT_EQ(Decompressed(std::span(bytes).first(bytes.size() - 1)).second,
            "x: the zstd data is cut off behind offset " + std::to_string(bytes.size() - 3));
}

TEST(Zstd, DamageIsToldAfterTheBlocksBeforeIt) {
  Bytes text = Text(400'000);
  std::vector<std::size_t> ends = {0};
  Bytes bytes = Compressed(text, 50'000, &ends);
  Bytes damaged = bytes;
  std::size_t block = ends[3];
  for (std::size_t at = block; at < block + 3; ++at) damaged[at] = std::byte{0xff};
  auto [got, error] = Decompressed(damaged);
  EXPECT_EQ(got, Bytes(text.begin(), text.begin() + 150'000));
  EXPECT_EQ(error, "x: the zstd data is damaged behind offset " + std::to_string(block) + ": no block begins there");
  // Anywhere else, whatever comes of it: no more than was there, and never a crash.
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    damaged = bytes;
    damaged[random() % bytes.size()] ^= static_cast<std::byte>(1 + random() % 255);
    Decompressed(damaged, {1 + random() % 5000});
  }
}

TEST(Zstd, AWrongChecksumIsToldAfterAllOfItsFrame) {
  // One block, as it is, with "abc" in it, and a checksum that it has not.
  auto frame = std::string_view("\x28\xb5\x2f\xfd\x04\x58\x19\0\0abc\0\0\0\0", 16);
  for (std::size_t piece : {1u, 16u}) {
    auto [got, error] = Decompressed(AsBytes(frame), {piece});
    EXPECT_EQ(AsText(got), "abc");
    EXPECT_EQ(error, "x: the zstd data is damaged behind offset 12: Restored data doesn't match checksum");
  }
  EXPECT_EQ(Decompressed(AsBytes(frame.substr(0, 12))).second, "x: the zstd data is cut off behind offset 12");
}

TEST(Zstd, AWindowThatIsTooLargeIsRefused) {
  // A frame that asks for a window of 16 MiB: exponent 14 in the upper five bits (RFC 8878, 3.1.1.1.2).
  auto frame = std::string_view("\x28\xb5\x2f\xfd\0\x70\1\0\0", 9);
  EXPECT_EQ(Decompressed(AsBytes(frame)).second, "x: the zstd data at offset 0 needs a window of more than 8 MiB");
}

}  // namespace
}  // namespace vexevt
