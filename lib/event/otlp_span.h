// What an event says of a trace, as OpenTelemetry's protocol has it in JSON (OTLP/JSON, opentelemetry-proto's
// trace/v1/trace.proto): identifiers in hexadecimal, times and integers as decimal text, enumerations as numbers.
//
// An event observability.span-end is the end of the span that its context names; the span-start of the same trace and
// span is its beginning, else `latency` says when it was. Any other event with a trace happened within the span that
// its context names: it is a span of its own, whose parent that is, whose identifier follows from the event's, and
// which ends at the event's time, `latency` after it began.
#pragma once

#include <cstdint>
#include <string>

#include "lib/event/event_view.h"

namespace vexevt {

struct SpanKey {
  std::uint64_t trace_high = 0, trace_low = 0, span = 0;
  auto operator<=>(const SpanKey&) const = default;
};

// What the context of `event` names; zeros: nothing.
SpanKey SpanKeyOf(const EventView& event);

// Whether the event is, begins or ends a span: it has a trace, and where it is a span-start or -end, a span, too.
bool TellsOfSpan(const EventView& event);

// The span that ends with `event`, of which TellsOfSpan holds, as an object of "spans". `start`: the event with which
// it began; nullptr: none. Where `event` is a span-start, it is a span that has not ended: it ends where it begins, and
// has the attribute vexevt.open. 128 attributes at most, OpenTelemetry's own limit; it says how many are left out.
void AppendOtlpSpan(const EventView& event, const EventView* start, std::string* out);

// Where the span comes from, as the object "resource": host.name, and as service.name the agent or the process.
void AppendOtlpResource(const EventView& event, std::string* out);

}  // namespace vexevt
