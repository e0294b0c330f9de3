// One event as one line of JSON (NDJSON), as vexevt-event(5) describes it. Keys are the field names of field.h: those
// every event has and those of files at the top level, those of other payloads in an object of their own
// ("graph":{"node":…}). What is empty or zero is left out. ReadJson (json_read.h) gives the same frame back, byte for
// byte, of every frame that Encode wrote: bytes that are not UTF-8 have a readable form under their key and the exact
// one, base64, under KEY_b64; integers are written in full, floats always with a point or exponent. Fields that only a
// newer schema knows are not written.
#pragma once

#include <cstddef>
#include <string>

#include "lib/event/event_view.h"

namespace vexevt {

// An upper bound of what WriteJson writes.
std::size_t JsonBound(const EventView& event);

// Writes the line, with its newline, at `out`, which has room for JsonBound(event) bytes; returns its end. Reentrant.
char* WriteJson(const EventView& event, char* out);

// The same, appended.
void AppendJson(const EventView& event, std::string* out);

}  // namespace vexevt
