// Running tools as the pipelines that they form, whether each is well, and whether their ledgers agree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/status/running.h"

namespace vexevt {

// A tool that has work and has not moved for so long is blocked: its output is full, or what it runs does not end.
inline constexpr std::uint64_t kStalledNs = 10 * kNsPerSecond;
// Tools that have waited for so long have read what the tool before them wrote.
inline constexpr std::uint64_t kSettledNs = kNsPerSecond;

enum class ToolState : std::uint8_t { kWaiting, kWorking, kStalled };
std::string_view ToolStateName(ToolState state);  // "waiting", "working", "stalled"

struct ToolHealth {
  RunningTool tool;
  ToolState state = ToolState::kWaiting;
  std::uint64_t filtered = 0;           // in + made - out - dropped: what it kept back or still holds
  std::uint64_t lag_ns = 0;             // of the last event that it read, while it works; 0: it waits
  std::optional<std::int64_t> between;  // events between the tool before it and this one; none: nothing is before it
  std::vector<std::string> complaints;  // what is not well, each a clause
};

struct Pipeline {
  std::vector<ToolHealth> tools;  // in the order of the stream
  // Of all of it: in + made = out + filtered + dropped + between.
  std::uint64_t in = 0, made = 0, out = 0, filtered = 0, dropped = 0;
  std::int64_t between = 0;

  bool well() const;
};

// Each tool is in one pipeline; a tool by itself is one, too. A tool follows another where one pipe is the output of
// the one and the only input of the other.
std::vector<Pipeline> FormPipelines(std::vector<RunningTool> tools, const Instant& now);

}  // namespace vexevt
