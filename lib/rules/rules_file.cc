#include "lib/rules/rules_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <span>

#include "lib/event/field.h"
#include "lib/io/full.h"
#include "lib/rules/read_endpoint.h"
#include "lib/rules/table_reader.h"

namespace vexevt {
namespace {

// Far beyond what people write, and programs; longer lists have files of their own.
constexpr std::size_t kMaxRulesBytes = std::size_t{64} << 20;

Result<std::uint64_t> ReadKeys(const TableReader& table) {
  VEXEVT_ASSIGN(auto keys, table.Integer("keys", 1, 100'000'000));
  return keys ? static_cast<std::uint64_t>(*keys) : kDefaultKeys;
}

Result<Limit> ReadLimit(const Document& document, const DocumentNode& node) {
  Limit limit;
  auto set_rate = [&](const std::string& text) -> Status {
    VEXEVT_ASSIGN(limit.rate, ParseRate(text));
    limit.burst = limit.rate.count;
    return Status::Ok();
  };
  if (const auto* text = std::get_if<std::string>(&node.value)) {
    if (Status status = set_rate(*text); !status.ok()) return ErrorAt(document, node.at, status.message());
    return limit;
  }
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "limit"));
  VEXEVT_TRY(table.OnlyKeys({"rate", "burst", "by", "keys"}));
  VEXEVT_ASSIGN(auto rate, table.Text("rate"));
  if (!rate) return table.Missing("rate");
  if (Status status = set_rate(rate->text); !status.ok()) return ErrorAt(document, rate->at, status.message());
  VEXEVT_ASSIGN(auto burst, table.Integer("burst", 1, 1'000'000'000));
  if (burst) limit.burst = static_cast<std::uint64_t>(*burst);
  VEXEVT_ASSIGN(limit.by, table.Fields("by"));
  VEXEVT_ASSIGN(limit.keys, ReadKeys(table));
  return limit;
}

Result<Sample> ReadSample(const Document& document, const DocumentNode& node) {
  Sample sample;
  auto set_rate = [&](const DocumentNode& rate) -> Status {
    if (const auto* number = std::get_if<double>(&rate.value); number && *number >= 0 && *number <= 1) {
      sample.rate = *number;
    } else if (const auto* whole = std::get_if<std::int64_t>(&rate.value); whole && (*whole == 0 || *whole == 1)) {
      sample.rate = static_cast<double>(*whole);
    } else if (const auto* text = std::get_if<std::string>(&rate.value)) {
      auto share = ParseShare(*text);
      if (!share.ok()) return ErrorAt(document, rate.at, share.status().message());
      sample.rate = *share;
    } else {
      return ErrorAt(document, rate.at, "a sample is a share: \"10%\", or a number from 0 to 1");
    }
    return Status::Ok();
  };
  if (!std::holds_alternative<Table>(node.value)) {
    VEXEVT_TRY(set_rate(node));
    return sample;
  }
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "sample"));
  VEXEVT_TRY(table.OnlyKeys({"rate", "by", "mark"}));
  const DocumentNode* rate = table.Find("rate");
  if (!rate) return table.Missing("rate");
  VEXEVT_TRY(set_rate(*rate));
  VEXEVT_ASSIGN(sample.by, table.Fields("by"));
  VEXEVT_ASSIGN(sample.mark, table.Flag("mark"));
  return sample;
}

Result<Dedupe> ReadDedupe(const Document& document, const DocumentNode& node) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "dedupe"));
  VEXEVT_TRY(table.OnlyKeys({"window", "by", "keys"}));
  Dedupe dedupe;
  VEXEVT_ASSIGN(auto window, table.Duration("window"));
  if (!window) return table.Missing("window");
  dedupe.window_ns = *window;
  VEXEVT_ASSIGN(dedupe.by, table.Fields("by"));
  if (dedupe.by.empty()) return table.Missing("by");
  VEXEVT_ASSIGN(dedupe.keys, ReadKeys(table));
  return dedupe;
}

// Whole fields: redact = ["path2"], or { field = "comm", with = "hash" } in the list.
Result<std::vector<Redaction>> ReadRedactions(const Document& document, const DocumentNode& node) {
  const auto* list = std::get_if<List>(&node.value);
  if (!list) return ErrorAt(document, node.at, "'redact' wants a list of fields");
  std::vector<Redaction> redactions;
  for (const DocumentNode& element : *list) {
    Redaction redaction;
    if (const auto* text = std::get_if<std::string>(&element.value)) {
      redaction.field = {*text, element.at};
    } else {
      VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, element, "redact"));
      VEXEVT_TRY(table.OnlyKeys({"field", "with"}));
      VEXEVT_ASSIGN(auto field, table.Text("field"));
      if (!field) return table.Missing("field");
      redaction.field = *field;
      VEXEVT_ASSIGN(redaction.with, table.OneOf<RedactWith>("with", {"remove", "mask", "hash"}, RedactWith::kRemove));
    }
    if (Status status = CheckRedactable(redaction.field.text); !status.ok()) {
      return ErrorAt(document, redaction.field.at, status.message());
    }
    redactions.push_back(std::move(redaction));
  }
  return redactions;
}

Status ReadSet(const Document& document, const DocumentNode& node, Rule* rule) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "set"));
  for (const DocumentEntry& entry : table.entries()) {
    const DocumentNode& value = entry.node.front();
    if (const auto* text = std::get_if<std::string>(&value.value)) {
      rule->set.emplace_back(entry.key, *text);
    } else if (const auto* integer = std::get_if<std::int64_t>(&value.value)) {
      rule->set.emplace_back(entry.key, *integer);
    } else if (const auto* number = std::get_if<double>(&value.value)) {
      rule->set.emplace_back(entry.key, *number);
    } else if (const auto* boolean = std::get_if<bool>(&value.value)) {
      rule->set.emplace_back(entry.key, *boolean);
    } else {
      return ErrorAt(document, value.at, fmt::format("'{}' wants a text, a number or true or false", entry.key));
    }
  }
  return Status::Ok();
}

Result<Rule> ReadRule(const Document& document, const DocumentNode& node, std::size_t index) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "rule"));
  VEXEVT_TRY(table.OnlyKeys(
      {"name", "when", "action", "priority", "limit", "sample", "dedupe", "delay", "redact", "to", "set", "boost"}));
  Rule rule;
  VEXEVT_ASSIGN(auto name, table.Text("name"));
  rule.at = node.at;
  rule.name = name ? name->text : fmt::format("rule-{}", index + 1);
  VEXEVT_ASSIGN(auto when, table.Text("when"));
  if (when) rule.when = *when;
  if (when && when->text.empty())
    return ErrorAt(document, when->at, "empty expression: leave 'when' out to hold always");
  VEXEVT_ASSIGN(rule.drop, table.OneOf<bool>("action", {"keep", "drop"}, false));
  VEXEVT_ASSIGN(auto priority, table.Integer("priority", -1'000'000, 1'000'000));
  rule.priority = static_cast<int>(priority.value_or(0));
  if (const DocumentNode* limit = table.Find("limit")) {
    VEXEVT_ASSIGN(rule.limit, ReadLimit(document, *limit));
  }
  if (const DocumentNode* sample = table.Find("sample")) {
    VEXEVT_ASSIGN(rule.sample, ReadSample(document, *sample));
  }
  if (const DocumentNode* dedupe = table.Find("dedupe")) {
    VEXEVT_ASSIGN(rule.dedupe, ReadDedupe(document, *dedupe));
  }
  VEXEVT_ASSIGN(auto delay, table.Duration("delay"));
  rule.delay_ns = delay.value_or(0);
  if (const DocumentNode* redact = table.Find("redact")) {
    VEXEVT_ASSIGN(rule.redact, ReadRedactions(document, *redact));
  }
  VEXEVT_ASSIGN(rule.to, table.Texts("to"));
  if (const DocumentNode* set = table.Find("set")) VEXEVT_TRY(ReadSet(document, *set, &rule));
  VEXEVT_ASSIGN(auto boost, table.Text("boost"));
  if (boost) {
    rule.boost = ParsePriority(boost->text);
    if (!rule.boost) {
      return ErrorAt(document, boost->at, "'boost' is one of critical, high, normal, low, background");
    }
  }
  return rule;
}

}  // namespace

Status ReadLists(const Document& document, const DocumentNode& node, std::map<std::string, NamedList>* lists) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "lists"));
  for (const DocumentEntry& entry : table.entries()) {
    const DocumentNode& value = entry.node.front();
    NamedList list{.at = entry.at, .values = {}, .file = {}};
    if (std::holds_alternative<Table>(value.value)) {
      VEXEVT_ASSIGN(TableReader source, TableReader::Of(document, value, entry.key));
      VEXEVT_TRY(source.OnlyKeys({"file"}));
      VEXEVT_ASSIGN(auto file, source.Text("file"));
      if (!file) return source.Missing("file");
      list.file = *file;
      auto folder = std::filesystem::path(document.file).parent_path();
      list.file.text = (folder / file->text).string();
    } else {
      VEXEVT_ASSIGN(auto texts, table.Texts(entry.key));
      for (PlacedText& text : texts) list.values.push_back(std::move(text.text));
    }
    lists->emplace(entry.key, std::move(list));
  }
  return Status::Ok();
}

Result<std::span<const DocumentNode>> Elements(const TableReader& table, std::string_view key) {
  const DocumentNode* node = table.Find(key);
  if (!node) return std::span<const DocumentNode>{};
  const auto* list = std::get_if<List>(&node->value);
  if (!list) return table.ErrorOf(*node, fmt::format("write [[{}]], once for each", key));
  return std::span<const DocumentNode>(*list);
}

Status CheckRedactable(std::string_view field) {
  const Field* known = FindField(field);
  // The part of a path is redacted with the path.
  if (field.starts_with("attr.") ||
      (known && known->type == FieldType::kBytes && known->place == FieldPlace::kPointer)) {
    return Status::Ok();
  }
  return InvalidArgument(fmt::format("cannot redact '{}': not a text field or attribute", field));
}

Result<double> ParseShare(std::string_view text) {
  bool percent = text.ends_with('%');
  std::string_view digits = percent ? text.substr(0, text.size() - 1) : text;
  double share = -1;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), share);
  if (percent) share /= 100;
  if (error != std::errc() || end != digits.data() + digits.size() || !(share >= 0 && share <= 1)) {
    return InvalidArgument(fmt::format("bad share '{}': write 10%, or a number from 0 to 1", text));
  }
  return share;
}

Result<RulesFile> ParseRules(std::string text, std::string file) {
  RulesFile rules;
  VEXEVT_ASSIGN(rules.document, ParseDocument(std::move(text), std::move(file)));
  TableReader root(rules.document, rules.document.root, "the file");
  VEXEVT_TRY(root.OnlyKeys({"match", "default", "lists", "rule", "endpoint", "otherwise"}));
  VEXEVT_ASSIGN(rules.all_matches, root.OneOf<bool>("match", {"first", "all"}, false));
  VEXEVT_ASSIGN(rules.keep_by_default, root.OneOf<bool>("default", {"drop", "keep"}, false));
  if (const DocumentNode* match = root.Find("match")) rules.match_at = match->at;
  if (const DocumentNode* fallback = root.Find("default")) rules.default_at = fallback->at;
  if (const DocumentNode* lists = root.Find("lists")) VEXEVT_TRY(ReadLists(rules.document, *lists, &rules.lists));
  VEXEVT_ASSIGN(auto rule_nodes, Elements(root, "rule"));
  for (const DocumentNode& node : rule_nodes) {
    VEXEVT_ASSIGN(Rule rule, ReadRule(rules.document, node, rules.rules.size()));
    if (std::ranges::find(rules.rules, rule.name, &Rule::name) != rules.rules.end()) {
      return ErrorAt(rules.document, node.at, fmt::format("rule '{}' is named twice", rule.name));
    }
    rules.rules.push_back(std::move(rule));
  }
  std::ranges::stable_sort(rules.rules, std::greater{}, &Rule::priority);
  VEXEVT_ASSIGN(auto endpoint_nodes, Elements(root, "endpoint"));
  for (const DocumentNode& node : endpoint_nodes) {
    VEXEVT_ASSIGN(EndpointRule endpoint, ReadEndpoint(rules.document, node));
    rules.endpoints.push_back(std::move(endpoint));
  }
  VEXEVT_ASSIGN(rules.otherwise, root.Texts("otherwise"));
  return rules;
}

Result<RulesFile> ReadRules(const std::string& path) {
  VEXEVT_ASSIGN(std::string text, ReadFile(path, kMaxRulesBytes));
  return ParseRules(std::move(text), path);
}

}  // namespace vexevt
