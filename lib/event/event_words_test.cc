#include "lib/event/event_words.h"

#include <gtest/gtest.h>

#include "lib/base/clock.h"
#include "lib/event/encode.h"
#include "lib/event/field.h"

namespace vexevt {
namespace {

std::string ErrorOf(std::string_view type, std::vector<std::string> words) {
  auto written = ReadEventWords(type, words);
  EXPECT_FALSE(written.ok());
  if (written.ok()) return "";
  EXPECT_EQ(written.status().code(), StatusCode::kInvalidArgument);
  return written.status().message();
}

TEST(EventWords, TypedFieldsOfAPayload) {
  std::vector<std::string> words = {"vector.collection=docs", "vector.k=10",   "vector.score=0.5", "attr.team=ml",
                                    "attr.tries=-3",          "attr.ratio=.5", "attr.ok=true",     "tenant=acme",
                                    "priority=high",          "session=s=1"};
  auto written = ReadEventWords("vector.search", words);
  words.clear();  // texts are the event's own
  ASSERT_TRUE(written.ok()) << written.status().message();
  const Event& event = written->event;
  EXPECT_EQ(event.type, *ParseType("vector.search"));
  EXPECT_EQ(event.boundary, Boundary::kVector);
  EXPECT_EQ(event.payload, Payload(VectorPayload{.collection = "docs", .k = 10, .score = 0.5}));
  EXPECT_EQ(event.tenant, "acme");
  EXPECT_EQ(event.priority, Priority::kHigh);
  EXPECT_EQ(event.context.session, "s=1");
  ASSERT_EQ(event.attributes.size(), 4u);
  EXPECT_EQ(event.attributes[0], (Attribute{"team", AttributeText{"ml"}}));
  EXPECT_EQ(event.attributes[1], (Attribute{"tries", std::int64_t{-3}}));
  EXPECT_EQ(event.attributes[2], (Attribute{"ratio", 0.5}));
  EXPECT_EQ(event.attributes[3], (Attribute{"ok", true}));
}

TEST(EventWords, UnitsNamesAndTheFlagsThatVouchForThem) {
  std::vector<std::string> words = {"path=/a b",     "size=10M",       "mode=0640",
                                    "device=8:1",    "uid=0",          "result=ENOENT",
                                    "latency=250ms", "directory=true", "trace=0123456789abcdef0123456789abcdef",
                                    "span=ff",       "time=@5"};
  auto written = ReadEventWords("fs.open", words);
  ASSERT_TRUE(written.ok()) << written.status().message();
  const Event& event = written->event;
  const auto& fs = std::get<FsPayload>(event.payload);
  EXPECT_EQ(fs.path, "/a b");
  EXPECT_EQ(fs.size, 10u << 20);
  EXPECT_EQ(fs.mode, 0640);
  EXPECT_EQ(fs.device, 8u << 20 | 1);
  EXPECT_EQ(event.flags, kFlagStat | kFlagCredentials | kFlagDirectory);
  EXPECT_EQ(event.result, 2);
  EXPECT_EQ(event.latency_ns, 250 * kNsPerMs);
  EXPECT_EQ(event.context.trace_high, 0x0123456789abcdefu);
  EXPECT_EQ(event.context.span, 0xffu);
  EXPECT_EQ(event.wall_ns, 5 * kNsPerSecond);
}

// Each field by a value of its kind: what is settable sets, and every one is read again from the event that it made.
TEST(EventWords, EverySettableFieldCanBeSet) {
  for (const Field& field : AllFields()) {
    std::string value = "1";
    if (field.type == FieldType::kBool) value = "true";
    if (field.type == FieldType::kDuration) value = "1s";
    if (field.type == FieldType::kTime) value = "@1";
    if (field.type == FieldType::kBoundary) value = "fuse";
    if (field.type == FieldType::kPriority) value = "low";
    if (field.type == FieldType::kDevice) value = "1:2";
    if (field.type == FieldType::kTraceId) value = std::string(32, '1');
    std::vector<std::string> words = {std::string(field.name) + "=" + value};
    auto written = ReadEventWords("vexevt.alert", words);  // of a family that may have any payload
    bool made = field.name == "id" || field.name == "source" || field.name == "seq" || field.name == "mono" ||
                field.name == "hlc" || field.name == "type" || field.name == "name" || field.name == "dir" ||
                field.name == "ext";
    ASSERT_EQ(written.ok(), !made) << field.name;
    if (made) continue;
    std::vector<std::byte> frame;
    AppendFrame(written->event, &frame);
    EventView view;
    ASSERT_TRUE(EventView::Bind(frame, &view));
    EXPECT_FALSE(std::holds_alternative<std::monostate>(ReadField(view, field))) << field.name;
  }
}

TEST(EventWords, SaysWhatIsWrong) {
  EXPECT_EQ(ErrorOf("vector.serch", {}), "unknown type 'vector.serch' (did you mean 'vector.search'?)");
  EXPECT_EQ(ErrorOf("fs.create", {"pth=/x"}), "unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorOf("fs.create", {"path"}), "'path' is not FIELD=VALUE");
  EXPECT_EQ(ErrorOf("vector.search", {"vector.k=ten"}), "vector.k: 'ten' is not a number");
  EXPECT_EQ(ErrorOf("vector.search", {"vector.k=4294967296"}), "vector.k: '4294967296' is too large");
  EXPECT_EQ(ErrorOf("vexevt.alert", {"path=/x", "graph.node=n"}), "no event has both 'path' and 'graph.node'");
  EXPECT_EQ(ErrorOf("system.mount", {"path=/x"}),
            "system.mount has no 'path'; it may have system.subject, system.object, system.detail, system.value, and "
            "what every event has");
  EXPECT_THAT(ErrorOf("fs.create", {"path=/x", "vector.k=3"}),
              testing::StartsWith("fs.create has no 'vector.k'; it may have path, path2, "));
  EXPECT_EQ(ErrorOf("fs.create", {"id=1"}), "'id' can't be given: it is made, or follows");
}

}  // namespace
}  // namespace vexevt
