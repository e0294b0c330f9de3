#include "lib/sigma/rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "lib/base/units.h"
#include "lib/expr/expression.h"
#include "lib/sigma/condition.h"
#include "lib/sigma/selection.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxSelections = 100;
constexpr std::uint64_t kMaxCount = 50'000;  // as in vexevt-patterns(5)

class Reader {
 public:
  Reader(std::string_view file, const YamlValue& document) : file_(file), document_(document) {}

  Result<SigmaRule> Read() {
    if (document_.kind != YamlKind::kMap) return Error(document_, "a rule is a map");
    for (const std::string_view key : {"action", "filter"}) {
      if (const YamlValue* value = document_.Find(key)) {
        return Error(*value, fmt::format("documents with '{}' are not turned", key));
      }
    }
    SigmaRule rule{.file = file_, .at = document_.at};
    VEXEVT_ASSIGN(rule.title, Text(document_, "title"));
    if (rule.title.empty()) return Error(document_, "a rule has a 'title'");
    VEXEVT_ASSIGN(rule.id, Text(document_, "id"));
    VEXEVT_ASSIGN(rule.name, Text(document_, "name"));
    VEXEVT_ASSIGN(rule.status, Text(document_, "status"));
    VEXEVT_ASSIGN(const std::string level, Text(document_, "level"));
    rule.priority = PriorityOfLevel(level);
    if (!level.empty() && rule.priority.empty()) {
      return Error(*document_.Find("level"), "'level' is one of informational, low, medium, high, critical");
    }
    if (const YamlValue* correlation = document_.Find("correlation")) {
      VEXEVT_ASSIGN(rule.correlation, ReadCorrelation(*correlation));
      return rule;
    }
    VEXEVT_ASSIGN(rule.category, ReadLogSource());
    VEXEVT_ASSIGN(rule.expression, ReadDetection(*rule.category));
    return rule;
  }

 private:
  Status Error(const YamlValue& value, std::string_view what) const { return ErrorAtYaml(file_, value.at, what); }

  // Empty where it isn't there.
  Result<std::string> Text(const YamlValue& map, std::string_view key) const {
    const YamlValue* value = map.Find(key);
    if (value == nullptr || value->kind == YamlKind::kNull) return std::string();
    if (value->kind != YamlKind::kText) return Error(*value, fmt::format("'{}' is a text", key));
    return value->text;
  }

  Result<const SigmaCategory*> ReadLogSource() const {
    const YamlValue* source = document_.Find("logsource");
    if (source == nullptr || source->kind != YamlKind::kMap) return Error(document_, "a rule has a 'logsource', a map");
    VEXEVT_ASSIGN(const std::string product, Text(*source, "product"));
    if (!product.empty() && product != "linux") {
      return Error(*source->Find("product"),
                   fmt::format("rules for '{}' are not turned: those for linux are", product));
    }
    if (const YamlValue* service = source->Find("service")) {
      return Error(*service, fmt::format("the events of a service, '{}', are none of ours", service->text));
    }
    VEXEVT_ASSIGN(const std::string category, Text(*source, "category"));
    const SigmaCategory* found = FindSigmaCategory(category);
    if (found != nullptr) return found;
    const YamlValue* at = source->Find("category");
    return Error(at == nullptr ? *source : *at,
                 fmt::format("the category '{}' is not turned: {} are", category, SigmaCategoryNames()));
  }

  Result<std::string> ReadDetection(const SigmaCategory& category) const {
    const YamlValue* detection = document_.Find("detection");
    if (detection == nullptr || detection->kind != YamlKind::kMap) {
      return Error(document_, "a rule has a 'detection', a map");
    }
    if (const YamlValue* timeframe = detection->Find("timeframe")) {
      return Error(*timeframe, "'timeframe' is not turned: a correlation rule says the same");
    }
    const YamlValue* condition = detection->Find("condition");
    if (condition == nullptr || condition->kind != YamlKind::kText) {
      return Error(condition == nullptr ? *detection : *condition, "a detection has a 'condition', a text");
    }
    std::vector<std::string> names;
    for (const auto& [name, selection] : detection->map) {
      if (name.text != "condition") names.push_back(name.text);
    }
    if (names.size() > kMaxSelections) return Error(*detection, fmt::format("more than {} selections", kMaxSelections));
    auto parsed = ParseCondition(condition->text, names);
    if (!parsed.ok()) return Error(*condition, parsed.status().message());
    std::string expression(category.types);
    expression += " and ";
    VEXEVT_TRY(Append(*parsed, *detection, category, false, &expression));
    auto compiled = CompileExpression(expression);
    if (!compiled.ok()) {
      return Error(*condition,
                   fmt::format("turned into '{}' it is refused: {}", expression, compiled.status().message()));
    }
    return expression;
  }

  // In parentheses where it is a row and part of another. The whole stands behind an `and`.
  Status Append(const SigmaCondition& condition, const YamlValue& detection, const SigmaCategory& category, bool inner,
                std::string* out) const {
    if (out->size() > kMaxExpressionBytes) return Error(detection, "the condition makes too long an expression");
    switch (condition.kind) {
      case ConditionKind::kSelection: {
        VEXEVT_ASSIGN(const std::string text,
                      SelectionExpression(file_, *detection.Find(condition.selection), category));
        *out += text;
        return {};
      }
      case ConditionKind::kNot:
        *out += "not ";
        return Append(condition.parts.front(), detection, category, true, out);
      case ConditionKind::kAnd:
      case ConditionKind::kOr: {
        const bool bracketed = inner || condition.kind == ConditionKind::kOr;
        if (bracketed) *out += '(';
        for (std::size_t i = 0; i < condition.parts.size(); ++i) {
          if (i > 0) *out += condition.kind == ConditionKind::kAnd ? " and " : " or ";
          VEXEVT_TRY(Append(condition.parts[i], detection, category, true, out));
        }
        if (bracketed) *out += ')';
        return {};
      }
    }
    return {};
  }

  Result<std::optional<SigmaCorrelation>> ReadCorrelation(const YamlValue& node) const {
    if (node.kind != YamlKind::kMap) return Error(node, "'correlation' is a map");
    SigmaCorrelation correlation;
    VEXEVT_ASSIGN(correlation.kind, ReadKind(node));
    if (const YamlValue* aliases = node.Find("aliases")) return Error(*aliases, "'aliases' are not turned");
    VEXEVT_ASSIGN(correlation.rules, Texts(node, "rules"));
    if (correlation.rules.empty()) return Error(node, "a correlation has 'rules'");
    VEXEVT_ASSIGN(correlation.by, Texts(node, "group-by"));
    VEXEVT_ASSIGN(correlation.within, ReadTimespan(node));
    VEXEVT_ASSIGN(const std::string generate, Text(node, "generate"));
    correlation.tells_rules = generate == "true";
    const bool counts =
        correlation.kind == CorrelationKind::kEventCount || correlation.kind == CorrelationKind::kValueCount;
    const YamlValue* condition = node.Find("condition");
    if (counts != (condition != nullptr)) {
      return Error(condition == nullptr ? node : *condition, counts ? "a correlation that counts has a 'condition'"
                                                                    : "of what is temporal no 'condition' is turned");
    }
    if (condition != nullptr) VEXEVT_TRY(ReadCount(*condition, &correlation));
    return std::optional(std::move(correlation));
  }

  Result<CorrelationKind> ReadKind(const YamlValue& node) const {
    static constexpr std::pair<std::string_view, CorrelationKind> kKinds[] = {
        {"event_count", CorrelationKind::kEventCount},
        {"value_count", CorrelationKind::kValueCount},
        {"temporal", CorrelationKind::kTemporal},
        {"temporal_ordered", CorrelationKind::kTemporalOrdered}};
    VEXEVT_ASSIGN(const std::string type, Text(node, "type"));
    for (const auto& [name, kind] : kKinds) {
      if (name == type) return kind;
    }
    const YamlValue* at = node.Find("type");
    return Error(at == nullptr ? node : *at,
                 fmt::format("correlations of type '{}' are not turned: event_count, value_count, temporal and "
                             "temporal_ordered are",
                             type));
  }

  // A text, or a list of them.
  Result<std::vector<YamlValue>> Texts(const YamlValue& map, std::string_view key) const {
    const YamlValue* node = map.Find(key);
    std::vector<YamlValue> texts;
    if (node == nullptr) return texts;
    if (node->kind == YamlKind::kList) {
      texts = node->list;
    } else {
      texts.push_back(*node);
    }
    for (const YamlValue& text : texts) {
      if (text.kind != YamlKind::kText) return Error(text, fmt::format("'{}' is a list of texts", key));
    }
    return texts;
  }

  // Months and years, M and y, are no fixed time.
  Result<std::string> ReadTimespan(const YamlValue& node) const {
    VEXEVT_ASSIGN(const std::string text, Text(node, "timespan"));
    const bool is_plain = std::ranges::count_if(text, [](char c) { return c < '0' || c > '9'; }) == 1 &&
                          std::string_view("smhd").find(text.back()) != std::string_view::npos;
    const auto duration = ParseDuration(text);
    const bool is_time = is_plain && duration.ok() && *duration > 0;
    if (is_time) return text;
    const YamlValue* at = node.Find("timespan");
    return Error(at == nullptr ? node : *at, "a correlation has a 'timespan', as in 30s, 10m, 1h or 1d");
  }

  // A match comes when so many are reached, so that only a least number can be asked for.
  Status ReadCount(const YamlValue& node, SigmaCorrelation* correlation) const {
    if (node.kind != YamlKind::kMap) return Error(node, "'condition' is a map");
    for (const auto& [key, value] : node.map) {
      if (key.text == "field" && value.kind == YamlKind::kText && correlation->kind == CorrelationKind::kValueCount) {
        correlation->field = value;
        continue;
      }
      if (key.text != "gt" && key.text != "gte") {
        return Error(
            key, fmt::format("'{}' is not turned: a match comes when there are so many, as gt and gte say", key.text));
      }
      if (!correlation->at_least.empty()) return Error(value, "one of gt and gte is given");
      std::uint64_t number = 0;
      const auto [end, error] = std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
      const bool is_number = error == std::errc{} && end == value.text.data() + value.text.size();
      const std::uint64_t least = key.text == "gt" ? number + 1 : number;
      if (!is_number || least == 0 || least > kMaxCount) {
        return Error(value, fmt::format("a number from 1 to {} is wanted", kMaxCount));
      }
      correlation->at_least = fmt::format(">= {}", least);
    }
    if (correlation->at_least.empty()) return Error(node, "the condition has a 'gt' or 'gte'");
    if (correlation->kind == CorrelationKind::kValueCount && !correlation->field) {
      return Error(node, "the condition of a value_count has a 'field'");
    }
    return {};
  }

  std::string_view file_;
  const YamlValue& document_;
};

}  // namespace

Result<SigmaRule> ReadSigmaRule(std::string_view file, const YamlValue& document) {
  return Reader(file, document).Read();
}

}  // namespace vexevt
