// Sigma rules (https://sigmahq.io/sigma-specification/) as plain values: rules about one event, and correlation rules,
// which refer to those.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/sigma/fields.h"
#include "lib/sigma/yaml.h"

namespace vexevt {

enum class CorrelationKind : std::uint8_t { kEventCount, kValueCount, kTemporal, kTemporalOrdered };

struct SigmaCorrelation {
  CorrelationKind kind = CorrelationKind::kEventCount;
  std::vector<YamlValue> rules;    // texts: names or ids
  std::vector<YamlValue> by;       // fields of Sigma
  std::string within;              // a duration
  std::string at_least;            // of counts: ">= 10"
  std::optional<YamlValue> field;  // of kValueCount
  bool tells_rules = false;        // the rules that it refers to are patterns, too
};

struct SigmaRule {
  std::string_view file;
  YamlPlace at;
  std::string title, id, name, status;      // empty: none
  std::string_view priority;                // empty: none
  const SigmaCategory* category = nullptr;  // of a rule about one event
  std::string expression;                   // the same: its events
  std::optional<SigmaCorrelation> correlation;
};

// `file` names it in errors, "file:line:column: what", and outlives the rule.
Result<SigmaRule> ReadSigmaRule(std::string_view file, const YamlValue& document);

}  // namespace vexevt
