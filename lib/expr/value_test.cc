#include "lib/expr/value.h"

#include <gtest/gtest.h>

#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

Column ColumnNamed(std::string_view name) { return *ParseColumn(name); }

std::string WhyNot(std::string_view name, std::string_view value) {
  const auto parsed = ParseColumnValue(ColumnNamed(name), value);
  return parsed.ok() ? "it is a value" : parsed.status().message();
}

TEST(TakeValue, EndsWhereTheValueDoes) {
  std::size_t at = 1;
  EXPECT_EQ(*TakeValue("( /etc/passwd)", &at), "/etc/passwd");
  EXPECT_EQ(at, 13u);
  at = 1;
  EXPECT_EQ(*TakeValue(R"(,"a \"b\", c" ))", &at), R"(a "b", c)");
  EXPECT_EQ(at, 13u);
  at = 3;
  EXPECT_EQ(TakeValue("ab,  ", &at).status().message(), "6: expected a value, not the end");
  EXPECT_EQ(TakeValue("ab,)", &at).status().message(), "4: expected a value, not ')'");
  EXPECT_EQ(TakeValue("ab,\"c", &at).status().message(), "4: the text that begins here has no closing '\"'");
  EXPECT_EQ(TakeValue("ab,$c", &at).status().message(), "4: expected a value, not '$'");
}

TEST(WrittenValue, IsTakenAsItWas) {
  for (const std::string value : {"/a", "", "a b", "a,b", "in", "$x", "say \"x\"\\", "\x01\xff\n", "10M"}) {
    const std::string written = WrittenValue(value) + ")";
    std::size_t at = 0;
    EXPECT_EQ(*TakeValue(written, &at), value);
    EXPECT_EQ(at, written.size() - 1) << value;
  }
}

// As text it is what people and CSV are told; durations and sizes alone have no unit there.
TEST(ParseColumnValue, IsWhatAnEventHas) {
  std::size_t compared = 0;
  for (const Event& event : SampleEvents()) {
    const std::vector<std::byte> frame = FrameOf(event);
    EventView view;
    ASSERT_TRUE(EventView::Bind(frame, &view));
    for (const Field& field : AllFields()) {
      std::string text;
      if (field.type == FieldType::kDuration || !AppendFieldValue(view, field, ValueForm::kRaw, &text)) continue;
      const auto value = ParseColumnValue(ColumnNamed(field.name), text);
      ASSERT_TRUE(value.ok()) << field.name << ": " << value.status().message();
      EXPECT_EQ(*value, ReadField(view, field)) << field.name << ' ' << text;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100u);
}

TEST(ParseColumnValue, ReadsUnits) {
  EXPECT_EQ(*ParseColumnValue(ColumnNamed("size"), "10M"), FieldValue(std::uint64_t{10} << 20));
  EXPECT_EQ(*ParseColumnValue(ColumnNamed("latency"), "250ms"), FieldValue(std::uint64_t{250'000'000}));
  EXPECT_EQ(*ParseColumnValue(ColumnNamed("result"), "ENOENT"), FieldValue(std::int64_t{2}));
  EXPECT_EQ(*ParseColumnValue(ColumnNamed("attr.size"), "10M"), FieldValue(std::string_view("10M")));
}

TEST(ParseColumnValue, RefusesWhatNoEventHas) {
  EXPECT_EQ(WhyNot("uid", "root"), "'uid' is compared with a number, not with 'root'");
  EXPECT_EQ(WhyNot("type", "fs.*"), "'fs.*' is more than one value");
  EXPECT_EQ(WhyNot("type", "fs.raed"), "unknown type 'fs.raed' (did you mean 'fs.read'?)");
  EXPECT_EQ(WhyNot("path", ""), "this can never hold: an empty 'path' is as none: ask 'path exists'");
  EXPECT_EQ(WhyNot("name", "a/b"), "this can never hold: 'name' is the last part of a path, without '/'");
  EXPECT_EQ(WhyNot("id", "12"), "'id' is compared with an id of 32 hexadecimal digits, not with '12'");
}

}  // namespace
}  // namespace vexevt
