#include <fmt/format.h>

#include "lib/base/units.h"
#include "lib/graph/write.h"

namespace vexevt {

std::vector<std::string> Caveats(const Unknown& unknown) {
  std::vector<std::string> caveats;
  if (unknown.gaps > 0) {
    std::string many = unknown.lost == 0 ? "events" : fmt::format("{} events", unknown.lost);
    if (unknown.lost > 0 && unknown.lost_is_least) many.insert(0, "at least ");
    const std::string first = PrintTime(unknown.first_gap_ns), last = PrintTime(unknown.last_gap_ns);
    caveats.push_back(fmt::format("{} are missing in the stream, {}, and with them what they would have told", many,
                                  unknown.gaps == 1
                                      ? fmt::format("at {}", first)
                                      : fmt::format("in {} places from {} to {}", unknown.gaps, first, last)));
  }
  if (unknown.causes > 0) {
    caveats.push_back(
        fmt::format("{} causes that events name were not in the stream, or too long before", unknown.causes));
  }
  if (unknown.ends_ns) {
    caveats.push_back(
        fmt::format("the graph is full: it knows nothing of events from {} on", PrintTime(*unknown.ends_ns)));
  }
  return caveats;
}

}  // namespace vexevt
