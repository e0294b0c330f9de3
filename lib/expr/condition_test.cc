#include "lib/expr/condition.h"

#include <gtest/gtest.h>

#include "lib/event/encode.h"

namespace vexevt {
namespace {

const std::vector<std::string> kNames = {"read", "", "write"};

struct BoundFrame {
  explicit BoundFrame(const Event& event) {
    AppendFrame(event, &bytes);
    EXPECT_TRUE(EventView::Bind(bytes, &view));
  }
  std::vector<std::byte> bytes;
  EventView view;
};

Event FileEvent(EventType type, std::string_view path, std::uint32_t pid, std::uint64_t size = 0) {
  Event event;
  event.type = type;
  event.pid = pid;
  event.payload = FsPayload{.path = path, .size = size};
  event.flags = kFlagStat;
  return event;
}

// What holds of `event` where each name stands for `earlier`.
bool HoldsBeside(std::string_view text, const Event& event, const Event& earlier) {
  std::vector<EarlierField> wanted;
  auto condition = Condition::Compile(text, "now", kNames, {}, &wanted);
  EXPECT_TRUE(condition.ok()) << condition.status().message();
  if (!condition.ok()) return false;
  const BoundFrame frame(event), before(earlier);
  std::vector<FieldValue> values;
  for (const EarlierField& field : wanted) values.push_back(ReadEarlierField(before.view, field));
  return condition->MayHold(frame.view) && (!condition->relates() || condition->Relates(frame.view, values));
}

std::string ErrorIn(std::string_view text) {
  std::vector<EarlierField> wanted;
  return Condition::Compile(text, "now", kNames, {}, &wanted).status().message();
}

TEST(Condition, ComparesWithEarlierEvents) {
  const Event now = FileEvent(kFsDelete, "/srv/a", 7, 10), same = FileEvent(kFsOpen, "/srv/a", 7, 5),
              other = FileEvent(kFsOpen, "/srv/b", 8, 50);
  EXPECT_TRUE(HoldsBeside("type = fs.delete and path = read.path", now, same));
  EXPECT_FALSE(HoldsBeside("type = fs.delete and path = read.path", now, other));
  EXPECT_FALSE(HoldsBeside("type = fs.open and path = read.path", now, same));
  EXPECT_TRUE(HoldsBeside("now.path = read.path and now.pid = write.pid", now, same));
  EXPECT_TRUE(HoldsBeside("pid != read.pid", now, other));
  EXPECT_TRUE(HoldsBeside("size > read.size", now, same));
  EXPECT_FALSE(HoldsBeside("size > read.size", now, other));
  EXPECT_TRUE(HoldsBeside("type = fs.open or not path = read.path or pid = read.pid", now, same));
  EXPECT_TRUE(HoldsBeside("pid in (read.pid, write.pid)", now, same));
  EXPECT_FALSE(HoldsBeside("pid not in (read.pid, write.pid)", now, same));
  EXPECT_TRUE(HoldsBeside("path under read.path", FileEvent(kFsDelete, "/srv/a/b", 1), same));
  EXPECT_FALSE(HoldsBeside("path under read.path", FileEvent(kFsDelete, "/srv/ab", 1), same));
}

TEST(Condition, WithoutEarlierFieldsIsAnExpression) {
  std::vector<EarlierField> wanted;
  auto condition = Condition::Compile("type = fs.open and path = /srv/read.path", "", kNames, {}, &wanted);
  ASSERT_TRUE(condition.ok()) << condition.status().message();
  EXPECT_FALSE(condition->relates());
  EXPECT_TRUE(wanted.empty());
}

TEST(Condition, QuotedTextIsNoEarlierField) {
  const Event event = FileEvent(kFsOpen, "read.path", 1);
  EXPECT_TRUE(HoldsBeside("path = \"read.path\"", event, FileEvent(kFsOpen, "/x", 1)));
}

TEST(Condition, AbsentFieldsAreAsForSingleEvents) {
  Event bare;
  bare.type = kFsOpen;
  EXPECT_FALSE(HoldsBeside("path = read.path", bare, bare));
  EXPECT_TRUE(HoldsBeside("path != read.path", bare, bare));
  EXPECT_FALSE(HoldsBeside("path < read.path", bare, bare));
}

TEST(Condition, AttributesHaveTheirOwnTypes) {
  Event with = FileEvent(kFsOpen, "/a", 1), without = with;
  with.attributes = {{"n", std::int64_t{1}}};
  without.attributes = {{"n", AttributeText{"1"}}};
  EXPECT_TRUE(HoldsBeside("attr.n = read.attr.n", with, with));
  EXPECT_FALSE(HoldsBeside("attr.n = read.attr.n", with, without));
  EXPECT_TRUE(HoldsBeside("pid = read.attr.n", with, with));
}

TEST(Condition, SaysWhatCannotBe) {
  EXPECT_EQ(ErrorIn("path = read.pth"), "8: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorIn("path = read.pid"), "8: 'path' can never compare with 'read.pid': they are of different kinds");
  EXPECT_EQ(ErrorIn("type < read.type"), "6: 'type' has no '<'");
  EXPECT_EQ(ErrorIn("pth = read.path"), "1: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorIn("pid in (read.pid, 7)"), "19: a list has fields of earlier events, or values, but not both");
  EXPECT_TRUE(ErrorIn("path glob read.path").starts_with("6: 'glob' takes a value"));
}

}  // namespace
}  // namespace vexevt
