// The parts of an endpoint's name.
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/status.h"

namespace vexevt {

enum class EndpointKind : std::uint8_t { kStandard, kFile, kUnix, kUnixListen, kRing, kExec };

struct EndpointName {
  EndpointKind kind;
  std::string rest;  // FILE, PATH, COMMAND or what ParseRingName takes; not empty except for kStandard
};

// kInvalidArgument for an empty name or rest or a ring's wrong option, kUnsupported for a kind of a later version.
Result<EndpointName> ParseEndpoint(const std::string& endpoint);

}  // namespace vexevt
