#include "lib/route/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/event/encode.h"
#include "lib/event/json_read.h"

namespace vexevt {
namespace {

std::string Names(const RoutePlan& plan, const std::vector<std::uint32_t>& endpoints) {
  std::string names;
  for (std::uint32_t number : endpoints) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", plan.endpoints[number].rule.name);
  }
  return names.empty() ? "nowhere" : names;
}

std::string Does(const RoutePlan& plan, const RouteRule& rule) {
  if (rule.rule.drop) return "dropped";
  std::string does = "to " + Names(plan, rule.to);
  if (rule.rule.dedupe) does += ", unless dedupe keeps it back";
  if (rule.rule.sample) does += ", if it is in the sample";
  if (rule.rule.limit) does += ", unless the limit keeps it back";
  return does;
}

std::string Indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    out += fmt::format("    {}\n", line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out;
}

}  // namespace

RouteDecision DecideRoute(const RoutePlan& plan, const EventView& event) {
  RouteDecision decision;
  auto add = [&](const std::vector<std::uint32_t>& endpoints) {
    for (std::uint32_t number : endpoints) {
      if (std::ranges::find(decision.endpoints, number) == decision.endpoints.end()) {
        decision.endpoints.push_back(number);
      }
    }
  };
  if (TellsOfStream(event.type())) {
    for (std::uint32_t number = 0; number < plan.endpoints.size(); ++number) decision.endpoints.push_back(number);
    return decision;
  }
  for (std::size_t index = plan.NextHolding(event, 0); index < plan.rules.size();
       index = plan.NextHolding(event, index + 1)) {
    decision.rules.push_back(index);
    add(plan.rules[index].to);
    if (plan.rules[index].rule.drop || !plan.all_matches) break;
  }
  if (decision.rules.empty()) add(plan.otherwise);
  return decision;
}

std::string ExplainRoute(const RoutePlan& plan, const EventView& event) {
  RouteDecision decision = DecideRoute(plan, event);
  std::string out;
  if (TellsOfStream(event.type())) {
    out += "it tells of the stream, so it goes to every endpoint\n";
  } else {
    bool decided = false;
    for (std::size_t index = 0; index < plan.rules.size() && !decided; ++index) {
      const RouteRule& rule = plan.rules[index];
      bool holds = std::ranges::find(decision.rules, index) != decision.rules.end();
      out += fmt::format("rule '{}' {}\n", rule.rule.name,
                         holds ? "holds: " + Does(plan, rule) : std::string("does not hold"));
      out += rule.when ? Indented(rule.when->Explain(event)) : "    no 'when': it always holds\n";
      decided = holds && (rule.rule.drop || !plan.all_matches);
    }
    if (decision.rules.empty()) {
      out += plan.otherwise.empty() ? "no rule holds, and there is no 'otherwise'\n" : "no rule holds: otherwise\n";
    }
  }
  return out + fmt::format("goes to: {}\n", Names(plan, decision.endpoints));
}

Result<std::vector<std::byte>> FrameOfJson(std::string_view json) {
  JsonReader reader;
  Event event;
  auto read = reader.Read(json, &event);
  if (!read.ok()) return InvalidArgument(read.status().message());
  if (!*read) return InvalidArgument("an event is wanted, as JSON");
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  return frame;
}

}  // namespace vexevt
