#include "lib/status/pipelines.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace vexevt {
namespace {

std::uint64_t Since(std::uint64_t then_ns, std::uint64_t now_ns) { return now_ns > then_ns ? now_ns - then_ns : 0; }

ToolHealth HealthOf(RunningTool tool, const Instant& now) {
  const StatusNumbers& numbers = tool.reading.numbers;
  ToolHealth health;
  const std::uint64_t still_ns = Since(numbers.moved_ns, now.mono_ns);
  if (numbers.waits == 0) health.state = still_ns >= kStalledNs ? ToolState::kStalled : ToolState::kWorking;
  if (health.state != ToolState::kWaiting && numbers.last_wall_ns > 0) {
    health.lag_ns = Since(numbers.last_wall_ns, now.wall_ns);
  }
  health.filtered = numbers.in + numbers.made - numbers.out - numbers.dropped;
  if (health.state == ToolState::kStalled) {
    health.complaints.push_back(fmt::format("has not moved for {} s", still_ns / kNsPerSecond));
  }
  if (numbers.dropped > 0) health.complaints.push_back(fmt::format("lost {} events", numbers.dropped));
  if (numbers.gaps > 0) {
    health.complaints.push_back(fmt::format("{}{} events were lost before it, in {} gaps",
                                            numbers.unknown > 0 ? "at least " : "", numbers.lost, numbers.gaps));
  }
  health.tool = std::move(tool);
  return health;
}

bool Settled(const ToolHealth& health, std::uint64_t now_ns) {
  const StatusNumbers& numbers = health.tool.reading.numbers;
  return numbers.waits != 0 && Since(numbers.moved_ns, now_ns) >= kSettledNs;
}

// What lies between `before` and `after`, which is nothing once both have come to rest.
void Compare(const ToolHealth& before, ToolHealth* after, std::uint64_t now_ns) {
  const std::uint64_t out = before.tool.reading.numbers.out, in = after->tool.reading.numbers.in;
  after->between = static_cast<std::int64_t>(out - in);
  if (*after->between == 0 || !Settled(before, now_ns) || !Settled(*after, now_ns)) return;
  after->complaints.push_back(fmt::format("read {} events, of {} that were written to it", in, out));
}

void AddUp(Pipeline* pipeline) {
  pipeline->in = pipeline->tools.front().tool.reading.numbers.in;
  pipeline->out = pipeline->tools.back().tool.reading.numbers.out;
  for (const ToolHealth& health : pipeline->tools) {
    pipeline->made += health.tool.reading.numbers.made;
    pipeline->dropped += health.tool.reading.numbers.dropped;
    pipeline->filtered += health.filtered;
    pipeline->between += health.between.value_or(0);
  }
}

}  // namespace

std::string_view ToolStateName(ToolState state) {
  constexpr std::string_view kNames[] = {"waiting", "working", "stalled"};
  return kNames[static_cast<std::size_t>(state)];
}

bool Pipeline::well() const {
  return std::ranges::all_of(tools, [](const ToolHealth& health) { return health.complaints.empty(); });
}

std::vector<Pipeline> FormPipelines(std::vector<RunningTool> tools, const Instant& now) {
  // By pipe: who reads nothing else, and who writes there.
  std::map<std::string, std::vector<std::size_t>> readers, writers;
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const StatusFacts& facts = tools[i].reading.facts;
    if (facts.input == "-") readers[tools[i].stdin_link].push_back(i);
    if (facts.output == "-" && tools[i].stdout_link.starts_with("pipe:")) writers[tools[i].stdout_link].push_back(i);
  }
  constexpr std::size_t kNone = ~std::size_t{0};
  std::vector<std::size_t> next(tools.size(), kNone);
  std::vector<bool> follows(tools.size(), false);
  for (const auto& [pipe, before] : writers) {
    const std::vector<std::size_t>& after = readers[pipe];
    // With several at one end, what one wrote is not what one read.
    if (before.size() != 1 || after.size() != 1 || before == after) continue;
    next[before.front()] = after.front();
    follows[after.front()] = true;
  }
  std::vector<Pipeline> pipelines;
  std::vector<bool> taken(tools.size(), false);
  const auto take = [&](std::size_t first) {
    Pipeline pipeline;
    for (std::size_t i = first; i != kNone && !taken[i]; i = next[i]) {
      taken[i] = true;
      pipeline.tools.push_back(HealthOf(std::move(tools[i]), now));
      if (i != first) Compare(*(pipeline.tools.end() - 2), &pipeline.tools.back(), now.mono_ns);
    }
    AddUp(&pipeline);
    pipelines.push_back(std::move(pipeline));
  };
  for (std::size_t i = 0; i < tools.size(); ++i) {
    if (!follows[i]) take(i);
  }
  for (std::size_t i = 0; i < tools.size(); ++i) {
    if (!taken[i]) take(i);  // a ring of pipes has no first one
  }
  return pipelines;
}

}  // namespace vexevt
