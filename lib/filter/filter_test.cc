#include "lib/filter/filter.h"

#include <gtest/gtest.h>

#include "lib/base/clock.h"

namespace vexevt {
namespace {

Filter Compile(const std::string& text) {
  auto rules = ParseRules(text, "r.toml");
  EXPECT_TRUE(rules.ok()) << rules.status().message();
  auto filter = CompileFilter(*rules);
  EXPECT_TRUE(filter.ok()) << filter.status().message();
  return std::move(*filter);
}

std::string ErrorOf(const std::string& text) {
  auto rules = ParseRules(text, "r.toml");
  EXPECT_TRUE(rules.ok()) << rules.status().message();
  auto filter = CompileFilter(*rules);
  return filter.ok() ? "accepted" : filter.status().message();
}

// The name of the rule that keeps an event of `type` at `path`, "-" where it is dropped.
std::string Keeper(Filter& filter, EventType type, std::string_view path,
                   std::uint64_t ns = 1'795'438'800 * kNsPerSecond) {
  Event event;
  event.id = {1, 1};
  event.wall_ns = ns;
  event.type = type;
  if (!path.empty()) event.payload = FsPayload{.path = path};
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  const FilterRule* rule = filter.Decide(view);
  return rule ? rule->name : "-";
}

TEST(Filter, TheFirstRuleThatHoldsDecides) {
  Filter filter = Compile(R"(
[[rule]]
name = "noise"
when = 'path under "/tmp"'
action = "drop"
[[rule]]
name = "deletes"
when = 'type = fs.delete'
)");
  EXPECT_EQ(Keeper(filter, kFsDelete, "/srv/a"), "deletes");
  EXPECT_EQ(Keeper(filter, kFsDelete, "/tmp/a"), "-");
  EXPECT_EQ(Keeper(filter, kFsCreate, "/srv/a"), "-");
  EXPECT_EQ(filter.rules()[0].held, 1u);
}

TEST(Filter, PriorityGoesBeforeOrder) {
  Filter filter = Compile("[[rule]]\nname='low'\n[[rule]]\nname='high'\npriority=1\n");
  EXPECT_EQ(Keeper(filter, kFsCreate, "/a"), "high");
}

TEST(Filter, DefaultKeep) {
  Filter filter = Compile("default='keep'\n[[rule]]\nwhen='type = fs.delete'\naction='drop'\n");
  EXPECT_EQ(Keeper(filter, kFsCreate, "/a"), "");
  EXPECT_EQ(Keeper(filter, kFsDelete, "/a"), "-");
}

TEST(Filter, WhatTellsOfTheStreamPasses) {
  Filter filter = Compile("[[rule]]\naction='drop'\n");
  EXPECT_EQ(Keeper(filter, kVexevtLost, ""), "");
  EXPECT_EQ(Keeper(filter, kVexevtBarrier, ""), "");
  EXPECT_EQ(Keeper(filter, kFsCreate, "/a"), "-");
}

TEST(Filter, RefusalsAreCounted) {
  Filter filter = Compile("[[rule]]\nname='r'\ndedupe = { window='5s', by='path' }\nlimit='2/s'\n");
  EXPECT_EQ(Keeper(filter, kFsCreate, "/a"), "r");
  EXPECT_EQ(Keeper(filter, kFsCreate, "/a"), "-");  // a duplicate, which takes no token
  EXPECT_EQ(Keeper(filter, kFsCreate, "/b"), "r");
  EXPECT_EQ(Keeper(filter, kFsCreate, "/c"), "-");  // over the limit
  EXPECT_EQ(filter.rules()[0].held, 4u);
  EXPECT_EQ(filter.rules()[0].refused, 2u);
}

TEST(Filter, RoutingIsRefused) {
  EXPECT_EQ(ErrorOf("[[endpoint]]\nname='a'\nto='-'\n[[rule]]\nto='a'\n"),
            "r.toml:5:4: 'to' sends events somewhere: that is for vexevt-route");
  EXPECT_EQ(ErrorOf("[[rule]]\nname='a'\nboost='high'\n"),
            "r.toml:1:1: rule 'a': 'set' and 'boost' are for vexevt-route");
  EXPECT_EQ(ErrorOf("[[endpoint]]\nname='a'\nto='-'\n"), "r.toml:1:1: endpoints are for vexevt-route");
}

TEST(Filter, RefusesWhatOnlyRouteUnderstands) {
  EXPECT_EQ(ErrorOf("match = 'all'\n"),
            "r.toml:1:9: 'match' is for vexevt-route: here the first rule that holds decides");
  EXPECT_EQ(ErrorOf("otherwise = 'rest'\n"),
            "r.toml:1:13: 'otherwise' is for vexevt-route: say default = \"keep\" or \"drop\"");
  EXPECT_EQ(ErrorOf("[[rule]]\nto = 'rest'\n"), "r.toml:2:6: 'to' sends events somewhere: that is for vexevt-route");
}

}  // namespace
}  // namespace vexevt
