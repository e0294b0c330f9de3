// Changes to a copy of an event: what tools that add to events or redact them use. All that isn't changed stays as it
// was, fields and objects of a newer schema among it; what is taken away is gone from the bytes. By Cap'n Proto's own
// builder, some microseconds an event: the slow path, for events that are to be changed. Those that aren't are
// forwarded as they came.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/event.h"
#include "lib/event/field.h"

namespace vexevt {

class FrameEditor {
 public:
  FrameEditor();
  ~FrameEditor();
  FrameEditor(FrameEditor&&) noexcept;
  FrameEditor& operator=(FrameEditor&&) noexcept;

  // Starts with a copy of `frame`. kDataLoss where it is not a well-formed event. The calls below are for after it.
  Status Load(std::span<const std::byte> frame);

  void SetPriority(Priority priority);
  void AddCause(EventId cause);
  // Replaces the first attribute of that key, and takes its others away; at the end where there is none.
  void SetAttribute(const Attribute& attribute);
  void RemoveAttribute(std::string_view key);

  // A field of bytes (kPointer or kContextPointer: host, tenant, path …). Nothing happens where the event's payload
  // doesn't have it.
  void SetBytes(const Field& field, std::string_view bytes);
  // Any field that CanClear. Values that the same flag vouches for, as uid, gid and ppid, are cleared together, and the
  // flag with them: a 0 would say root.
  void Clear(const Field& field);
  // Not what an event is by (id, time, type …), nor what follows from other fields (name, ext …).
  static bool CanClear(const Field& field);

  // Replaces `out` by the changed event as a canonical frame, after which Load comes next. kDataLoss where it has grown
  // larger than kMaxFrameBytes.
  Status Save(std::vector<std::byte>* out);

 private:
  struct Message;
  std::unique_ptr<Message> message_;
};

}  // namespace vexevt
