// The rules of vexevt-stats alert, as their file says them (vexevt-alerts(5)). Plain values: read and checked for
// shape, queries and expressions not yet compiled.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/status.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

struct AlertRule {
  std::string name;
  Position at;
  std::optional<std::size_t> query;  // among AlertsFile::queries; none: `when` looks at the events themselves
  std::vector<PlacedText> by;        // without a query: the fields of which each value has an alert of its own
  PlacedText when;
  PlacedText clear;  // empty: when `when` does not hold
  std::uint64_t for_ns = 0, keep_firing_ns = 0;
  Priority severity = Priority::kNormal;
  std::vector<std::pair<std::string, PlacedText>> labels, annotations;  // names and templates
  PlacedText summary;                                                   // a template
  std::uint32_t most = 10'000;                                          // alerts at once, those that wait included
};

// While an alert that `source` describes fires, those that `target` describes are not told, where both have the same
// values of the labels `equal`.
struct AlertInhibition {
  PlacedText source, target;
  std::vector<std::string> equal;
};

// Alerts that `when` describes are not told from from_ns to before until_ns.
struct AlertSilence {
  PlacedText when;
  std::uint64_t from_ns = 0, until_ns = ~std::uint64_t{0};
};

// How alerts are told together, as in Alertmanager.
struct AlertGrouping {
  std::optional<std::vector<std::string>> by;  // labels; nullopt: each alert by itself
  std::uint64_t wait_ns = 0;                   // from a group's first alert until it is told
  std::uint64_t interval_ns = 0;               // from then on until news of the group are told
  std::uint64_t repeat_ns = 0;                 // until what still fires is told again; 0: never
};

// Each time that an alert begins to fire is a penalty of 1, which halves with every half_life_ns. From `begin` on it is
// taken to flap, and is not resolved before the penalty has come down to `end`.
struct AlertDamping {
  std::uint64_t half_life_ns = 0;  // 0: none
  double begin = 3, end = 1;
};

struct AlertsFile {
  Document document;
  std::map<std::string, NamedList> lists;
  std::vector<PlacedText> queries;  // each once
  std::vector<AlertRule> rules;
  std::vector<AlertInhibition> inhibitions;
  std::vector<AlertSilence> silences;
  AlertGrouping grouping;
  AlertDamping damping;
};

// Reads and checks `text`; errors name file, line, column and the nearest key.
Result<AlertsFile> ParseAlerts(std::string text, std::string file);
Result<AlertsFile> ReadAlerts(const std::string& path);

// Attributes that an alert's event has of its own: no label is named so.
std::span<const std::string_view> ReservedAlertLabels();

}  // namespace vexevt
