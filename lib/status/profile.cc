#include "lib/status/profile.h"

#include <algorithm>
#include <utility>

#include "lib/status/pipelines.h"

namespace vexevt {
namespace {

double Difference(std::uint64_t before, std::uint64_t after) {
  return after > before ? static_cast<double>(after - before) : 0;
}

// Up to the moment when it was looked at.
std::uint64_t WaitedNs(const RunningTool& tool) {
  const StatusNumbers& numbers = tool.reading.numbers;
  const bool waits = numbers.waits != 0 && tool.seen_ns > numbers.moved_ns;
  return numbers.waited_ns + (waits ? tool.seen_ns - numbers.moved_ns : 0);
}

// The looks at a page and at the kernel's numbers lie microseconds apart: what they count too much is cut.
StageTime TimeBetween(const RunningTool& before, const RunningTool& after, double ns) {
  StageTime time;
  double left = ns;
  const auto take = [&left, ns](double part) {
    part = std::min(part, left);
    left -= part;
    return part / ns;
  };
  time.work = take(Difference(before.thread.ran_ns, after.thread.ran_ns));
  time.queued = take(Difference(before.thread.queued_ns, after.thread.queued_ns));
  time.input = take(Difference(WaitedNs(before), WaitedNs(after)));
  time.output = take(left);
  return time;
}

StageProfile StageBetween(const RunningTool& before, ToolHealth after) {
  StageProfile stage;
  stage.tool = std::move(after.tool);
  const StatusNumbers &then = before.reading.numbers, &now = stage.tool.reading.numbers;
  const double ns = std::max(Difference(before.seen_ns, stage.tool.seen_ns), 1.0);
  stage.seconds = ns / static_cast<double>(kNsPerSecond);
  stage.time = TimeBetween(before, stage.tool, ns);
  stage.processors = Difference(before.processor_ns, stage.tool.processor_ns) / ns;
  stage.in = Difference(then.in, now.in) / stage.seconds;
  stage.out = Difference(then.out, now.out) / stage.seconds;
  stage.bytes_in = Difference(then.bytes_in, now.bytes_in) / stage.seconds;
  stage.bytes_out = Difference(then.bytes_out, now.bytes_out) / stage.seconds;
  stage.queued_events = after.between;
  return stage;
}

const RunningTool* Find(const std::vector<RunningTool>& tools, const RunningTool& tool) {
  const auto at = std::ranges::find_if(tools, [&tool](const RunningTool& other) {
    return other.pid == tool.pid && other.reading.facts.started_wall_ns == tool.reading.facts.started_wall_ns;
  });
  return at == tools.end() ? nullptr : &*at;
}

}  // namespace

Bottleneck FindBottleneck(const std::vector<StageTime>& stages) {
  // Place 0 is the source, place i the tool i - 1, the last place the reader. From a place to the next one on, one
  // tool's time counts as output where it counted as work, and another's as work where it counted as input.
  double explained = 0;
  for (const StageTime& time : stages) explained += time.input;
  double most = explained;
  std::size_t best = 0;
  for (std::size_t place = 1; place <= stages.size() + 1; ++place) {
    if (place >= 2) explained += stages[place - 2].output - stages[place - 2].work - stages[place - 2].queued;
    if (place <= stages.size()) {
      explained += stages[place - 1].work + stages[place - 1].queued - stages[place - 1].input;
    }
    if (explained <= most) continue;
    most = explained;
    best = place;
  }
  Bottleneck bottleneck;
  if (!stages.empty()) bottleneck.share = most / static_cast<double>(stages.size());
  if (best > stages.size()) bottleneck.where = PaceSetter::kReader;
  if (best == 0 || best > stages.size()) return bottleneck;
  bottleneck.where = PaceSetter::kStage;
  bottleneck.stage = best - 1;
  return bottleneck;
}

std::vector<PipelineProfile> ProfilePipelines(const std::vector<RunningTool>& before, std::vector<RunningTool> after,
                                              const Instant& now) {
  std::vector<PipelineProfile> profiles;
  for (Pipeline& pipeline : FormPipelines(std::move(after), now)) {
    PipelineProfile profile;
    std::vector<StageTime> times;
    for (ToolHealth& health : pipeline.tools) {
      const RunningTool* then = Find(before, health.tool);
      if (then == nullptr) break;
      profile.stages.push_back(StageBetween(*then, std::move(health)));
      StageProfile& stage = profile.stages.back();
      times.push_back(stage.time);
      if (!stage.queued_events) continue;
      const StatusNumbers& writer = (profile.stages.end() - 2)->tool.reading.numbers;
      stage.queued_bytes = static_cast<std::int64_t>(writer.bytes_out - stage.tool.reading.numbers.bytes_in);
    }
    if (times.size() < pipeline.tools.size()) continue;
    profile.bottleneck = FindBottleneck(times);
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

}  // namespace vexevt
