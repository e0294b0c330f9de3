// From what the live view knows to the lines of a screen. Pure: the same in, the same out; the terminal only puts them
// there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/live/keys.h"
#include "lib/live/snapshot.h"

namespace vexevt {

enum class LiveStyle : std::uint8_t { kPlain, kStrong, kFaint, kHeading, kSelected, kAlarm };

struct LiveSpan {
  std::string text;
  LiveStyle style = LiveStyle::kPlain;
};
using LiveLine = std::vector<LiveSpan>;

struct LiveSize {
  std::size_t rows = 24, columns = 80;
  bool operator==(const LiveSize&) const = default;
};

// Exactly size.rows lines of at most size.columns. Without `utf8` all is ASCII. What has no room is left out: the table
// that keys go to is always there.
std::vector<LiveLine> DrawLive(const LiveSnapshot& shown, const LiveUi& ui, LiveSize size, bool utf8);

// The same without a terminal: the first rows of each table, as wide as they are.
std::string PrintLive(const LiveSnapshot& shown, bool utf8);

}  // namespace vexevt
