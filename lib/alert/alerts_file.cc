#include "lib/alert/alerts_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lib/base/units.h"
#include "lib/event/field.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxAlertsBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxTemplates = 32;  // of a table: an event has to hold them
constexpr std::int64_t kMostAlerts = 10'000'000;

Result<PlacedText> WantedText(const TableReader& table, std::string_view key) {
  VEXEVT_ASSIGN(auto text, table.Text(key));
  if (!text) return table.Missing(key);
  return *text;
}

Result<PlacedText> TextOrNone(const TableReader& table, std::string_view key) {
  VEXEVT_ASSIGN(auto text, table.Text(key));
  return text.value_or(PlacedText());
}

Result<std::uint64_t> DurationOr(const TableReader& table, std::string_view key, std::uint64_t otherwise) {
  VEXEVT_ASSIGN(auto duration, table.Duration(key));
  return duration.value_or(otherwise);
}

Result<std::uint64_t> TimeOr(const TableReader& table, std::string_view key, std::uint64_t otherwise) {
  VEXEVT_ASSIGN(auto text, table.Text(key));
  if (!text) return otherwise;
  auto time = ParseTime(text->text);
  if (!time.ok()) return ErrorAt(table.document(), text->at, time.status().message());
  return *time;
}

Result<std::vector<std::string>> Names(const TableReader& table, std::string_view key) {
  VEXEVT_ASSIGN(auto texts, table.Texts(key));
  std::vector<std::string> names;
  names.reserve(texts.size());
  for (PlacedText& text : texts) names.push_back(std::move(text.text));
  return names;
}

Result<std::vector<std::pair<std::string, PlacedText>>> Templates(const TableReader& table, std::string_view key) {
  std::vector<std::pair<std::string, PlacedText>> templates;
  const DocumentNode* node = table.Find(key);
  if (node == nullptr) return templates;
  VEXEVT_ASSIGN(TableReader entries, TableReader::Of(table.document(), *node, key));
  for (const DocumentEntry& entry : entries.entries()) {
    if (std::ranges::find(ReservedAlertLabels(), entry.key) != ReservedAlertLabels().end()) {
      return ErrorAt(table.document(), entry.at, fmt::format("'{}' is what every alert has of its own", entry.key));
    }
    VEXEVT_ASSIGN(PlacedText text, WantedText(entries, entry.key));
    templates.emplace_back(entry.key, std::move(text));
  }
  if (templates.size() > kMaxTemplates) {
    return ErrorAt(table.document(), node->at, fmt::format("'{}' has more than {} entries", key, kMaxTemplates));
  }
  return templates;
}

// The place of the rule's query among all of them: equal ones are computed once.
Result<std::optional<std::size_t>> ReadQuery(const TableReader& table, std::vector<PlacedText>* queries) {
  VEXEVT_ASSIGN(auto query, table.Text("query"));
  if (!query) return std::optional<std::size_t>();
  const auto known = std::ranges::find(*queries, query->text, &PlacedText::text);
  const std::size_t place = static_cast<std::size_t>(known - queries->begin());
  if (known == queries->end()) queries->push_back(std::move(*query));
  return std::optional(place);
}

Result<AlertRule> ReadAlertRule(const Document& document, const DocumentNode& node, std::vector<PlacedText>* queries) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "alert"));
  VEXEVT_TRY(table.OnlyKeys({"name", "query", "by", "when", "clear", "for", "keep_firing_for", "severity", "labels",
                             "annotations", "summary", "most"}));
  AlertRule rule;
  rule.at = node.at;
  VEXEVT_ASSIGN(const PlacedText name, WantedText(table, "name"));
  if (name.text.empty()) return ErrorAt(document, name.at, "the name is empty: alerts bear it");
  rule.name = name.text;
  VEXEVT_ASSIGN(rule.query, ReadQuery(table, queries));
  VEXEVT_ASSIGN(rule.by, table.Fields("by"));
  VEXEVT_ASSIGN(rule.when, WantedText(table, "when"));
  VEXEVT_ASSIGN(rule.clear, TextOrNone(table, "clear"));
  VEXEVT_ASSIGN(rule.for_ns, DurationOr(table, "for", 0));
  VEXEVT_ASSIGN(rule.keep_firing_ns, DurationOr(table, "keep_firing_for", 0));
  if (rule.query && !rule.by.empty()) {
    return ErrorAt(document, rule.by[0].at, "with a query its own 'by' says what has an alert");
  }
  if (!rule.query && rule.clear.text.empty() && rule.keep_firing_ns == 0) {
    return ErrorAt(document, node.at, "an alert without a query wants 'clear' or 'keep_firing_for', to end by");
  }
  VEXEVT_ASSIGN(auto severity, table.Text("severity"));
  if (severity) {
    const auto priority = ParsePriority(severity->text);
    if (!priority) {
      return ErrorAt(document, severity->at, "'severity' is one of critical, high, normal, low, background");
    }
    rule.severity = *priority;
  }
  VEXEVT_ASSIGN(rule.labels, Templates(table, "labels"));
  VEXEVT_ASSIGN(rule.annotations, Templates(table, "annotations"));
  VEXEVT_ASSIGN(rule.summary, TextOrNone(table, "summary"));
  VEXEVT_ASSIGN(auto most, table.Integer("most", 1, kMostAlerts));
  if (most) rule.most = static_cast<std::uint32_t>(*most);
  return rule;
}

Result<AlertInhibition> ReadInhibition(const Document& document, const DocumentNode& node) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "inhibit"));
  VEXEVT_TRY(table.OnlyKeys({"source", "target", "equal"}));
  AlertInhibition inhibition;
  VEXEVT_ASSIGN(inhibition.source, WantedText(table, "source"));
  VEXEVT_ASSIGN(inhibition.target, WantedText(table, "target"));
  VEXEVT_ASSIGN(inhibition.equal, Names(table, "equal"));
  return inhibition;
}

Result<AlertSilence> ReadSilence(const Document& document, const DocumentNode& node) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "silence"));
  VEXEVT_TRY(table.OnlyKeys({"when", "from", "until", "comment"}));
  AlertSilence silence;
  VEXEVT_ASSIGN(silence.when, WantedText(table, "when"));
  VEXEVT_ASSIGN(silence.from_ns, TimeOr(table, "from", silence.from_ns));
  VEXEVT_ASSIGN(silence.until_ns, TimeOr(table, "until", silence.until_ns));
  if (silence.until_ns <= silence.from_ns) return ErrorAt(document, node.at, "the silence ends before it begins");
  VEXEVT_TRY(TextOrNone(table, "comment").status());
  return silence;
}

Result<AlertGrouping> ReadGrouping(const TableReader& root) {
  AlertGrouping grouping;
  const DocumentNode* node = root.Find("group");
  if (node == nullptr) return grouping;
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(root.document(), *node, "group"));
  VEXEVT_TRY(table.OnlyKeys({"by", "wait", "interval", "repeat"}));
  if (table.Find("by") != nullptr) {
    VEXEVT_ASSIGN(grouping.by, Names(table, "by"));
  }
  VEXEVT_ASSIGN(grouping.wait_ns, DurationOr(table, "wait", 0));
  VEXEVT_ASSIGN(grouping.interval_ns, DurationOr(table, "interval", 0));
  VEXEVT_ASSIGN(grouping.repeat_ns, DurationOr(table, "repeat", 0));
  return grouping;
}

Result<double> NumberOr(const TableReader& table, std::string_view key, double otherwise) {
  const DocumentNode* node = table.Find(key);
  if (node == nullptr) return otherwise;
  const auto* whole = std::get_if<std::int64_t>(&node->value);
  const auto* real = std::get_if<double>(&node->value);
  const double number = whole != nullptr ? static_cast<double>(*whole) : real != nullptr ? *real : 0;
  if (!(number > 0) || std::isinf(number)) return table.ErrorOf(*node, fmt::format("'{}' wants a number above 0", key));
  return number;
}

Result<AlertDamping> ReadDamping(const TableReader& root) {
  AlertDamping damping;
  const DocumentNode* node = root.Find("flapping");
  if (node == nullptr) return damping;
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(root.document(), *node, "flapping"));
  VEXEVT_TRY(table.OnlyKeys({"half_life", "begin", "end"}));
  if (table.Find("half_life") == nullptr) return table.Missing("half_life");
  VEXEVT_ASSIGN(damping.half_life_ns, DurationOr(table, "half_life", 0));
  VEXEVT_ASSIGN(damping.begin, NumberOr(table, "begin", damping.begin));
  VEXEVT_ASSIGN(damping.end, NumberOr(table, "end", damping.end));
  if (damping.half_life_ns == 0) return ErrorAt(root.document(), node->at, "'half_life' is more than 0");
  if (damping.end >= damping.begin) return ErrorAt(root.document(), node->at, "'end' is less than 'begin'");
  return damping;
}

}  // namespace

std::span<const std::string_view> ReservedAlertLabels() {
  static constexpr std::string_view kReserved[] = {"alert",       "state",    "since",      "firing", "resolved",
                                                   "lower_bound", "flapping", "generation", "unit"};
  return kReserved;
}

Result<AlertsFile> ParseAlerts(std::string text, std::string file) {
  AlertsFile alerts;
  VEXEVT_ASSIGN(alerts.document, ParseDocument(std::move(text), std::move(file)));
  const Document& document = alerts.document;
  const TableReader root(document, document.root, "the file");
  VEXEVT_TRY(root.OnlyKeys({"lists", "group", "flapping", "alert", "inhibit", "silence"}));
  if (const DocumentNode* lists = root.Find("lists")) VEXEVT_TRY(ReadLists(document, *lists, &alerts.lists));
  VEXEVT_ASSIGN(alerts.grouping, ReadGrouping(root));
  VEXEVT_ASSIGN(alerts.damping, ReadDamping(root));
  VEXEVT_ASSIGN(auto nodes, Elements(root, "alert"));
  if (nodes.empty()) return root.Missing("alert");
  for (const DocumentNode& node : nodes) {
    VEXEVT_ASSIGN(AlertRule rule, ReadAlertRule(document, node, &alerts.queries));
    if (std::ranges::find(alerts.rules, rule.name, &AlertRule::name) != alerts.rules.end()) {
      return ErrorAt(document, node.at, fmt::format("alert '{}' is named twice", rule.name));
    }
    alerts.rules.push_back(std::move(rule));
  }
  VEXEVT_ASSIGN(auto inhibitions, Elements(root, "inhibit"));
  for (const DocumentNode& node : inhibitions) {
    VEXEVT_ASSIGN(AlertInhibition inhibition, ReadInhibition(document, node));
    alerts.inhibitions.push_back(std::move(inhibition));
  }
  VEXEVT_ASSIGN(auto silences, Elements(root, "silence"));
  for (const DocumentNode& node : silences) {
    VEXEVT_ASSIGN(AlertSilence silence, ReadSilence(document, node));
    alerts.silences.push_back(std::move(silence));
  }
  return alerts;
}

Result<AlertsFile> ReadAlerts(const std::string& path) {
  VEXEVT_ASSIGN(std::string text, ReadFile(path, kMaxAlertsBytes));
  return ParseAlerts(std::move(text), path);
}

}  // namespace vexevt
