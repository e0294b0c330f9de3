// What each way to capture sees, in words: those of the doctor and of docs/back-ends.md, which a test holds to these.
#pragma once

#include <span>
#include <string_view>

namespace vexevt {

struct BackEnd {
  std::string_view name;   // the topic of its finding
  std::string_view sees;   // clauses, lower case, without a full stop
  std::string_view order;  // of what it tells
  std::string_view loses;
  std::string_view rights;
};

std::span<const BackEnd> AllBackEnds();

// What the back end of that name sees.
std::string_view SeenBy(std::string_view name);

}  // namespace vexevt
