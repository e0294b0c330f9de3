#include "lib/capture/fanotify_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/fanotify.h>

#include <vector>

namespace vexevt {
namespace {

using ::testing::ElementsAre;

std::uint64_t Bits(std::initializer_list<EventType> types) {
  std::uint64_t bits = 0;
  for (EventType type : types) bits |= std::uint64_t{1} << (type & 0xff);
  return bits;
}

std::vector<EventType> Types(std::uint64_t mask) {
  TypeList list = TypesOf(mask);
  return {list.begin(), list.end()};
}

TEST(FanotifyTypesTest, MergedPartsHaveAFixedOrder) {
  EXPECT_THAT(
      Types(FAN_CREATE | FAN_DELETE | FAN_OPEN | FAN_OPEN_EXEC | FAN_ACCESS | FAN_MODIFY | FAN_ATTRIB |
            FAN_CLOSE_WRITE | FAN_CLOSE_NOWRITE),
      ElementsAre(kFsCreate, kFsOpen, kFsExec, kFsRead, kFsWrite, kFsAttrib, kFsCloseWrite, kFsClose, kFsDelete));
  EXPECT_THAT(Types(FAN_CREATE | FAN_DELETE | FAN_ONDIR), ElementsAre(kFsMkdir, kFsRmdir));
  EXPECT_THAT(Types(FAN_RENAME), ElementsAre(kFsRename));
  EXPECT_EQ(TypesOf(FAN_Q_OVERFLOW).count, 0U);
  EXPECT_LE(TypesOf(~std::uint64_t{0}).count, 12U);
}

TEST(FanotifyTypesTest, TheLeastMaskThatTellsAll) {
  EXPECT_EQ(MaskFor(0), 0U);
  EXPECT_EQ(MaskFor(Bits({kFsRmdir})), std::uint64_t{FAN_DELETE});
  EXPECT_EQ(MaskFor(Bits({kFsHardlink, kFsMoveIn})), std::uint64_t{FAN_CREATE | FAN_RENAME});
  // Every type that a mask gives is one for which the mask is asked.
  for (int bit = 0; bit < 32; ++bit) {
    std::uint64_t mask = std::uint64_t{1} << bit;
    if (mask == FAN_DELETE_SELF) continue;  // asked for by the mark of a directory, not by a type
    for (EventType type : Types(mask)) EXPECT_EQ(MaskFor(Bits({type})), mask) << type;
  }
}

}  // namespace
}  // namespace vexevt
