#include "lib/stats/group_filter.h"

#include <gtest/gtest.h>

#include "lib/event/testing/samples.h"
#include "lib/expr/expression.h"
#include "lib/stats/group_key.h"

namespace vexevt {
namespace {

std::string FilterOf(const std::vector<std::byte>& frame, const std::vector<Column>& by) {
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  std::string key;
  ReadGroupKey(view, by, &key);
  return GroupFilter(by, key);
}

TEST(GroupFilter, SaysWhatPeopleWouldWrite) {
  Event event;
  event.type = kFsWrite;
  event.comm = "cc 1";
  event.latency_ns = 1500;
  event.payload = FsPayload{.path = "/a"};
  const auto filter = [&](std::string_view name) { return FilterOf(FrameOf(event), {*ParseColumn(name)}); };
  EXPECT_EQ(filter("type"), "type = fs.write");
  EXPECT_EQ(filter("comm"), "comm = \"cc 1\"");
  EXPECT_EQ(filter("latency"), "latency = 1500ns");
  EXPECT_EQ(filter("exe"), "not exe exists");
  EXPECT_EQ(FilterOf(FrameOf(event), {*ParseColumn("path"), *ParseColumn("attr.n")}),
            "path = /a and not attr.n exists");
  EXPECT_EQ(FilterOf(FrameOf(event), {}), "");
  EXPECT_EQ(GroupFilter({*ParseColumn("path")}, "no key"), "");
}

// Of every field, whatever its value: the group's own event is one of those that its filter keeps.
TEST(GroupFilter, HoldsForTheGroupsOwnEvents) {
  std::vector<Column> columns;
  for (const Field& field : AllFields()) columns.push_back(*ParseColumn(field.name));
  for (const char* name : {"attr.note", "attr.n", "attr.ratio", "attr.ok", "attr.raw"}) {
    columns.push_back(*ParseColumn(name));
  }
  for (const Event& event : SampleEvents()) {
    const std::vector<std::byte> frame = FrameOf(event);
    EventView view;
    ASSERT_TRUE(EventView::Bind(frame, &view));
    for (const Column& column : columns) {
      const std::string filter = FilterOf(frame, {column});
      const auto expression = CompileExpression(filter);
      ASSERT_TRUE(expression.ok()) << filter << ": " << expression.status().message();
      EXPECT_TRUE(expression->Matches(view)) << filter;
    }
  }
}

}  // namespace
}  // namespace vexevt
