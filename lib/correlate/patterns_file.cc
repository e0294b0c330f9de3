#include "lib/correlate/patterns_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/event/field.h"
#include "lib/expr/condition.h"
#include "lib/io/full.h"
#include "lib/rules/compile.h"
#include "lib/rules/table_reader.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxPatternsBytes = std::size_t{16} << 20;

Result<std::uint32_t> ReadBound(const TableReader& table, std::string_view key, std::uint32_t otherwise) {
  VEXEVT_ASSIGN(auto bound, table.Integer(key, 1, 100'000'000));
  return bound ? static_cast<std::uint32_t>(*bound) : otherwise;
}

Status ReadShown(const TableReader& table, Pattern* pattern) {
  const DocumentNode* node = table.Find("show");
  if (node == nullptr) return Status::Ok();
  std::vector<std::string> names;
  for (const PatternStep& step : pattern->steps) names.push_back(step.negated ? "" : step.name);
  VEXEVT_ASSIGN(auto texts, table.Texts("show"));
  pattern->shown.emplace();
  for (PlacedText& text : texts) {
    auto field = ParseEarlierField(text.text, names);
    if (!field.ok()) return ErrorAt(table.document(), text.at, field.status().message());
    if (!*field) {
      return ErrorAt(table.document(), text.at,
                     fmt::format("'{}' is not STEP.FIELD, of a step that has a name and happens", text.text));
    }
    pattern->shown->push_back(std::move(text.text));
  }
  return Status::Ok();
}

Result<PlacedPattern> ReadPattern(const Document& document, const DocumentNode& node, std::size_t index) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "pattern"));
  VEXEVT_TRY(table.OnlyKeys({"name", "match", "by", "within", "skip", "suppress", "show", "timeouts", "severity",
                             "partials", "partials_by_key"}));
  PlacedPattern placed;
  Pattern& pattern = placed.pattern;
  VEXEVT_ASSIGN(auto name, table.Text("name"));
  if (name && name->text.empty()) return ErrorAt(document, name->at, "the name is empty: matches bear it");
  pattern.name = name ? name->text : fmt::format("pattern-{}", index + 1);
  VEXEVT_ASSIGN(auto match, table.Text("match"));
  if (!match) return table.Missing("match");
  placed.match = *match;
  VEXEVT_ASSIGN(auto by, table.Fields("by"));
  for (PlacedText& field : by) pattern.by.push_back(std::move(field.text));
  VEXEVT_ASSIGN(auto within, table.Duration("within"));
  pattern.within_ns = within.value_or(0);
  VEXEVT_ASSIGN(auto suppress, table.Duration("suppress"));
  pattern.suppress_ns = suppress.value_or(0);
  VEXEVT_ASSIGN(pattern.timeouts, table.Flag("timeouts"));
  VEXEVT_ASSIGN(pattern.partials, ReadBound(table, "partials", pattern.partials));
  VEXEVT_ASSIGN(pattern.partials_by_key, ReadBound(table, "partials_by_key", pattern.partials_by_key));
  VEXEVT_ASSIGN(auto severity, table.Text("severity"));
  if (severity) {
    const auto priority = ParsePriority(severity->text);
    if (!priority) {
      return ErrorAt(document, severity->at, "'severity' is one of critical, high, normal, low, background");
    }
    pattern.severity = *priority;
  }
  VEXEVT_ASSIGN(auto skip, table.Text("skip"));
  if (skip) {
    if (Status status = ParseSkip(skip->text, &pattern); !status.ok())
      return ErrorAt(document, skip->at, status.message());
  }
  return placed;
}

}  // namespace

Status ErrorInPattern(const PatternsFile& file, const PlacedPattern& pattern, const Status& failure) {
  if (file.document.file.empty()) return InvalidArgument("pattern:" + failure.message());
  return ErrorInExpression(file.document, pattern.match, failure);
}

Status ParseSkip(std::string_view text, Pattern* pattern) {
  struct Name {
    std::string_view text;
    Skip skip;
  };
  static constexpr Name kNames[] = {{"none", Skip::kNone}, {"to-next", Skip::kToNext}, {"past-last", Skip::kPastLast}};
  for (const Name& name : kNames) {
    if (text != name.text) continue;
    pattern->skip = name.skip;
    return Status::Ok();
  }
  const std::size_t space = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, space);
  if ((word == "to-first" || word == "to-last") && space + 1 < text.size()) {
    pattern->skip = word == "to-first" ? Skip::kToFirst : Skip::kToLast;
    pattern->skip_to = text.substr(space + 1);
    return Status::Ok();
  }
  return InvalidArgument(fmt::format("'{}' is none of none, to-next, past-last, to-first STEP, to-last STEP", text));
}

Result<PatternsFile> ParsePatterns(std::string text, std::string file) {
  PatternsFile patterns;
  VEXEVT_ASSIGN(patterns.document, ParseDocument(std::move(text), std::move(file)));
  TableReader root(patterns.document, patterns.document.root, "the file");
  VEXEVT_TRY(root.OnlyKeys({"lists", "pattern"}));
  if (const DocumentNode* lists = root.Find("lists")) {
    VEXEVT_TRY(ReadLists(patterns.document, *lists, &patterns.lists));
  }
  VEXEVT_ASSIGN(auto nodes, Elements(root, "pattern"));
  if (nodes.empty()) return root.Missing("pattern");
  for (const DocumentNode& node : nodes) {
    VEXEVT_ASSIGN(PlacedPattern placed, ReadPattern(patterns.document, node, patterns.patterns.size()));
    if (Status status = ParsePatternText(placed.match.text, &placed.pattern); !status.ok()) {
      return ErrorInPattern(patterns, placed, status);
    }
    VEXEVT_ASSIGN(TableReader table, TableReader::Of(patterns.document, node, "pattern"));
    VEXEVT_TRY(ReadShown(table, &placed.pattern));
    if (Status status = CheckPattern(placed.pattern); !status.ok()) {
      return ErrorAt(patterns.document, node.at,
                     fmt::format("pattern '{}': {}", placed.pattern.name, status.message()));
    }
    const auto named = [&](const PlacedPattern& other) { return other.pattern.name == placed.pattern.name; };
    if (std::ranges::any_of(patterns.patterns, named)) {
      return ErrorAt(patterns.document, node.at, fmt::format("pattern '{}' is named twice", placed.pattern.name));
    }
    patterns.patterns.push_back(std::move(placed));
  }
  return patterns;
}

Result<PatternsFile> ReadPatterns(const std::string& path) {
  VEXEVT_ASSIGN(std::string text, ReadFile(path, kMaxPatternsBytes));
  return ParsePatterns(std::move(text), path);
}

}  // namespace vexevt
