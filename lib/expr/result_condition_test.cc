#include "lib/expr/result_condition.h"

#include <gtest/gtest.h>

#include "lib/event/encode.h"

namespace vexevt {
namespace {

using Kind = ResultAttribute::Kind;

const std::vector<ResultAttribute> kAttributes = {
    {.name = "comm", .kind = Kind::kKey},
    {.name = "count", .kind = Kind::kGrowing},
    {.name = "sum_size", .kind = Kind::kGrowing, .type = FieldType::kSize},
    {.name = "mean_latency", .type = FieldType::kDuration}};

// Of a result with comm cc, count 100, sum_size 2 MiB and mean_latency 20 ms.
Truth TruthOf(std::string_view text, bool lower_bound = false) {
  Event event;
  event.type = kObservabilityMetric;
  event.payload = ObservabilityPayload{.value = 100};
  event.attributes = {{"comm", AttributeText{"cc"}},
                      {"count", std::int64_t{100}},
                      {"sum_size", std::int64_t{2} << 20},
                      {"mean_latency", 20e6}};
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  auto condition = ResultCondition::Compile(text, kAttributes);
  EXPECT_TRUE(condition.ok()) << condition.status().message();
  return condition.ok() ? condition->Of(view, lower_bound) : Truth::kUnknown;
}

TEST(ResultCondition, NamesAttributesWithAndWithoutPrefix) {
  EXPECT_EQ(TruthOf("count > 99"), Truth::kTrue);
  EXPECT_EQ(TruthOf("attr.count > 99 and comm = cc"), Truth::kTrue);
  EXPECT_EQ(TruthOf("count > 100"), Truth::kFalse);
  EXPECT_EQ(TruthOf("not comm in (cc, ld)"), Truth::kFalse);
  EXPECT_EQ(TruthOf("type = observability.metric"), Truth::kTrue);
}

TEST(ResultCondition, ReadsQuantitiesInTheUnitsOfTheMeasure) {
  EXPECT_EQ(TruthOf("sum_size >= 2M"), Truth::kTrue);
  EXPECT_EQ(TruthOf("sum_size > 2M"), Truth::kFalse);
  EXPECT_EQ(TruthOf("attr.mean_latency >= 20ms"), Truth::kTrue);
  EXPECT_EQ(TruthOf("mean_latency > 1m"), Truth::kFalse);
  EXPECT_EQ(TruthOf("count < 0.1k"), Truth::kFalse);
  EXPECT_EQ(TruthOf("count >= 0.1k"), Truth::kTrue);
  EXPECT_EQ(TruthOf("count > 99.5"), Truth::kTrue);
}

TEST(ResultCondition, ALowerBoundDecidesOnlyWhatMoreEventsCouldNotChange) {
  EXPECT_EQ(TruthOf("count > 99", true), Truth::kTrue);
  EXPECT_EQ(TruthOf("count >= 100 and comm = cc or sum_size > 1T", true), Truth::kTrue);
  EXPECT_EQ(TruthOf("count > 100", true), Truth::kUnknown);
  EXPECT_EQ(TruthOf("count < 200", true), Truth::kUnknown);
  EXPECT_EQ(TruthOf("count = 100", true), Truth::kUnknown);
  EXPECT_EQ(TruthOf("not count < 50", true), Truth::kUnknown);
  EXPECT_EQ(TruthOf("mean_latency > 1ms", true), Truth::kUnknown);
  EXPECT_EQ(TruthOf("observability.value > 1", true), Truth::kUnknown);
}

TEST(ResultCondition, SaysWhereATextIsWrong) {
  EXPECT_EQ(ResultCondition::Compile("count > 5 and coutn > 1", kAttributes).status().message(),
            "15: unknown field 'coutn' (did you mean 'count'?)");
  EXPECT_EQ(ResultCondition::Compile("sum_size > 2X", kAttributes).status().message().substr(0, 3), "12:");
}

}  // namespace
}  // namespace vexevt
