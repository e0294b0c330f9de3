#include "lib/sigma/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/escape.h"
#include "lib/base/utf8.h"
#include "lib/sigma/rule.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxSteps = 32;  // of a pattern

// The code point of a character of two or three bytes.
std::uint32_t CodePoint(std::string_view character) {
  const auto bits = [&](std::size_t i) { return static_cast<unsigned char>(character[i]) & 0x3fu; };
  if (character.size() == 2) return (bits(0) & 0x1fu) << 6 | bits(1);
  return (bits(0) & 0x0fu) << 12 | bits(1) << 6 | bits(2);
}

// Whether a terminal may obey it, or turn text around.
bool IsHarmful(std::uint32_t code) {
  return code < 0xa0 || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

// A basic string of TOML.
std::string TomlString(std::string_view bytes) {
  std::string out = "\"";
  while (!bytes.empty()) {
    const std::size_t length = Utf8Length(bytes);
    const std::string_view character = bytes.substr(0, std::max<std::size_t>(1, length));
    const auto first = static_cast<unsigned char>(bytes.front());
    if (length == 0) {
      out += "\\uFFFD";
    } else if (first == '"' || first == '\\') {
      out.append({'\\', bytes.front()});
    } else if (first < 0x20 || first == 0x7f) {
      out += fmt::format("\\u{:04X}", first);
    } else if ((length == 2 || length == 3) && IsHarmful(CodePoint(character))) {
      out += fmt::format("\\u{:04X}", CodePoint(character));
    } else {
      out += character;
    }
    bytes.remove_prefix(character.size());
  }
  return out + '"';
}

void AppendComment(std::string_view key, std::string_view text, std::string* out) {
  if (text.empty()) return;
  *out += fmt::format("# {}", key);
  AppendEscaped(text, out);
  *out += '\n';
}

class Importer {
 public:
  Status Read(const SigmaFile& file) {
    VEXEVT_ASSIGN(std::vector<YamlValue> documents, ParseYaml(file.text, file.name));
    for (const YamlValue& document : documents) {
      if (document.kind == YamlKind::kNull) continue;  // an empty one
      VEXEVT_ASSIGN(SigmaRule rule, ReadSigmaRule(file.name, document));
      const std::size_t index = rules_.size();
      for (const std::string& name : {rule.name, rule.id}) {
        if (!name.empty() && by_name_.emplace(name, index).first->second != index) {
          return Error(rule, fmt::format("two rules are called '{}'", name));
        }
      }
      rules_.push_back(std::move(rule));
    }
    return {};
  }

  Result<std::string> Write() {
    std::set<std::size_t> referred, told;
    for (const SigmaRule& rule : rules_) {
      if (!rule.correlation) continue;
      VEXEVT_ASSIGN(const auto rules, ReferredBy(rule));
      referred.insert(rules.begin(), rules.end());
      if (rule.correlation->tells_rules) told.insert(rules.begin(), rules.end());
    }
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (referred.count(i) > told.count(i)) continue;
      VEXEVT_TRY(rules_[i].correlation ? WriteCorrelation(rules_[i]) : WriteRule(rules_[i]));
    }
    return std::move(out_);
  }

 private:
  static Status Error(const SigmaRule& rule, std::string_view what) { return ErrorAtYaml(rule.file, rule.at, what); }

  Result<std::vector<std::size_t>> ReferredBy(const SigmaRule& rule) const {
    std::vector<std::size_t> referred;
    for (const YamlValue& name : rule.correlation->rules) {
      const auto it = by_name_.find(name.text);
      if (it == by_name_.end()) {
        return ErrorAtYaml(rule.file, name.at, fmt::format("no rule has the name or id '{}'", name.text));
      }
      if (rules_[it->second].correlation) {
        return ErrorAtYaml(rule.file, name.at, "correlations of correlations are not turned");
      }
      referred.push_back(it->second);
    }
    return referred;
  }

  // Our name for a field, the same in all of the rules.
  Result<std::string_view> FieldOf(const SigmaRule& rule, const std::vector<std::size_t>& referred,
                                   const YamlValue& name) const {
    std::string_view field;
    for (const std::size_t index : referred) {
      const SigmaField* found = FindSigmaField(name.text, *rules_[index].category);
      if (found == nullptr) {
        return ErrorAtYaml(
            rule.file, name.at,
            fmt::format("the field '{}' is none that events have; known are {}", name.text, SigmaFieldNames()));
      }
      if (!field.empty() && field != found->field) {
        return ErrorAtYaml(rule.file, name.at,
                           fmt::format("'{}' is not the same field in all of the rules", name.text));
      }
      field = found->field;
    }
    return field;
  }

  // Up to the key that is the pattern's own.
  Status Begin(const SigmaRule& rule, std::string_view name) {
    if (!names_.emplace(name).second) return Error(rule, fmt::format("two rules have the title '{}'", name));
    if (!out_.empty()) out_ += '\n';
    AppendComment("Sigma: ", rule.file, &out_);
    AppendComment("id: ", rule.id, &out_);
    AppendComment("status: ", rule.status, &out_);
    out_ += fmt::format("[[pattern]]\nname = {}\n", TomlString(name));
    if (!rule.priority.empty()) out_ += fmt::format("severity = \"{}\"\n", rule.priority);
    return {};
  }

  Status WriteRule(const SigmaRule& rule) {
    VEXEVT_TRY(Begin(rule, rule.title));
    out_ += fmt::format("match = '''[{}]'''\n", rule.expression);
    return {};
  }

  Status WriteCorrelation(const SigmaRule& rule) {
    const SigmaCorrelation& correlation = *rule.correlation;
    VEXEVT_ASSIGN(const std::vector<std::size_t> referred, ReferredBy(rule));
    std::string shape;
    if (!correlation.by.empty()) {
      std::vector<std::string> fields;
      for (const YamlValue& name : correlation.by) {
        VEXEVT_ASSIGN(const std::string_view field, FieldOf(rule, referred, name));
        fields.push_back(fmt::format("\"{}\"", field));
      }
      shape += fmt::format("by = [{}]\n", fmt::join(fields, ", "));
    }
    shape += fmt::format("within = \"{}\"\n", correlation.within);
    switch (correlation.kind) {
      case CorrelationKind::kEventCount:
        return WriteCount(rule, referred, "count", shape);
      case CorrelationKind::kValueCount: {
        VEXEVT_ASSIGN(const std::string_view field, FieldOf(rule, referred, *correlation.field));
        return WriteCount(rule, referred, fmt::format("distinct({})", field), shape);
      }
      case CorrelationKind::kTemporalOrdered:
        return WriteSteps(rule, referred, "then", shape);
      case CorrelationKind::kTemporal:
        return WriteSteps(rule, referred, "and", shape);
    }
    return {};
  }

  Status WriteCount(const SigmaRule& rule, const std::vector<std::size_t>& referred, std::string_view measure,
                    std::string_view shape) {
    VEXEVT_TRY(Begin(rule, rule.title));
    std::vector<std::string> any;
    for (const std::size_t index : referred) any.push_back(rules_[index].expression);
    const std::string when = any.size() == 1 ? any.front() : fmt::format("({})", fmt::join(any, ") or ("));
    out_ += fmt::format("match = '''{} [{}] {}'''\n{}", measure, when, rule.correlation->at_least, shape);
    return {};
  }

  // No event is part of two matches, as what has been told once is not told again.
  Status WriteSteps(const SigmaRule& rule, const std::vector<std::size_t>& referred, std::string_view link,
                    std::string_view shape) {
    if (referred.size() < 2 || referred.size() > kMaxSteps) {
      return Error(rule, fmt::format("a temporal correlation is of 2 to {} rules", kMaxSteps));
    }
    VEXEVT_TRY(Begin(rule, rule.title));
    out_ += "match = '''\n(";
    for (std::size_t i = 0; i < referred.size(); ++i) {
      out_ +=
          fmt::format(" {}s{}: [{}]\n", i == 0 ? "" : fmt::format("{} ", link), i + 1, rules_[referred[i]].expression);
    }
    out_ += fmt::format(")\n'''\n{}skip = \"past-last\"\n", shape);
    return {};
  }

  std::vector<SigmaRule> rules_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::set<std::string, std::less<>> names_;  // of patterns
  std::string out_;
};

}  // namespace

Result<std::string> ImportSigma(std::span<const SigmaFile> files) {
  Importer importer;
  for (const SigmaFile& file : files) VEXEVT_TRY(importer.Read(file));
  VEXEVT_ASSIGN(std::string patterns, importer.Write());
  if (patterns.empty()) return InvalidArgument(fmt::format("{}:1:1: no rule", files.empty() ? "" : files.front().name));
  return patterns;
}

}  // namespace vexevt
