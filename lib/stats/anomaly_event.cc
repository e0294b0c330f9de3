#include "lib/stats/anomaly_event.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <span>

#include "lib/base/units.h"
#include "lib/match/hash.h"

namespace vexevt {

AnomalyEvent::AnomalyEvent(const StatsQuery& query, const StatePlan& plan, std::string_view name)
    : query_(query), plan_(plan), keys_(query.by), source_(Hash("anomaly", Hash(query.text, Hash(name)))) {}

const Event& AnomalyEvent::Make(const Anomaly& anomaly, std::optional<EventId> cause) {
  const Watch& watch = query_.watches[anomaly.watch];
  const std::uint64_t place[] = {anomaly.watch, anomaly.begin_ns, anomaly.end_ns};
  message_ = AnomalyText(query_, plan_, anomaly);
  event_ = Event();
  event_.id = {source_, Hash(anomaly.key, Hash(AsText(std::as_bytes(std::span(place)))))};
  event_.wall_ns = anomaly.end_ns;
  event_.type = kVexevtAnomaly;
  event_.boundary = Boundary::kAnalytics;
  event_.payload =
      ObservabilityPayload{.name = watch.name, .message = message_, .unit = {}, .value = anomaly.judgement.score};
  if (cause) event_.causes.push_back(*cause);
  std::vector<Attribute>& attributes = event_.attributes;
  attributes.push_back({"begin", AttributeOf(anomaly.begin_ns)});
  attributes.push_back({"end", AttributeOf(anomaly.end_ns)});
  keys_.Append(anomaly.key, &attributes);
  for (std::size_t i = 0; i < watch.measures.size(); ++i) {
    if (!std::isnan(anomaly.values[i]))
      attributes.push_back({plan_.columns[watch.measures[i]].name, anomaly.values[i]});
  }
  attributes.push_back({watch.columns[0], anomaly.judgement.score});
  for (std::size_t i = 0; i < anomaly.of_each.values.size(); ++i) {
    attributes.push_back({watch.columns[1 + 2 * i], anomaly.of_each.values[i].low});
    attributes.push_back({watch.columns[2 + 2 * i], anomaly.of_each.values[i].high});
  }
  return event_;
}

std::string AnomalyText(const StatsQuery& query, const StatePlan& plan, const Anomaly& anomaly) {
  const Watch& watch = query.watches[anomaly.watch];
  std::string text = WatchSubject(query, watch, anomaly.key);
  for (std::size_t i = 0; i < watch.measures.size(); ++i) {
    const ResultColumn& column = plan.columns[watch.measures[i]];
    fmt::format_to(std::back_inserter(text), "{} {} is {}", i == 0 ? ":" : ",", column.name,
                   ResultText(column.type, anomaly.values[i]));
    if (i != anomaly.of_each.odd) continue;
    const Judgement& odd = anomaly.of_each.values[i];
    fmt::format_to(std::back_inserter(text), ", {} to {} {}", ResultText(column.type, odd.low),
                   ResultText(column.type, odd.high),
                   watch.kind == WatchKind::kChange ? "was usual before" : "was expected");
  }
  fmt::format_to(std::back_inserter(text), "; score {:.3g}", anomaly.judgement.score);
  if (anomaly.row == nullptr) {
    fmt::format_to(std::back_inserter(text), ", {} to {}", PrintTime(anomaly.begin_ns), PrintTime(anomaly.end_ns));
  }
  return text;
}

}  // namespace vexevt
