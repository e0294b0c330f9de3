#include "lib/alert/alert_event.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/packing.h"
#include "lib/base/utf8.h"
#include "lib/match/hash.h"

namespace vexevt {
namespace {

// Of a larger group the summaries of so many are told, and the causes of so many.
constexpr std::size_t kMostSummaries = 50, kMostCaused = 1000;

decltype(Attribute::value) ValueOf(std::string_view text) {
  if (IsUtf8(text)) return AttributeText{text};
  return AttributeBytes{text};
}

// Those of the first alert that all have.
void AddCommon(std::span<const Alert* const> alerts, std::vector<AlertLabel> Alert::*labels,
               std::vector<Attribute>* attributes) {
  for (const AlertLabel& label : alerts[0]->*labels) {
    const bool common = std::ranges::all_of(alerts.subspan(1), [&](const Alert* alert) {
      return std::ranges::find(alert->*labels, label) != (alert->*labels).end();
    });
    if (common) attributes->push_back({label.name, ValueOf(label.value)});
  }
}

void AddCauses(const Alert& alert, std::vector<EventId>* causes) {
  if (alert.first_cause == EventId()) return;
  causes->push_back(alert.first_cause);
  if (alert.last_cause != alert.first_cause) causes->push_back(alert.last_cause);
}

std::string Summaries(std::span<const Alert* const> alerts) {
  std::string text;
  for (const Alert* alert : alerts.first(std::min(alerts.size(), kMostSummaries))) {
    if (alert->summary.empty()) continue;
    if (!text.empty()) text += '\n';
    text += alert->summary;
  }
  if (alerts.size() > kMostSummaries) text += fmt::format("\nand {} more", alerts.size() - kMostSummaries);
  return text;
}

EventId IdOf(const AlertNews& news) {
  Packer packer;
  packer.Put(news.at_ns);
  for (const Alert* alert : news.alerts) {
    packer.PutText(alert->id);
    packer.Put(alert->since_ns);
    packer.Put(alert->resolved_ns);
  }
  return {Hash(news.group, kVexevtAlert), Hash(packer.bytes())};
}

}  // namespace

const Event& AlertEvent::Make(const AlertNews& news) {
  const Alert& first = *news.alerts[0];
  const auto firing = static_cast<std::size_t>(
      std::ranges::count_if(news.alerts, [](const Alert* alert) { return alert->resolved_ns == 0; }));
  const bool one_rule = std::ranges::all_of(news.alerts, [&](const Alert* alert) { return alert->rule == first.rule; });
  const auto any = [&](bool Alert::*flag) {
    return std::ranges::any_of(news.alerts, [&](const Alert* alert) { return alert->*flag; });
  };
  std::vector<Attribute> attributes = std::move(event_.attributes);
  std::vector<EventId> causes = std::move(event_.causes);
  attributes.clear();
  causes.clear();
  event_ = Event();
  message_ = Summaries(news.alerts);
  event_.id = IdOf(news);
  event_.wall_ns = news.at_ns;
  event_.type = kVexevtAlert;
  event_.boundary = Boundary::kAnalytics;
  const auto urgency = [](const Alert* alert) { return Urgency(alert->severity); };
  event_.priority = (*std::ranges::max_element(news.alerts, {}, urgency))->severity;
  const std::string_view name = one_rule ? std::string_view(first.rule) : "alerts";
  ObservabilityPayload payload{.name = name, .message = message_};
  if (news.alerts.size() == 1) {
    payload.unit = first.unit;
    payload.value = first.value;
  }
  event_.payload = payload;
  if (one_rule) attributes.push_back({"alert", ValueOf(first.rule)});
  attributes.push_back({"state", AttributeText{firing > 0 ? "firing" : "resolved"}});
  const auto since = [](const Alert* alert) { return alert->since_ns; };
  attributes.push_back({"since", static_cast<std::int64_t>(since(*std::ranges::min_element(news.alerts, {}, since)))});
  if (news.alerts.size() > 1) {
    attributes.push_back({"firing", static_cast<std::int64_t>(firing)});
    attributes.push_back({"resolved", static_cast<std::int64_t>(news.alerts.size() - firing)});
  }
  AddCommon(news.alerts, &Alert::labels, &attributes);
  AddCommon(news.alerts, &Alert::annotations, &attributes);
  if (any(&Alert::lower_bound)) attributes.push_back({"lower_bound", true});
  if (any(&Alert::flapping)) attributes.push_back({"flapping", true});
  attributes.push_back({"generation", std::int64_t{news.generation}});
  for (const Alert* alert : news.alerts.first(std::min(news.alerts.size(), kMostCaused))) AddCauses(*alert, &causes);
  event_.attributes = std::move(attributes);
  event_.causes = std::move(causes);
  return event_;
}

}  // namespace vexevt
