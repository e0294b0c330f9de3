#include "lib/stats/group_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "lib/event/encode.h"

namespace vexevt {
namespace {

std::string KeyOf(const decltype(Attribute::value)& value) {
  Event event;
  event.attributes = {{"x", value}};
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  std::string key;
  ReadGroupKey(view, {*ParseColumn("attr.x")}, &key);
  return key;
}

std::string KeyOfSeq(std::uint64_t sequence) {
  Event event;
  event.id.sequence = sequence;
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  std::string key;
  ReadGroupKey(view, {*ParseColumn("seq"), *ParseColumn("attr.x")}, &key);
  return key;
}

TEST(GroupKey, SortsAsTheValuesDo) {
  const std::vector<std::string> numbers = {KeyOfSeq(0),
                                            KeyOfSeq(1),
                                            KeyOfSeq(255),
                                            KeyOfSeq(256),
                                            KeyOfSeq(257),
                                            KeyOfSeq(1u << 31),
                                            KeyOfSeq(~std::uint64_t{0})};
  EXPECT_TRUE(std::ranges::is_sorted(numbers));
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<std::string> reals = {KeyOf(-kInfinity), KeyOf(-2.5),   KeyOf(-1.0),
                                          KeyOf(0.0),        KeyOf(1e-300), KeyOf(3.0)};
  EXPECT_TRUE(std::ranges::is_sorted(reals));
  const std::vector<std::string> integers = {KeyOf(std::numeric_limits<std::int64_t>::min()), KeyOf(std::int64_t{-1}),
                                             KeyOf(std::int64_t{0}), KeyOf(std::int64_t{7})};
  EXPECT_TRUE(std::ranges::is_sorted(integers));
  const std::vector<std::string> texts = {KeyOf(AttributeText{""}),
                                          KeyOf(AttributeText{"a"}),
                                          KeyOf(AttributeText{std::string_view("a\0", 2)}),
                                          KeyOf(AttributeText{std::string_view("a\0\x01", 3)}),
                                          KeyOf(AttributeText{"a\x01"}),
                                          KeyOf(AttributeText{"ab"})};
  EXPECT_TRUE(std::ranges::is_sorted(texts));
}

TEST(GroupKey, GivesItsValuesBack) {
  std::vector<FieldValue> values;
  std::vector<std::string> texts;
  for (const std::uint64_t sequence :
       {std::uint64_t{0}, std::uint64_t{200}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    ASSERT_TRUE(DecodeGroupKey(KeyOfSeq(sequence), 2, &values, &texts));
    EXPECT_EQ(values[0], FieldValue(sequence));
    EXPECT_EQ(values[1], FieldValue());
  }
  const std::string_view text("a\0\xff\0", 4);
  ASSERT_TRUE(DecodeGroupKey(KeyOf(AttributeBytes{text}), 1, &values, &texts));
  EXPECT_EQ(values[0], FieldValue(text));
  ASSERT_TRUE(DecodeGroupKey(KeyOf(-1.5), 1, &values, &texts));
  EXPECT_EQ(values[0], FieldValue(-1.5));
  ASSERT_TRUE(DecodeGroupKey(KeyOf(std::int64_t{-9}), 1, &values, &texts));
  EXPECT_EQ(values[0], FieldValue(std::int64_t{-9}));
}

TEST(GroupKey, RefusesWhatIsNoKey) {
  std::vector<FieldValue> values;
  std::vector<std::string> texts;
  for (const std::string& key : {KeyOfSeq(70'000), KeyOf(AttributeText{"ab"}), KeyOf(1.0), KeyOf(true)}) {
    const std::size_t fields = key == KeyOfSeq(70'000) ? 2 : 1;
    for (std::size_t size = 0; size < key.size(); ++size) {
      EXPECT_FALSE(DecodeGroupKey(std::string_view(key).substr(0, size), fields, &values, &texts)) << size;
    }
    EXPECT_FALSE(DecodeGroupKey(key + "x", fields, &values, &texts));
  }
  EXPECT_FALSE(
      DecodeGroupKey(std::string_view("\x03\x02\x00\x01", 4), 1, &values, &texts));  // a number with a zero in front
  EXPECT_FALSE(
      DecodeGroupKey("\x03\x09"
                     "123456789",
                     1, &values, &texts));
}

}  // namespace
}  // namespace vexevt
