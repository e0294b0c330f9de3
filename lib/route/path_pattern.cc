#include "lib/route/path_pattern.h"

#include <string>
#include <string_view>

#include "lib/event/field.h"
#include "lib/match/glob.h"

namespace vexevt {
namespace {

bool HasSlash(std::string_view text) { return text.find('/') != text.npos; }

std::string EscapedGlob(std::string_view text) {
  std::string glob;
  for (const char c : text) {
    if (std::string_view("*?[]{},\\").find(c) != std::string_view::npos) glob += '\\';
    glob += c;
  }
  return glob;
}

PathPatterns OfPath(PathOperator op, const std::string& text) {
  switch (op) {
    case PathOperator::kEquals:
      return {true, true, {{PatternKind::kExact, text, {}}}};
    case PathOperator::kStartsWith:
      return {true, true, {{PatternKind::kPrefix, text, {}}}};
    case PathOperator::kEndsWith:
      return {true, true, {{PatternKind::kSuffix, text, {}}}};
    case PathOperator::kContains:
      return {true, true, {{PatternKind::kContains, text, {}}}};
    case PathOperator::kUnder:
      if (text == "/") return {true, true, {{PatternKind::kPrefix, "/", {}}}};
      return {true, true, {{PatternKind::kExact, text, {}}, {PatternKind::kPrefix, text + "/", {}}}};
    case PathOperator::kGlob:
      return {true, true, {{PatternKind::kGlob, text, {}}}};
    case PathOperator::kMatches:
      return {true, true, {{PatternKind::kRegex, text, {}}}};
  }
  return {};
}

// What follows the last '/'; no byte of it is a '/', so that '**' means '*' there.
PathPatterns OfName(PathOperator op, const std::string& text) {
  const auto glob = [](std::string of) { return PathPatterns{true, true, {{PatternKind::kGlob, std::move(of), {}}}}; };
  if (text.empty() || HasSlash(text)) return {};
  switch (op) {
    case PathOperator::kEquals:
      return glob("**/" + EscapedGlob(text));
    case PathOperator::kStartsWith:
      return glob("**/" + EscapedGlob(text) + "*");
    case PathOperator::kContains:
      return glob("**/*" + EscapedGlob(text) + "*");
    case PathOperator::kEndsWith:
      return {true, true, {{PatternKind::kSuffix, text, {}}}};
    case PathOperator::kGlob: {
      if (text.find("**") != text.npos) return {};
      const Result<Glob> of_name = Glob::Compile(text);
      if (!of_name.ok() || !Glob::Compile("**/" + text).ok()) return {};
      // A path that ends with '/' has no name, but "**/*" holds for it.
      return {true, !of_name->Matches(""), {{PatternKind::kGlob, "**/" + text, {}}}};
    }
    default:
      return {};
  }
}

PathPatterns OfExtension(PathOperator op, const std::string& text) {
  if (op != PathOperator::kEquals || text.empty() || HasSlash(text) || text.find('.') != text.npos) return {};
  return {true, true, {{PatternKind::kGlob, "**?." + EscapedGlob(text), {}}}};
}

PathPatterns OfDirectory(PathOperator op, const std::string& text) {
  if (op != PathOperator::kEquals && op != PathOperator::kStartsWith && op != PathOperator::kUnder) return {};
  return {true, false, {{PatternKind::kPrefix, text, {}}}};
}

}  // namespace

PathPatterns PatternsOf(const PathCondition& condition) {
  if (condition.field == FindField("path")) return OfPath(condition.op, condition.text);
  if (condition.field == FindField("name")) return OfName(condition.op, condition.text);
  if (condition.field == FindField("ext")) return OfExtension(condition.op, condition.text);
  if (condition.field == FindField("dir")) return OfDirectory(condition.op, condition.text);
  return {};
}

}  // namespace vexevt
