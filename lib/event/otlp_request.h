// Gathers spans to requests for an OpenTelemetry collector: ExportTraceServiceRequest as one line of JSON, which can be
// posted to /v1/traces, and which a file of is what the collector's file exporter writes. Spans of one resource stand
// together. For one thread.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "lib/event/otlp_span.h"

namespace vexevt {

class OtlpRequest {
 public:
  // Spans that have begun are kept until they end, so many bytes of their events. Beyond that the oldest are added as
  // open.
  explicit OtlpRequest(std::size_t most_open_bytes = std::size_t{64} << 20) : most_open_bytes_(most_open_bytes) {}

  // How many spans it added to the request. 0: the event tells of no trace, or a span begins, which is kept.
  std::size_t Add(const EventView& event);
  // Adds those that have begun and not ended, `most` at most, as open; how many.
  std::size_t AddOpen(std::size_t most);

  bool has_open() const { return !open_.empty(); }
  std::size_t bytes() const { return bytes_; }  // of the line, about

  // Appends the line, if there is a span, and begins the next.
  void AppendLine(std::string* out);

 private:
  using Frame = std::vector<std::byte>;
  using Starts = std::map<SpanKey, std::list<Frame>::iterator>;

  void Keep(const EventView& start);
  void AddPair(const EventView& end);
  void AddOldest();
  void Drop(Starts::iterator started);
  void Put(const EventView& event, const EventView* start);

  const std::size_t most_open_bytes_;
  std::map<std::string, std::string> spans_;  // by resource, both as JSON
  std::size_t bytes_ = 0;
  std::list<Frame> open_;  // events with which spans began, the oldest first
  std::size_t open_bytes_ = 0;
  Starts starts_;
  std::size_t added_ = 0;  // spans, ever
};

}  // namespace vexevt
