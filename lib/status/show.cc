#include "lib/status/show.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

constexpr std::size_t kNumberWidth = 8;

std::string Row(const ToolHealth& health, const Instant& now) {
  const RunningTool& tool = health.tool;
  const StatusFacts& facts = tool.reading.facts;
  const StatusNumbers& numbers = tool.reading.numbers;
  const std::uint64_t ran_ns = now.wall_ns > facts.started_wall_ns ? now.wall_ns - facts.started_wall_ns : 0;
  const std::string lost = fmt::format("{}{}", numbers.unknown > 0 ? ">=" : "", numbers.lost + numbers.dropped);
  return fmt::format("{:<17} {:>7} {:>7} {:>{w}} {:>{w}} {:>{w}} {:>7} {:<7} {} -> {}\n", Escaped(facts.tool), tool.pid,
                     RoundedDuration(ran_ns), numbers.in, numbers.out, lost,
                     health.lag_ns > 0 ? RoundedDuration(health.lag_ns) : "-", ToolStateName(health.state),
                     Escaped(InputOf(tool)), Escaped(OutputOf(tool)), fmt::arg("w", kNumberWidth));
}

std::string Balance(const Pipeline& pipeline) {
  std::string text = fmt::format("  = {} in", pipeline.in);
  if (pipeline.made > 0) text += fmt::format(", {} made", pipeline.made);
  text += fmt::format(", {} out, {} filtered, {} lost here, {} between tools\n", pipeline.out, pipeline.filtered,
                      pipeline.dropped, pipeline.between);
  return text;
}

std::string ToolJson(const ToolHealth& health) {
  const RunningTool& tool = health.tool;
  const StatusFacts& facts = tool.reading.facts;
  const StatusNumbers& numbers = tool.reading.numbers;
  std::string out = fmt::format(
      "{{\"tool\":{},\"pid\":{},\"since\":\"{}\",\"state\":\"{}\",\"input\":{},\"output\":{},\"in\":{},\"made\":{},"
      "\"out\":{},\"filtered\":{},\"dropped\":{},\"gaps\":{},\"lost\":{},\"gaps_unknown\":{},\"bytes_in\":{},"
      "\"bytes_out\":{},\"lag\":{:.3f}",
      JsonText(facts.tool), tool.pid, PrintTime(facts.started_wall_ns), ToolStateName(health.state),
      JsonText(InputOf(tool)), JsonText(OutputOf(tool)), numbers.in, numbers.made, numbers.out, health.filtered,
      numbers.dropped, numbers.gaps, numbers.lost, numbers.unknown, numbers.bytes_in, numbers.bytes_out,
      static_cast<double>(health.lag_ns) / static_cast<double>(kNsPerSecond));
  if (health.between) out += fmt::format(",\"between\":{}", *health.between);
  out += ",\"complaints\":[";
  for (std::size_t i = 0; i < health.complaints.size(); ++i) {
    out += fmt::format("{}{}", i == 0 ? "" : ",", JsonText(health.complaints[i]));
  }
  return out + "]}";
}

std::string Percent(double share) { return fmt::format("{:.0f}%", 100 * share); }

std::string PerSecond(double count) { return RoundedCount(static_cast<std::uint64_t>(count)); }

std::string ProfileRow(const StageProfile& stage) {
  const StageTime& time = stage.time;
  std::string queue = "-";
  if (stage.queued_bytes)
    queue = RoundedSize(static_cast<std::uint64_t>(std::max<std::int64_t>(*stage.queued_bytes, 0)));
  return fmt::format("{:<17} {:>7} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>6.2f} {:>7}\n",
                     Escaped(stage.tool.reading.facts.tool), stage.tool.pid, PerSecond(stage.in), PerSecond(stage.out),
                     Percent(time.input), Percent(time.work), Percent(time.queued), Percent(time.output),
                     stage.processors, queue);
}

std::string NameOf(const StageProfile& stage) {
  return fmt::format("{} ({})", Escaped(stage.tool.reading.facts.tool), stage.tool.pid);
}

double Mean(std::span<const StageProfile> stages, double StageTime::*part) {
  double sum = 0;
  for (const StageProfile& stage : stages) sum += stage.time.*part;
  return sum / static_cast<double>(stages.size());
}

// The one line that says which place it is, and why.
std::string Reason(const PipelineProfile& profile) {
  const std::span<const StageProfile> stages = profile.stages;
  const StageProfile &first = stages.front(), &last = stages.back();
  switch (profile.bottleneck.where) {
    case PaceSetter::kSource: {
      std::string text = fmt::format("'{}', which {} reads: it waits for input {} of the time",
                                     Escaped(InputOf(first.tool)), NameOf(first), Percent(first.time.input));
      if (stages.size() > 1)
        text += fmt::format(", those behind it {}", Percent(Mean(stages.subspan(1), &StageTime::input)));
      return text;
    }
    case PaceSetter::kReader: {
      std::string text = fmt::format("'{}', to which {} writes: it waits for that {} of the time",
                                     Escaped(OutputOf(last.tool)), NameOf(last), Percent(last.time.output));
      const auto before = stages.first(stages.size() - 1);
      if (!before.empty())
        text += fmt::format(", those before it for their output {}", Percent(Mean(before, &StageTime::output)));
      return text;
    }
    case PaceSetter::kStage:
      break;
  }
  const std::size_t at = profile.bottleneck.stage;
  const StageTime& time = stages[at].time;
  std::string text = fmt::format("{}: it works {} of the time", NameOf(stages[at]), Percent(time.work));
  if (time.queued >= 0.1) text += fmt::format(", waits for a processor {}", Percent(time.queued));
  const auto before = stages.first(at), behind = stages.subspan(at + 1);
  if (!before.empty())
    text += fmt::format("; those before it wait for their output {}", Percent(Mean(before, &StageTime::output)));
  if (!behind.empty()) text += fmt::format("; those behind it for input {}", Percent(Mean(behind, &StageTime::input)));
  return text;
}

std::string_view PaceSetterName(PaceSetter where) {
  constexpr std::string_view kNames[] = {"source", "tool", "reader"};
  return kNames[static_cast<std::size_t>(where)];
}

std::string StageJson(const StageProfile& stage) {
  const StageTime& time = stage.time;
  std::string out = fmt::format(
      "{{\"tool\":{},\"pid\":{},\"input\":{},\"output\":{},\"seconds\":{:.3f},\"in\":{:.1f},\"out\":{:.1f},"
      "\"bytes_in\":{:.1f},\"bytes_out\":{:.1f},\"time\":{{\"input\":{:.3f},\"work\":{:.3f},\"queued\":{:.3f},"
      "\"output\":{:.3f}}},\"processors\":{:.3f}",
      JsonText(stage.tool.reading.facts.tool), stage.tool.pid, JsonText(InputOf(stage.tool)),
      JsonText(OutputOf(stage.tool)), stage.seconds, stage.in, stage.out, stage.bytes_in, stage.bytes_out, time.input,
      time.work, time.queued, time.output, stage.processors);
  if (stage.queued_events) {
    out += fmt::format(",\"queued_events\":{},\"queued_bytes\":{}", *stage.queued_events, *stage.queued_bytes);
  }
  return out + '}';
}

}  // namespace

std::string StatusText(std::span<const Pipeline> pipelines, const Instant& now) {
  if (pipelines.empty()) return {};
  std::string out = fmt::format("{:<17} {:>7} {:>7} {:>{w}} {:>{w}} {:>{w}} {:>7} {:<7} {}\n", "TOOL", "PID", "RUNS",
                                "IN", "OUT", "LOST", "LAG", "STATE", "INPUT -> OUTPUT", fmt::arg("w", kNumberWidth));
  for (const Pipeline& pipeline : pipelines) {
    for (const ToolHealth& health : pipeline.tools) {
      out += Row(health, now);
      for (const std::string& complaint : health.complaints) out += "  ! " + complaint + '\n';
    }
    if (pipeline.tools.size() > 1) out += Balance(pipeline);
  }
  return out;
}

std::string ProfileText(std::span<const PipelineProfile> profiles) {
  if (profiles.empty()) return {};
  std::string out = fmt::format("{:<17} {:>7} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>6} {:>7}\n", "TOOL", "PID", "IN/S",
                                "OUT/S", "INPUT", "WORK", "READY", "OUTPUT", "CPU", "QUEUE");
  for (const PipelineProfile& profile : profiles) {
    for (const StageProfile& stage : profile.stages) out += ProfileRow(stage);
    out += "  bottleneck: " + Reason(profile) + '\n';
  }
  return out;
}

std::string ProfileJson(std::span<const PipelineProfile> profiles) {
  std::string all;
  for (const PipelineProfile& profile : profiles) {
    const Bottleneck& bottleneck = profile.bottleneck;
    std::string tools;
    for (const StageProfile& stage : profile.stages) tools += (tools.empty() ? "" : ",") + StageJson(stage);
    all +=
        fmt::format("{}{{\"bottleneck\":{{\"where\":\"{}\"", all.empty() ? "" : ",", PaceSetterName(bottleneck.where));
    if (bottleneck.where == PaceSetter::kStage) {
      all += fmt::format(",\"pid\":{}", profile.stages[bottleneck.stage].tool.pid);
    }
    all += fmt::format(",\"share\":{:.3f},\"because\":{}}},\"tools\":[{}]}}", bottleneck.share,
                       JsonText(Reason(profile)), tools);
  }
  return fmt::format("{{\"pipelines\":[{}]}}\n", all);
}

std::string StatusJson(std::span<const Pipeline> pipelines, std::size_t hidden) {
  bool well = true;
  std::string all;
  for (const Pipeline& pipeline : pipelines) {
    std::string tools;
    for (const ToolHealth& health : pipeline.tools) tools += (tools.empty() ? "" : ",") + ToolJson(health);
    all += fmt::format(
        "{}{{\"well\":{},\"in\":{},\"made\":{},\"out\":{},\"filtered\":{},\"dropped\":{},\"between\":{},\"tools\":[{}]}"
        "}",
        all.empty() ? "" : ",", pipeline.well(), pipeline.in, pipeline.made, pipeline.out, pipeline.filtered,
        pipeline.dropped, pipeline.between, tools);
    well = well && pipeline.well();
  }
  return fmt::format("{{\"well\":{},\"hidden\":{},\"pipelines\":[{}]}}\n", well, hidden, all);
}

}  // namespace vexevt
