#include "lib/event/event_id.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

TEST(EventId, IsReadAsItIsWritten) {
  EventId id{0x0123456789abcdef, 7};
  EXPECT_EQ(PrintEventId(id), "0123456789abcdef0000000000000007");
  EXPECT_EQ(*ParseEventId(PrintEventId(id)), id);
  EXPECT_EQ(*ParseEventId("0123456789ABCDEF0000000000000007"), id);
}

TEST(EventId, AnythingElseIsRefused) {
  for (std::string_view text : {"", "7", "0123456789abcdef000000000000000", "0123456789abcdef00000000000000070",
                                "0123456789abcdef000000000000000g", "-123456789abcdef0000000000000007"}) {
    EXPECT_EQ(ParseEventId(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace vexevt
