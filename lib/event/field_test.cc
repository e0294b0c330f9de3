#include "lib/event/field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lib/event/encode.h"
#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

struct Bound {
  std::vector<std::byte> frame;
  EventView view;
  explicit Bound(const Event& event) {
    AppendFrame(event, &frame);
    EXPECT_TRUE(EventView::Bind(frame, &view));
  }
  FieldValue Get(std::string_view name) const { return ReadField(view, *FindField(name)); }
};

constexpr FieldValue kNone = std::monostate{};
FieldValue Number(std::uint64_t value) { return value; }
FieldValue Text(std::string_view value) { return value; }

TEST(Field, NamesAreUniqueAndFound) {
  std::set<std::string_view> names;
  for (const Field& field : AllFields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_EQ(FindField(field.name), &field);
    EXPECT_FALSE(field.meaning.empty()) << field.name;
  }
  EXPECT_EQ(FindField("pth"), nullptr);
  EXPECT_EQ(NearestField("pth"), "path");
  EXPECT_EQ(NearestField("qqqqqqqq"), "");
  EXPECT_EQ(NearestField("collection"), "vector.collection");
}

TEST(Field, ARenameGivesAllThatWasPutIn) {
  Bound rename(SampleEvents()[2]);
  EXPECT_EQ(rename.Get("id"), FieldValue(Wide{0x0123456789abcdef, 43}));
  EXPECT_EQ(rename.Get("seq"), Number(43));
  EXPECT_EQ(rename.Get("type"), Number(kFsRename));
  EXPECT_EQ(rename.Get("boundary"), Number(1));
  EXPECT_EQ(rename.Get("uid"), Number(1000));
  EXPECT_EQ(rename.Get("tid"), Number(4712));
  EXPECT_EQ(rename.Get("comm"), Text("cc1plus"));
  EXPECT_EQ(rename.Get("path"), Text("/srv/\xff\n\"old"));
  EXPECT_EQ(rename.Get("path2"), Text("/srv/new"));
  EXPECT_EQ(rename.Get("name"), Text("\xff\n\"old"));
  EXPECT_EQ(rename.Get("dir"), Text("/srv"));
  EXPECT_EQ(rename.Get("ext"), kNone);
  EXPECT_EQ(rename.Get("xattr"), Text("user.tag"));
  EXPECT_EQ(rename.Get("inode"), Number(7));
  EXPECT_EQ(rename.Get("size"), Number(1));
  EXPECT_EQ(rename.Get("offset"), Number(2));
  EXPECT_EQ(rename.Get("length"), Number(3));
  EXPECT_EQ(rename.Get("device"), Number(4));
  EXPECT_EQ(rename.Get("generation"), Number(5));
  EXPECT_EQ(rename.Get("mount"), Number(6));
  EXPECT_EQ(rename.Get("openflags"), Number(0x8000));
  EXPECT_EQ(rename.Get("mode"), Number(0100600));
  EXPECT_EQ(rename.Get("result"), FieldValue(std::int64_t{2}));
  EXPECT_EQ(rename.Get("latency"), Number(1500));
  EXPECT_EQ(rename.Get("cgroup"), Text("/system.slice/docker-1.scope"));
  EXPECT_EQ(rename.Get("tenant"), Text("acme"));
  EXPECT_EQ(rename.Get("session"), Text("session-9"));
  EXPECT_EQ(rename.Get("transaction"), Text("tx-1"));
  EXPECT_EQ(rename.Get("trace"), FieldValue(Wide{1, 2}));
  EXPECT_EQ(rename.Get("span"), Number(3));
  EXPECT_EQ(rename.Get("directory"), FieldValue(false));
}

TEST(Field, PayloadsDoNotAliasEachOther) {
  // The payloads share the same words and pointers of the frame: a field of another payload must not show through.
  for (const Event& event : SampleEvents()) {
    Bound bound(event);
    for (const Field& field : AllFields()) {
      if (field.payload != kAnyPayload && field.payload != event.payload.index()) {
        EXPECT_EQ(ReadField(bound.view, field), kNone) << field.name << " of " << TypeName(event.type);
      }
    }
  }
}

TEST(Field, EveryPayloadFieldIsReadFromItsPlace) {
  std::set<std::string_view> seen;
  for (const Event& event : SampleEvents()) {
    Bound bound(event);
    for (const Field& field : AllFields()) {
      if (ReadField(bound.view, field) != kNone) seen.insert(field.name);
    }
  }
  // What no sample has a value for.
  seen.insert({"observability.message"});
  for (const Field& field : AllFields()) EXPECT_TRUE(seen.contains(field.name)) << field.name;
}

TEST(Field, WhatIsNotKnownIsNotZero) {
  Bound empty{Event{}};
  for (std::string_view name : {"pid", "uid", "size", "time", "comm", "path", "id", "tid", "latency", "hlc"}) {
    EXPECT_EQ(empty.Get(name), kNone) << name;
  }
  Event root;
  root.flags = kFlagCredentials | kFlagStat;
  root.payload = FsPayload{.path = "/x"};
  Bound bound(root);
  EXPECT_EQ(bound.Get("uid"), Number(0));
  EXPECT_EQ(bound.Get("size"), Number(0));
}

TEST(Field, PathsComeApart) {
  EXPECT_EQ(PathName("/a/b.tar.gz"), "b.tar.gz");
  EXPECT_EQ(PathDir("/a/b.tar.gz"), "/a");
  EXPECT_EQ(PathExt("/a/b.tar.gz"), "gz");
  EXPECT_EQ(PathDir("/a"), "/");
  EXPECT_EQ(PathName("/a/"), "");
  EXPECT_EQ(PathDir("a"), "");
  EXPECT_EQ(PathExt("/a.d/b"), "");
  EXPECT_EQ(PathExt("/.bashrc"), "");
  EXPECT_EQ(PathExt("/a."), "");
}

TEST(Field, NamesOfEnumsAreRead) {
  EXPECT_EQ(ParseBoundary("fuse"), Boundary::kFuse);
  EXPECT_EQ(BoundaryName(Boundary::kRemote), "remote");
  EXPECT_EQ(BoundaryName(static_cast<Boundary>(99)), "");
  EXPECT_EQ(ParsePriority("background"), Priority::kBackground);
  EXPECT_EQ(ParsePriority("urgent"), std::nullopt);
  EXPECT_GT(Urgency(Priority::kCritical), Urgency(Priority::kHigh));
  EXPECT_GT(Urgency(Priority::kNormal), Urgency(Priority::kLow));
  EXPECT_EQ(Urgency(static_cast<Priority>(99)), Urgency(Priority::kNormal));
}

}  // namespace
}  // namespace vexevt
