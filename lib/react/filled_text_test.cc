#include "lib/react/filled_text.h"

#include <gtest/gtest.h>

#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

Event MatchOfDeletes() {
  Event event;
  event.type = kVexevtMatch;
  event.payload = MatchPayload{.pattern = "mass delete", .count = 101};
  event.attributes = {{"pid", std::int64_t{4711}},
                      {"read.path", AttributeBytes{"/srv/\xff $(id)\n; x"}},
                      {"nul", AttributeBytes{{"a\0b", 3}}}};
  return event;
}

// What `text` becomes with the event; a failure's message in brackets.
std::string FilledWith(const Event& event, std::string_view text, FilledAs as = FilledAs::kBytes) {
  const auto frame = FrameOf(event);
  Filling with{.event = {}, .run = "r1", .step = "stop", .key = "4711,x", .count = 12};
  EXPECT_TRUE(EventView::Bind(frame, &with.event));
  const auto compiled = FilledText::Compile(text, as);
  if (!compiled.ok()) return "[" + compiled.status().message() + "]";
  std::string out = ">";
  const Status status = compiled->Append(with, &out);
  if (status.ok()) return out.substr(1);
  EXPECT_EQ(out, ">");
  return "[" + status.message() + "]";
}

TEST(FilledText, FillsValuesAsTheirBytesAre) {
  const Event match = MatchOfDeletes();
  EXPECT_EQ(FilledWith(match, "plain"), "plain");
  EXPECT_EQ(FilledWith(match, ""), "");
  EXPECT_EQ(FilledWith(match, "--pid={attr.pid}."), "--pid=4711.");
  EXPECT_EQ(FilledWith(match, "{match.pattern}{match.count}"), "mass delete101");
  EXPECT_EQ(FilledWith(match, "{attr.read.path}"), "/srv/\xff $(id)\n; x");
  EXPECT_EQ(FilledWith(match, "{run}/{step}/{key}/{count}"), "r1/stop/4711,x/12");
  EXPECT_EQ(FilledWith(match, "{{{attr.pid}}} {{}}"), "{4711} {}");
  EXPECT_EQ(FilledWith(match, R"({{"pattern":{match.pattern:json}}})"), R"({"pattern":"mass delete"})");
}

TEST(FilledText, WhatIsFilledInHasNoPlaces) {
  Event event = SampleEvents()[1];
  event.comm = "{pid}";
  EXPECT_EQ(FilledWith(event, "{comm}"), "{pid}");
}

TEST(FilledText, RefusesAnEventThatLacksAValue) {
  const Event match = MatchOfDeletes();
  EXPECT_EQ(FilledWith(match, "{match.count}{path}/x"), "[the event has no 'path']");
  EXPECT_EQ(FilledWith(match, "{attr.gone}"), "[the event has no 'attr.gone']");
  EXPECT_EQ(FilledWith(match, "{path:json}"), "[the event has no 'path']");
  EXPECT_EQ(FilledWith(match, "{attr.nul}"), "[a control character in 'attr.nul']");
}

TEST(FilledText, KeepsUrlsAndHeadersWhole) {
  const Event match = MatchOfDeletes();
  EXPECT_EQ(FilledWith(match, "http://h/a?p={attr.read.path}&n={match.pattern}", FilledAs::kUrl),
            "http://h/a?p=%2Fsrv%2F%FF%20%24%28id%29%0A%3B%20x&n=mass%20delete");
  EXPECT_EQ(FilledWith(match, "{match.pattern}", FilledAs::kHeader), "mass delete");
  EXPECT_EQ(FilledWith(match, "{attr.read.path}", FilledAs::kHeader), "[a control character in 'attr.read.path']");
}

TEST(FilledText, SaysWhereATextIsWrong) {
  const Event match = MatchOfDeletes();
  EXPECT_EQ(FilledWith(match, "a {pth}"), "[4: unknown field 'pth' (did you mean 'path'?)]");
  EXPECT_EQ(FilledWith(match, "a {path"), "[3: '{' without '}' (for the character, write '{{')]");
  EXPECT_EQ(FilledWith(match, "a } b"), "[3: '}' without '{' (for the character, write '}}')]");
  EXPECT_EQ(FilledWith(match, "{}"), "[2: unknown field '']");
  EXPECT_EQ(FilledWith(match, "{attr.}"), "[2: unknown field 'attr.']");
  EXPECT_EQ(FilledWith(match, "{run:json}"), "[2: unknown field 'run']");
}

TEST(FilledText, APlainTextKeepsItsBraces) {
  const FilledText plain = FilledText::Plain("echo ${x} {pid}");
  EXPECT_FALSE(plain.has_places());
  std::string out;
  EXPECT_TRUE(plain.Append({}, &out).ok());
  EXPECT_EQ(out, "echo ${x} {pid}");
}

}  // namespace
}  // namespace vexevt
