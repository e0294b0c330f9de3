// One event as one line for a person at a terminal:
//
//   Nov 23 14:00:00.123456 fs.rename      mv[4711]             /srv/a -> /srv/b  4K 0644
//
// Local time, type, process, then what it is about; an error, a priority other than normal, attributes and what else is
// out of the ordinary at its end. Not for programs: JSON, CSV and templates are. Everything from outside is escaped
// (escape.h): no byte of an event reaches the terminal as a control.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/event/event_view.h"

namespace vexevt {

class TextLine {
 public:
  explicit TextLine(bool color) : color_(color) {}

  // Appends the line and its newline. Not thread-safe: it keeps the offset of local time between calls.
  void Append(const EventView& event, std::string* out);

 private:
  void AppendTime(std::uint64_t wall_ns, std::string* out);
  void AppendFs(const EventView& event, std::string* out) const;
  void AppendGap(const EventView& event, std::string* out);
  void AppendPayload(const EventView& event, std::string* out) const;
  void AppendNotes(const EventView& event, std::string* out) const;
  void Styled(std::string_view style, std::string_view text, std::string* out) const;

  bool color_;
  // Local time is UTC and offset_s_ in the quarter of an hour that starts at quarter_: none of Earth's zones changes
  // within one.
  std::uint64_t quarter_ = UINT64_MAX;
  std::int64_t offset_s_ = 0;
};

}  // namespace vexevt
