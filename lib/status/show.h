// Pipelines as people and programs read them.
#pragma once

#include <span>
#include <string>

#include "lib/base/clock.h"
#include "lib/status/pipelines.h"
#include "lib/status/profile.h"

namespace vexevt {

// A table: a line for each tool, below it its complaints, and below each pipeline of several its balance.
std::string StatusText(std::span<const Pipeline> pipelines, const Instant& now);
// {"well":true,"hidden":0,"pipelines":[{"well":true,"in":…,"tools":[{"tool":"vexevt-cat","pid":…},…]},…]}, a line.
// Times are in seconds, "since" as in ISO 8601.
std::string StatusJson(std::span<const Pipeline> pipelines, std::size_t hidden);

// A table: a line for each tool, below each pipeline its bottleneck, and why it is that.
std::string ProfileText(std::span<const PipelineProfile> profiles);
// {"pipelines":[{"bottleneck":{"where":"tool","pid":…},"tools":[{"tool":"vexevt-cat","time":{"input":…},…},…]},…]}, a
// line. Events and bytes are a second, times shares of the time.
std::string ProfileJson(std::span<const PipelineProfile> profiles);

}  // namespace vexevt
