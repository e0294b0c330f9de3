#include "lib/stream/barrier.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <vector>

#include "lib/event/encode.h"
#include "lib/event/type.h"

namespace vexevt {
namespace {

constexpr std::string_view kToken = "0123456789abcdef0123456789abcdef";

std::string TokenOf(const Attribute& attribute) {
  Event event;
  event.type = kVexevtBarrier;
  event.attributes = {{"other", true}, attribute};
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  return std::string(BarrierToken(view));
}

TEST(BarrierTest, OnlyTokensOfOurFormAreTaken) {
  EXPECT_EQ(TokenOf({"token", AttributeText{kToken}}), kToken);
  EXPECT_EQ(TokenOf({"tokens", AttributeText{kToken}}), "");
  EXPECT_EQ(TokenOf({"token", AttributeBytes{kToken}}), "");
  EXPECT_EQ(TokenOf({"token", std::int64_t{7}}), "");
  EXPECT_EQ(TokenOf({"token", AttributeText{kToken.substr(1)}}), "");
  EXPECT_EQ(TokenOf({"token", AttributeText{std::string(kToken) + "0"}}), "");
  EXPECT_EQ(TokenOf({"token", AttributeText{"0123456789abcdef0123456789abcdeF"}}), "");
  EXPECT_EQ(TokenOf({"token", AttributeText{"0123456789abcdef/../456789abcdef"}}), "");
}

TEST(BarrierTest, OneEnd) {
  auto wait = BarrierWait::Start();
  ASSERT_TRUE(wait.ok()) << wait.status().message();
  EXPECT_TRUE(IsBarrierToken(wait->token()));
  EXPECT_FALSE(wait->Receive());
  AcknowledgeBarrier(wait->token());
  pollfd ready{wait->fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&ready, 1, 0), 1);
  EXPECT_TRUE(wait->Receive());
}

TEST(BarrierTest, ManyEndsAreAllWaitedFor) {
  auto wait = BarrierWait::Start();
  ASSERT_TRUE(wait.ok());
  DivideBarrier(wait->token(), 1);
  DivideBarrier(wait->token(), 3);
  AcknowledgeBarrier(wait->token());
  EXPECT_FALSE(wait->Receive());
  DivideBarrier(wait->token(), 2);
  AcknowledgeBarrier(wait->token());
  AcknowledgeBarrier(wait->token());
  EXPECT_FALSE(wait->Receive());
  EXPECT_EQ(wait->ends(), 4u);
  EXPECT_EQ(wait->acknowledged(), 3u);
  DivideBarrier(wait->token(), 0);
  EXPECT_TRUE(wait->Receive());
}

TEST(BarrierTest, WhoKnowsOnlyTheSocketsNameCannotAcknowledge) {
  auto wait = BarrierWait::Start();
  ASSERT_TRUE(wait.ok());
  std::string guess = wait->token().substr(0, 16) + "00000000000000ff";
  ASSERT_NE(guess, wait->token());
  AcknowledgeBarrier(guess);
  EXPECT_FALSE(wait->Receive());
}

TEST(BarrierTest, NobodyWaits) {
  AcknowledgeBarrier(kToken);
  AcknowledgeBarrier("");
  DivideBarrier("x", 2);
}

}  // namespace
}  // namespace vexevt
