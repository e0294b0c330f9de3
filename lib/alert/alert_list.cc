#include "lib/alert/alert_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/event/field.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

struct ListedAlert {
  const Alert* alert = nullptr;
  bool fires = false;
  bool told = false;
};

// Borrows from `kept`.
std::vector<ListedAlert> ListAlerts(const AlertBoard::Kept& kept) {
  std::set<std::string_view> told;
  for (const AlertNotices::KeptGroup& group : kept.notices.groups) {
    for (const AlertNotices::KeptAlert& alert : group.alerts) {
      if (alert.told) told.insert(alert.alert.id);
    }
  }
  std::vector<ListedAlert> listed;
  for (const AlertBoard::KeptRule& rule : kept.rules) {
    for (const auto& [key, instance] : rule.alerts.instances) {
      if (instance.state == AlertInstances::State::kInactive) continue;
      const bool fires = instance.state == AlertInstances::State::kFiring;
      listed.push_back({&instance.alert, fires, fires && told.contains(instance.alert.id)});
    }
  }
  std::stable_partition(listed.begin(), listed.end(), [](const ListedAlert& each) { return each.fires; });
  return listed;
}

std::string_view StateOf(const ListedAlert& listed) { return listed.fires ? "firing" : "pending"; }

std::string LabelsText(const std::vector<AlertLabel>& labels) {
  std::string text;
  for (const AlertLabel& label : labels) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", Escaped(label.name), Escaped(label.value));
  }
  return text.empty() ? "-" : text;
}

std::string LabelsJson(const std::vector<AlertLabel>& labels) {
  std::string text;
  for (const AlertLabel& label : labels) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", JsonText(label.name), JsonText(label.value));
  }
  return "{" + text + "}";
}

std::string FloatJson(double value) {
  char text[64];
  return {text, WriteJsonFloat(value, text)};
}

std::string AlertJson(const ListedAlert& listed) {
  const Alert& alert = *listed.alert;
  std::string text =
      fmt::format(R"({{"alert":{},"state":"{}","told":{},"severity":"{}","since":"{}",)", JsonText(alert.rule),
                  StateOf(listed), listed.told, PriorityName(alert.severity), PrintTime(alert.since_ns));
  if (listed.fires) text += fmt::format(R"("fired":"{}",)", PrintTime(alert.fired_ns));
  return text + fmt::format(R"("labels":{},"annotations":{},"summary":{},"value":{},"unit":{},)"
                            R"("lower_bound":{},"flapping":{}}})",
                            LabelsJson(alert.labels), LabelsJson(alert.annotations), JsonText(alert.summary),
                            FloatJson(alert.value), JsonText(alert.unit), alert.lower_bound, alert.flapping);
}

}  // namespace

std::string AlertListText(const AlertBoard::Kept& kept) {
  const std::vector<ListedAlert> listed = ListAlerts(kept);
  std::size_t rules = std::string_view("ALERT").size(), labels = std::string_view("LABELS").size();
  for (const ListedAlert& each : listed) {
    rules = std::max(rules, Escaped(each.alert->rule).size());
    labels = std::max(labels, LabelsText(each.alert->labels).size());
  }
  std::string table = PrintTime(kept.now_ns) + '\n';
  const auto add = [&](std::string_view rule, std::string_view state, std::string_view since, std::string_view severity,
                       std::string_view told, std::string_view of, std::string_view summary) {
    table += fmt::format("{:<{}}  {:<7}  {:<30}  {:<10}  {:<4}  {:<{}}  {}", rule, rules, state, since, severity, told,
                         of, labels, summary);
    table.erase(table.find_last_not_of(' ') + 1);
    table += '\n';
  };
  add("ALERT", "STATE", "SINCE", "SEVERITY", "TOLD", "LABELS", "SUMMARY");
  for (const ListedAlert& each : listed) {
    const Alert& alert = *each.alert;
    add(Escaped(alert.rule), StateOf(each), PrintTime(alert.since_ns), PriorityName(alert.severity),
        each.told ? "yes" : "no", LabelsText(alert.labels), Escaped(alert.summary));
  }
  return table;
}

std::string AlertListJson(const AlertBoard::Kept& kept) {
  std::string alerts;
  for (const ListedAlert& each : ListAlerts(kept)) alerts += (alerts.empty() ? "" : ",") + AlertJson(each);
  return fmt::format("{{\"time\":\"{}\",\"alerts\":[{}]}}\n", PrintTime(kept.now_ns), alerts);
}

}  // namespace vexevt
