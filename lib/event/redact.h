// Redaction: a value that not everybody may see is taken away, masked, or replaced by a keyed hash, so that equal
// values can still be told to be equal.
#pragma once

#include "lib/base/siphash.h"
#include "lib/base/status.h"
#include "lib/event/column.h"
#include "lib/event/edit.h"

namespace vexevt {

enum class Redaction : unsigned char {
  kRemove,
  kMask,  // "***"
  kHash,  // 32 hexadecimal digits; the same for the same value and key
};

// Whether `column` can be redacted so: kInvalidArgument where not, as only bytes can be masked or hashed, and what an
// event is by (id, time, type …) has to stay.
Status CheckRedaction(const Column& column, Redaction how);

// Redacts in `event`'s copy in `editor`; `event` is what it was loaded with. What isn't there stays so. Attributes that
// are numbers are hashed by their text.
void Redact(const EventView& event, const Column& column, Redaction how, const SipKey& key, FrameEditor* editor);

}  // namespace vexevt
