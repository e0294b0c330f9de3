#include "lib/expr/condition.h"

#include <gtest/gtest.h>

#include "lib/event/encode.h"

namespace vexevt {
namespace {

const std::vector<std::string> kNames = {"read", "", "write"};

struct Frame {
  explicit Frame(const Event& event) {
    AppendFrame(event, &bytes);
    EXPECT_TRUE(EventView::Bind(bytes, &view));
  }
  std::vector<std::byte> bytes;
  EventView view;
};

Event Made(EventType type, std::string_view path, std::uint32_t pid, std::uint64_t size = 0) {
  Event event;
  event.type = type;
  event.pid = pid;
  event.payload = FsPayload{.path = path, .size = size};
  event.flags = kFlagStat;
  return event;
}

// What holds of `event` where each name stands for `earlier`.
bool Holds(std::string_view text, const Event& event, const Event& earlier) {
  std::vector<EarlierField> wanted;
  auto condition = Condition::Compile(text, "now", kNames, {}, &wanted);
  EXPECT_TRUE(condition.ok()) << condition.status().message();
  if (!condition.ok()) return false;
  const Frame frame(event), before(earlier);
  std::vector<FieldValue> values;
  for (const EarlierField& field : wanted) values.push_back(ReadEarlierField(before.view, field));
  return condition->MayHold(frame.view) && (!condition->relates() || condition->Relates(frame.view, values));
}

std::string ErrorOf(std::string_view text) {
  std::vector<EarlierField> wanted;
  return Condition::Compile(text, "now", kNames, {}, &wanted).status().message();
}

TEST(Condition, ComparesWithEarlierEvents) {
  const Event now = Made(kFsDelete, "/srv/a", 7, 10), same = Made(kFsOpen, "/srv/a", 7, 5),
              other = Made(kFsOpen, "/srv/b", 8, 50);
  EXPECT_TRUE(Holds("type = fs.delete and path = read.path", now, same));
  EXPECT_FALSE(Holds("type = fs.delete and path = read.path", now, other));
  EXPECT_FALSE(Holds("type = fs.open and path = read.path", now, same));
  EXPECT_TRUE(Holds("now.path = read.path and now.pid = write.pid", now, same));
  EXPECT_TRUE(Holds("pid != read.pid", now, other));
  EXPECT_TRUE(Holds("size > read.size", now, same));
  EXPECT_FALSE(Holds("size > read.size", now, other));
  EXPECT_TRUE(Holds("type = fs.open or not path = read.path or pid = read.pid", now, same));
  EXPECT_TRUE(Holds("pid in (read.pid, write.pid)", now, same));
  EXPECT_FALSE(Holds("pid not in (read.pid, write.pid)", now, same));
  EXPECT_TRUE(Holds("path under read.path", Made(kFsDelete, "/srv/a/b", 1), same));
  EXPECT_FALSE(Holds("path under read.path", Made(kFsDelete, "/srv/ab", 1), same));
}

TEST(Condition, WithoutEarlierFieldsIsAnExpression) {
  std::vector<EarlierField> wanted;
  auto condition = Condition::Compile("type = fs.open and path = /srv/read.path", "", kNames, {}, &wanted);
  ASSERT_TRUE(condition.ok()) << condition.status().message();
  EXPECT_FALSE(condition->relates());
  EXPECT_TRUE(wanted.empty());
}

TEST(Condition, QuotedTextIsNoEarlierField) {
  const Event event = Made(kFsOpen, "read.path", 1);
  EXPECT_TRUE(Holds("path = \"read.path\"", event, Made(kFsOpen, "/x", 1)));
}

TEST(Condition, AbsentFieldsAreAsForSingleEvents) {
  Event bare;
  bare.type = kFsOpen;
  EXPECT_FALSE(Holds("path = read.path", bare, bare));
  EXPECT_TRUE(Holds("path != read.path", bare, bare));
  EXPECT_FALSE(Holds("path < read.path", bare, bare));
}

TEST(Condition, AttributesHaveTheirOwnTypes) {
  Event with = Made(kFsOpen, "/a", 1), without = with;
  with.attributes = {{"n", std::int64_t{1}}};
  without.attributes = {{"n", AttributeText{"1"}}};
  EXPECT_TRUE(Holds("attr.n = read.attr.n", with, with));
  EXPECT_FALSE(Holds("attr.n = read.attr.n", with, without));
  EXPECT_TRUE(Holds("pid = read.attr.n", with, with));
}

TEST(Condition, SaysWhatCannotBe) {
  EXPECT_EQ(ErrorOf("path = read.pth"), "8: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorOf("path = read.pid"), "8: 'path' can never compare with 'read.pid': they are of different kinds");
  EXPECT_EQ(ErrorOf("type < read.type"), "6: 'type' has no '<'");
  EXPECT_EQ(ErrorOf("pth = read.path"), "1: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorOf("pid in (read.pid, 7)"), "19: a list has fields of earlier events, or values, but not both");
  EXPECT_TRUE(ErrorOf("path glob read.path").starts_with("6: 'glob' takes a value"));
}

}  // namespace
}  // namespace vexevt
