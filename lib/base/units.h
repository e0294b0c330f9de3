// Quantities as people write them: sizes, counts, durations, rates, points in time. Each parser takes the whole text or
// refuses it with kInvalidArgument and a message that quotes it; what overflows is refused. Each printer's text parses
// back to the same value, but for the Rounded ones, which are for reading. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/status.h"

namespace vexevt {

// Bytes. 512, 10K, 1.5G, 64KiB: powers of 1024; 10KB: powers of 1000. Units K M G T P, in either case.
Result<std::uint64_t> ParseSize(std::string_view text);
std::string PrintSize(std::uint64_t bytes);
std::string RoundedSize(std::uint64_t bytes);  // three digits and a unit: 1.46M

// 250, 10k, 1.5M: powers of 1000.
Result<std::uint64_t> ParseCount(std::string_view text);
std::string RoundedCount(std::uint64_t count);

// Nanoseconds. 250ms, 1.5s, 1h30m, 7d, in ns us µs ms s m h d w; a number without a unit only when it is 0.
Result<std::uint64_t> ParseDuration(std::string_view text);
std::string PrintDuration(std::uint64_t ns);
std::string RoundedDuration(std::uint64_t ns);  // three digits and a unit below a minute, else two units: 1.46ms, 3h12m

// So many events in so long: 100/s, 5/m, 10k/s, 3/10s. Neither is 0.
struct Rate {
  std::uint64_t count;
  std::uint64_t per_ns;
  bool operator==(const Rate&) const = default;
};
Result<Rate> ParseRate(std::string_view text);
std::string PrintRate(Rate rate);

// Nanoseconds since 1970, from 1970 to 2554. 2026-11-23T12:00:00.5+01:00 (RFC 3339, to 9 digits), 2026-11-23 12:00[:05]
// and 2026-11-23 (local time, by TZ), @1700000000.5 (seconds since 1970).
Result<std::uint64_t> ParseTime(std::string_view text);

// The same, and what is relative to `now_ns`: now, today, yesterday, tomorrow (local midnight), 1h ago, -1h, +1h; a
// bare duration is that long ago.
Result<std::uint64_t> ParseTime(std::string_view text, std::uint64_t now_ns);

// 2026-11-23T12:00:00.123456789Z: UTC, always as long.
inline constexpr std::size_t kTimeChars = 30;
std::string PrintTime(std::uint64_t ns);
void WriteTime(std::uint64_t ns, char* out);  // kTimeChars characters, no terminator; about 15 ns

}  // namespace vexevt
