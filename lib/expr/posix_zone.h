// The rule at the end of a time zone file, in the form of POSIX's TZ: CET-1CEST,M3.5.0,M10.5.0/3. For time_zone.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vexevt {

struct ZoneChange {
  std::int64_t at;      // seconds since 1970
  std::int32_t offset;  // seconds east of UTC from then on
};

struct UnrolledZone {
  std::int32_t standard_offset;
  std::vector<ZoneChange> changes;  // from 1970 to 2554, as far as 64 bits of ns reach; empty without summer time
};

// nullopt: not such a rule.
std::optional<UnrolledZone> UnrollPosixZone(std::string_view rule);

}  // namespace vexevt
