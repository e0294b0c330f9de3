#include "lib/status/show.h"

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

constexpr std::size_t kNumberWidth = 8;

// A page is anybody's bytes.
std::string Escaped(std::string_view text) {
  std::string out;
  AppendEscaped(text, &out);
  return out;
}

// What "-" stands for.
const std::string& Named(const std::string& endpoint, const std::string& link) {
  return endpoint == "-" && !link.empty() ? link : endpoint;
}

std::string Row(const ToolHealth& health, const Instant& now) {
  const RunningTool& tool = health.tool;
  const StatusFacts& facts = tool.reading.facts;
  const StatusNumbers& numbers = tool.reading.numbers;
  const std::uint64_t ran_ns = now.wall_ns > facts.started_wall_ns ? now.wall_ns - facts.started_wall_ns : 0;
  const std::string lost = fmt::format("{}{}", numbers.unknown > 0 ? ">=" : "", numbers.lost + numbers.dropped);
  return fmt::format("{:<17} {:>7} {:>7} {:>{w}} {:>{w}} {:>{w}} {:>7} {:<7} {} -> {}\n", Escaped(facts.tool), tool.pid,
                     RoundedDuration(ran_ns), numbers.in, numbers.out, lost,
                     health.lag_ns > 0 ? RoundedDuration(health.lag_ns) : "-", ToolStateName(health.state),
                     Escaped(Named(facts.input, tool.stdin_link)), Escaped(Named(facts.output, tool.stdout_link)),
                     fmt::arg("w", kNumberWidth));
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
      JsonText(Named(facts.input, tool.stdin_link)), JsonText(Named(facts.output, tool.stdout_link)), numbers.in,
      numbers.made, numbers.out, health.filtered, numbers.dropped, numbers.gaps, numbers.lost, numbers.unknown,
      numbers.bytes_in, numbers.bytes_out, static_cast<double>(health.lag_ns) / static_cast<double>(kNsPerSecond));
  if (health.between) out += fmt::format(",\"between\":{}", *health.between);
  out += ",\"complaints\":[";
  for (std::size_t i = 0; i < health.complaints.size(); ++i) {
    out += fmt::format("{}{}", i == 0 ? "" : ",", JsonText(health.complaints[i]));
  }
  return out + "]}";
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
