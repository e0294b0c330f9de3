// TimeZone: the offset from UTC at any time, from the system's time zone files (TZif, RFC 8536). libc's own conversion
// is not used as it knows one zone a process, and allocates.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

class TimeZone {
 public:
  TimeZone() = default;  // UTC

  // "Europe/Berlin", "UTC": a name under /usr/share/zoneinfo.
  static Result<TimeZone> Load(std::string_view name);

  // The contents of a TZif file.
  static Result<TimeZone> Parse(std::string_view bytes);

  // Seconds east of UTC at `seconds` since 1970. No allocation; a binary search. Thread-safe.
  std::int32_t OffsetAt(std::int64_t seconds) const;

 private:
  struct Change {
    std::int64_t at;
    std::int32_t offset;
  };
  std::int32_t first_offset_ = 0;
  std::vector<Change> changes_;  // in order
};

}  // namespace vexevt
