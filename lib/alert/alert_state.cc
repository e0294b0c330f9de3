#include "lib/alert/alert_state.h"

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/alert/alert_event.h"

namespace vexevt {
namespace {

constexpr std::size_t kTextBytes = sizeof(std::uint64_t);  // of an empty one

void PackLabels(const std::vector<AlertLabel>& labels, Packer* packer) {
  packer->PutCount(labels.size());
  for (const AlertLabel& label : labels) {
    packer->PutText(label.name);
    packer->PutText(label.value);
  }
}

void PackAlert(const Alert& alert, Packer* packer) {
  packer->PutText(alert.id);
  packer->PutText(alert.rule);
  packer->Put(alert.severity);
  PackLabels(alert.labels, packer);
  PackLabels(alert.annotations, packer);
  packer->PutText(alert.summary);
  packer->PutText(alert.unit);
  packer->Put(alert.value);
  packer->Put(alert.lower_bound);
  packer->Put(alert.flapping);
  for (const std::uint64_t time_ns : {alert.since_ns, alert.fired_ns, alert.resolved_ns}) packer->Put(time_ns);
  packer->Put(alert.first_cause);
  packer->Put(alert.last_cause);
}

// So long that an event has room for it.
std::string UnpackShownText(Unpacker* unpacker) {
  const std::string_view text = unpacker->GetText();
  if (text.size() > kMaxAlertText) unpacker->Fail();
  return std::string(text);
}

std::vector<AlertLabel> UnpackLabels(Unpacker* unpacker) {
  std::vector<AlertLabel> labels(unpacker->GetCount(2 * kTextBytes));
  for (AlertLabel& label : labels) {
    label.name = unpacker->GetText();
    label.value = UnpackShownText(unpacker);
  }
  return labels;
}

Alert UnpackAlert(Unpacker* unpacker) {
  Alert alert;
  alert.id = unpacker->GetText();
  alert.rule = unpacker->GetText();
  alert.severity = unpacker->Get<Priority>();
  if (alert.severity > Priority::kBackground) unpacker->Fail();
  alert.labels = UnpackLabels(unpacker);
  alert.annotations = UnpackLabels(unpacker);
  alert.summary = UnpackShownText(unpacker);
  alert.unit = unpacker->GetText();
  alert.value = unpacker->Get<double>();
  alert.lower_bound = unpacker->Get<bool>();
  alert.flapping = unpacker->Get<bool>();
  for (std::uint64_t* time_ns : {&alert.since_ns, &alert.fired_ns, &alert.resolved_ns}) {
    *time_ns = unpacker->Get<std::uint64_t>();
  }
  alert.first_cause = unpacker->Get<EventId>();
  alert.last_cause = unpacker->Get<EventId>();
  return alert;
}

void PackInstances(const AlertInstances::Kept& kept, Packer* packer) {
  for (const std::uint64_t number : {kept.window_ns, kept.gap_since_ns, kept.gap_until_ns, kept.refused}) {
    packer->Put(number);
  }
  packer->PutCount(kept.instances.size());
  for (const auto& [key, instance] : kept.instances) {
    packer->PutText(key);
    PackAlert(instance.alert, packer);
    packer->Put(instance.state);
    packer->Put(instance.judged_ns);
    packer->Put(instance.released_ns);
    packer->Put(instance.penalty);
    packer->Put(instance.penalty_ns);
  }
}

AlertInstances::Kept UnpackInstances(Unpacker* unpacker) {
  AlertInstances::Kept kept;
  for (std::uint64_t* number : {&kept.window_ns, &kept.gap_since_ns, &kept.gap_until_ns, &kept.refused}) {
    *number = unpacker->Get<std::uint64_t>();
  }
  for (std::size_t left = unpacker->GetCount(kTextBytes); left > 0 && unpacker->ok(); --left) {
    std::string key(unpacker->GetText());
    AlertInstances::Instance instance;
    instance.alert = UnpackAlert(unpacker);
    instance.state = unpacker->Get<AlertInstances::State>();
    instance.judged_ns = unpacker->Get<std::uint64_t>();
    instance.released_ns = unpacker->Get<std::uint64_t>();
    instance.penalty = unpacker->Get<double>();
    instance.penalty_ns = unpacker->Get<std::uint64_t>();
    const bool is_one =
        instance.state <= AlertInstances::State::kFiring && std::isfinite(instance.penalty) && instance.penalty >= 0;
    if (!is_one || !kept.instances.emplace(std::move(key), std::move(instance)).second) unpacker->Fail();
  }
  return kept;
}

void PackNotices(const AlertNotices::Kept& kept, Packer* packer) {
  packer->Put(kept.told);
  packer->PutCount(kept.groups.size());
  for (const AlertNotices::KeptGroup& group : kept.groups) {
    packer->PutText(group.key);
    packer->Put(group.due_ns);
    packer->Put(group.told_ns);
    packer->PutCount(group.alerts.size());
    for (const AlertNotices::KeptAlert& alert : group.alerts) {
      PackAlert(alert.alert, packer);
      packer->Put(alert.told);
      packer->Put(alert.told_flapping);
    }
  }
}

AlertNotices::Kept UnpackNotices(Unpacker* unpacker) {
  AlertNotices::Kept kept;
  kept.told = unpacker->Get<std::uint64_t>();
  std::set<std::string> ids;  // an alert is in one group
  for (std::size_t groups = unpacker->GetCount(kTextBytes); groups > 0 && unpacker->ok(); --groups) {
    AlertNotices::KeptGroup& group = kept.groups.emplace_back();
    group.key = unpacker->GetText();
    group.due_ns = unpacker->Get<std::uint64_t>();
    group.told_ns = unpacker->Get<std::uint64_t>();
    for (std::size_t alerts = unpacker->GetCount(kTextBytes); alerts > 0 && unpacker->ok(); --alerts) {
      AlertNotices::KeptAlert& alert = group.alerts.emplace_back();
      alert.alert = UnpackAlert(unpacker);
      alert.told = unpacker->Get<bool>();
      alert.told_flapping = unpacker->Get<bool>();
      if (!ids.insert(alert.alert.id).second) unpacker->Fail();
    }
  }
  return kept;
}

}  // namespace

void PackAlerts(const AlertBoard::Kept& kept, Packer* packer) {
  packer->Put(kept.now_ns);
  packer->PutCount(kept.rules.size());
  for (const AlertBoard::KeptRule& rule : kept.rules) {
    packer->Put(rule.identity);
    packer->PutText(rule.name);
    PackInstances(rule.alerts, packer);
  }
  PackNotices(kept.notices, packer);
}

Result<AlertBoard::Kept> UnpackAlerts(Unpacker* unpacker) {
  AlertBoard::Kept kept;
  kept.now_ns = unpacker->Get<std::uint64_t>();
  std::set<std::uint64_t> identities;  // a rule is there once
  for (std::size_t rules = unpacker->GetCount(kTextBytes); rules > 0 && unpacker->ok(); --rules) {
    AlertBoard::KeptRule& rule = kept.rules.emplace_back();
    rule.identity = unpacker->Get<std::uint64_t>();
    rule.name = unpacker->GetText();
    rule.alerts = UnpackInstances(unpacker);
    if (!identities.insert(rule.identity).second) unpacker->Fail();
  }
  kept.notices = UnpackNotices(unpacker);
  if (!unpacker->ok()) return DataLoss("it is damaged");
  return kept;
}

}  // namespace vexevt
