// otlp_span.h and otlp_request.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lib/event/otlp_request.h"
#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t Add(OtlpRequest* request, const Event& event) {
  const std::vector<std::byte> frame = FrameOf(event);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  return request->Add(view);
}

std::string LineOf(OtlpRequest* request) {
  std::string line;
  request->AppendLine(&line);
  return line;
}

std::string LineOf(const Event& event) {
  OtlpRequest request;
  EXPECT_EQ(Add(&request, event), 1u);
  return LineOf(&request);
}

Event SpanEvent(EventType type, std::uint64_t span, std::uint64_t wall_ns) {
  Event event;
  event.id = {1, span};
  event.wall_ns = wall_ns;
  event.type = type;
  event.context = {.trace_high = 0xabc, .trace_low = 0xdef, .span = span};
  event.payload = ObservabilityPayload{.name = type == kObservabilitySpanStart ? "begun" : "ended"};
  return event;
}

TEST(Otlp, APairIsASpan) {
  OtlpRequest request;
  Event start = SpanEvent(kObservabilitySpanStart, 7, 1'000);
  start.attributes = {{"span.parent", AttributeText{"00000000000000ff"}}, {"http.route", AttributeText{"/a"}}};
  start.host = "web1";
  start.comm = "shop";
  Event end = SpanEvent(kObservabilitySpanEnd, 7, 3'000);
  end.payload = ObservabilityPayload{};
  end.pid = 9;
  end.result = 5;
  end.attributes = {{"span.kind", AttributeText{"server"}}, {"n", std::int64_t{-1}}};
  EXPECT_EQ(Add(&request, start), 0u);
  EXPECT_TRUE(request.has_open());
  EXPECT_EQ(LineOf(&request), "");
  EXPECT_EQ(Add(&request, end), 1u);
  EXPECT_FALSE(request.has_open());
  EXPECT_EQ(
      LineOf(&request),
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"web1"}},)"
      R"({"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"scope":{"name":"vexevt"},"spans":[)"
      R"({"traceId":"0000000000000abc0000000000000def","spanId":"0000000000000007","parentSpanId":"00000000000000ff",)"
      R"("name":"begun","kind":2,"startTimeUnixNano":"1000","endTimeUnixNano":"3000","attributes":[)"
      R"({"key":"vexevt.id","value":{"stringValue":"00000000000000010000000000000007"}},)"
      R"({"key":"vexevt.type","value":{"stringValue":"observability.span-end"}},)"
      R"({"key":"process.pid","value":{"intValue":"9"}},{"key":"n","value":{"intValue":"-1"}},)"
      R"({"key":"process.executable.name","value":{"stringValue":"shop"}},{"key":"http.route","value":{"stringValue":"/a"}}],)"
      R"("status":{"code":2,"message":"EIO"}}]}]}]})"
      "\n");
}

TEST(Otlp, AnEndAloneBeganItsLatencyBefore) {
  Event end = SpanEvent(kObservabilitySpanEnd, 7, 3'000);
  end.latency_ns = 500;
  EXPECT_THAT(LineOf(end), HasSubstr(R"("startTimeUnixNano":"2500","endTimeUnixNano":"3000")"));
  end.latency_ns = 4'000;  // before 1970
  EXPECT_THAT(LineOf(end), HasSubstr(R"("startTimeUnixNano":"0","endTimeUnixNano":"3000")"));
}

TEST(Otlp, ASpanNeverEndsBeforeItBegan) {
  OtlpRequest request;
  Add(&request, SpanEvent(kObservabilitySpanStart, 7, 5'000));
  Add(&request, SpanEvent(kObservabilitySpanEnd, 7, 3'000));
  EXPECT_THAT(LineOf(&request), HasSubstr(R"("startTimeUnixNano":"3000","endTimeUnixNano":"3000")"));
}

TEST(Otlp, AnyOtherEventIsAChildOfItsOwn) {
  Event event = SampleEvents()[1];
  event.latency_ns = 1'000;
  event.context = {.trace_low = 1, .span = 2};
  const std::string line = LineOf(event);
  EXPECT_THAT(line, HasSubstr(R"("parentSpanId":"0000000000000002","name":"fs.create","kind":1,)"));
  EXPECT_THAT(line, HasSubstr(R"("startTimeUnixNano":"1795438800123455789","endTimeUnixNano":"1795438800123456789")"));
  EXPECT_THAT(line, HasSubstr(R"({"key":"file.path","value":{"stringValue":"/srv/build/obj/status.o"}})"));
  EXPECT_THAT(line, HasSubstr(R"({"key":"file.size","value":{"intValue":"4096"}})"));
  EXPECT_THAT(line, HasSubstr(R"({"key":"process.pid","value":{"intValue":"4711"}})"));
  EXPECT_THAT(line, HasSubstr(R"({"key":"vexevt.mode","value":{"stringValue":"100644"}})"));
  EXPECT_THAT(line, Not(HasSubstr("status\":{")));
  EXPECT_EQ(LineOf(event), line);  // told twice it is the same span
  Event next = event;
  ++next.id.sequence;
  EXPECT_NE(LineOf(next).substr(line.find("spanId"), 27), line.substr(line.find("spanId"), 27));
}

TEST(Otlp, WhatHasNoTraceIsNoSpan) {
  OtlpRequest request;
  EXPECT_EQ(Add(&request, SampleEvents()[1]), 0u);
  Event unnamed = SpanEvent(kObservabilitySpanEnd, 0, 1);
  EXPECT_EQ(Add(&request, unnamed), 0u);  // an identifier of zeros is none
  unnamed.type = kObservabilitySpanStart;
  EXPECT_EQ(Add(&request, unnamed), 0u);
  EXPECT_FALSE(request.has_open());
  Event root = SampleEvents()[1];
  root.context.trace_high = 1;
  EXPECT_THAT(LineOf(root), Not(HasSubstr("parentSpanId")));
}

TEST(Otlp, ValuesKeepTheirTypes) {
  Event event = SpanEvent(kObservabilitySpanEnd, 7, 1);
  event.causes = {{1, 2}};
  event.attributes = {{"t", AttributeText{"\xff"}},
                      {"t", AttributeText{"again"}},
                      {"", AttributeText{"nameless"}},
                      {"b", AttributeBytes{"ab"}},
                      {"f", 0.5},
                      {"nan", std::numeric_limits<double>::quiet_NaN()},
                      {"inf", -std::numeric_limits<double>::infinity()},
                      {"y", true},
                      {"vexevt.type", AttributeText{"forged"}},
                      {"span.kind", AttributeText{"odd"}},
                      {"span.parent", AttributeText{"0000000000000000"}},
                      {"\"\n\x1b", std::int64_t{1}}};
  const std::string line = LineOf(event);
  EXPECT_THAT(line,
              HasSubstr(R"({"key":"vexevt.causes","value":{"arrayValue":{"values":[)"
                        R"({"stringValue":"00000000000000010000000000000002"}]}}},)"
                        R"({"key":"t","value":{"bytesValue":"/w=="}},{"key":"b","value":{"bytesValue":"YWI="}},)"
                        R"({"key":"f","value":{"doubleValue":0.5}},{"key":"nan","value":{"doubleValue":"NaN"}},)"
                        R"({"key":"inf","value":{"doubleValue":"-Infinity"}},{"key":"y","value":{"boolValue":true}},)"
                        R"({"key":"span.kind","value":{"stringValue":"odd"}},)"
                        R"({"key":"span.parent","value":{"stringValue":"0000000000000000"}},)"
                        R"({"key":"\"\n\u001b","value":{"intValue":"1"}}],"droppedAttributesCount":1})"));
  EXPECT_THAT(line, Not(HasSubstr("parentSpanId")));
}

TEST(Otlp, AttributesAreBounded) {
  Event event = SpanEvent(kObservabilitySpanEnd, 7, 1);
  std::vector<std::string> keys;
  for (int i = 0; i < 1000; ++i) keys.push_back("k" + std::to_string(i));
  for (const std::string& key : keys) event.attributes.push_back({key, true});
  const std::string line = LineOf(event);
  EXPECT_THAT(line, HasSubstr(R"("k125")"));  // behind id and type
  EXPECT_THAT(line, Not(HasSubstr(R"("k126")")));
  EXPECT_THAT(line, HasSubstr(R"("droppedAttributesCount":874)"));
}

TEST(Otlp, SpansOfOneResourceStandTogether) {
  OtlpRequest request;
  Event event = SpanEvent(kObservabilitySpanEnd, 1, 1);
  for (std::string_view host : {"a", "b", "a"}) {
    event.host = host;
    Add(&request, event);
  }
  EXPECT_GT(request.bytes(), 500u);
  const std::string line = LineOf(&request);
  std::size_t resources = 0, spans = 0;
  for (std::size_t at = 0; (at = line.find("\"resource\":", at)) != std::string::npos; ++at) ++resources;
  for (std::size_t at = 0; (at = line.find("\"spanId\":", at)) != std::string::npos; ++at) ++spans;
  EXPECT_EQ(resources, 2u);
  EXPECT_EQ(spans, 3u);
  EXPECT_EQ(request.bytes(), 0u);
  EXPECT_EQ(LineOf(&request), "");
}

TEST(Otlp, WhatDoesNotEndIsToldAsOpen) {
  const Event first = SpanEvent(kObservabilitySpanStart, 1, 1), second = SpanEvent(kObservabilitySpanStart, 2, 2);
  OtlpRequest request(FrameOf(first).size());
  EXPECT_EQ(Add(&request, first), 0u);
  EXPECT_EQ(Add(&request, first), 0u);   // told again
  EXPECT_EQ(Add(&request, second), 1u);  // no room for both
  EXPECT_THAT(LineOf(&request), HasSubstr(R"("spanId":"0000000000000001","name":"begun","kind":1,)"
                                          R"("startTimeUnixNano":"1","endTimeUnixNano":"1","attributes":[)"
                                          R"({"key":"vexevt.open","value":{"boolValue":true}})"));
  EXPECT_EQ(request.AddOpen(0), 0u);
  EXPECT_EQ(request.AddOpen(9), 1u);
  EXPECT_THAT(LineOf(&request), HasSubstr(R"("spanId":"0000000000000002")"));
  EXPECT_FALSE(request.has_open());
}

}  // namespace
}  // namespace vexevt
