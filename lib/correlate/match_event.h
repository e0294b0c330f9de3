// The event that tells of a match.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/correlate/found.h"
#include "lib/event/event.h"

namespace vexevt {

// No event names more causes; of a longer match it names the last ones, and its count says how many there were.
inline constexpr std::size_t kMaxCauses = 50'000;

struct MatchOrigin {
  std::string_view pattern;
  std::uint64_t identity = 0;  // of what the pattern is: the same in every run
  std::uint32_t generation = 1;
  Priority severity = Priority::kNormal;
  std::string_view host, tenant;
};

// A vexevt.match event, or a vexevt.partial one where the time ran out. Its id follows from the pattern and the causes,
// so that a match that is found again, after a restart, is known for the same. Borrows from both; *event is used again.
void MakeMatchEvent(const MatchOrigin& origin, const Found& found, Event* event);

}  // namespace vexevt
