#include "lib/base/packing.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(Packing, GivesBackWhatWasPut) {
  Packer packer;
  packer.Put(std::uint64_t{7});
  packer.Put(true);
  packer.Put(-1.5);
  packer.PutText("abc");
  packer.PutText("");
  Unpacker unpacker(packer.bytes());
  EXPECT_EQ(unpacker.Get<std::uint64_t>(), 7u);
  EXPECT_TRUE(unpacker.Get<bool>());
  EXPECT_EQ(unpacker.Get<double>(), -1.5);
  EXPECT_EQ(unpacker.GetText(), "abc");
  EXPECT_EQ(unpacker.GetText(), "");
  EXPECT_TRUE(unpacker.done());
}

TEST(Packing, FillsInWhatIsKnownLater) {
  Packer packer;
  const std::size_t hash = packer.Leave(), text = packer.Leave();
  packer.PutRaw("abc");
  packer.EndText(text);
  packer.Fill(hash, 7);
  Unpacker unpacker(packer.bytes());
  EXPECT_EQ(unpacker.Get<std::uint64_t>(), 7u);
  EXPECT_EQ(unpacker.GetText(), "abc");
  EXPECT_TRUE(unpacker.done());
}

TEST(Packing, FailsBeyondTheEndAndStaysSo) {
  Packer packer;
  packer.PutText("abc");
  for (std::size_t cut = 0; cut < packer.bytes().size(); ++cut) {
    Unpacker unpacker(std::string_view(packer.bytes()).substr(0, cut));
    EXPECT_EQ(unpacker.GetText(), "");
    EXPECT_FALSE(unpacker.ok());
    EXPECT_EQ(unpacker.Get<std::uint8_t>(), 0);
  }
}

TEST(Packing, ACountIsOfWhatThereIsRoomFor) {
  Packer packer;
  packer.PutCount(3);
  packer.Put(std::uint64_t{0});
  packer.Put(std::uint64_t{0});
  EXPECT_EQ(Unpacker(packer.bytes()).GetCount(8), 0u);
  EXPECT_EQ(Unpacker(packer.bytes()).GetCount(4), 3u);
}

TEST(Packing, VarintsAreShortAndComeBack) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, kMost >> 1, kMost}) {
    Packer packer;
    packer.PutVarint(value);
    EXPECT_EQ(packer.bytes().size(), value < 128 ? 1u : value == 128 ? 2u : value == kMost ? 10u : 9u);
    Unpacker unpacker(packer.bytes());
    EXPECT_EQ(unpacker.GetVarint(), value);
    EXPECT_TRUE(unpacker.done());
  }
}

TEST(Packing, VarintsThatAreTooLongOrTooLargeFail) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view bytes :
       {""sv, "\x80"sv, "\x80\x00"sv, "\xff\x80\x00"sv, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv,
        "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x00"sv}) {
    Unpacker unpacker(bytes);
    EXPECT_EQ(unpacker.GetVarint(), 0u);
    EXPECT_FALSE(unpacker.ok());
  }
}

TEST(Packing, WhatIsLeftIsNotDone) {
  Unpacker unpacker("x");
  EXPECT_TRUE(unpacker.ok());
  EXPECT_FALSE(unpacker.done());
}

}  // namespace
}  // namespace vexevt
