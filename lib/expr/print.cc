#include <fmt/format.h>

#include "lib/expr/lexer.h"
#include "lib/expr/parser.h"

namespace vexevt {
namespace {

std::string Quote(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::string PrintWord(const Word& word) {
  if (word.named_list) return fmt::format("${}", word.text);
  return CanStandBare(word.text) ? word.text : Quote(word.text);
}

namespace {

std::string PrintList(const std::vector<Word>& words) {
  if (words.size() == 1 && words[0].named_list) return PrintWord(words[0]);
  std::string out = "(";
  for (const Word& word : words) {
    if (out.size() > 1) out += ", ";
    out += PrintWord(word);
  }
  return out + ")";
}

// Lower binds tighter.
int Looseness(NodeKind kind) { return kind == NodeKind::kOr ? 2 : kind == NodeKind::kAnd ? 1 : 0; }

void Print(const ExprNode& node, int looseness_allowed, std::string* out) {
  if (node.kind == NodeKind::kComparison) {
    *out += PrintComparison(node.comparison);
    return;
  }
  if (node.kind == NodeKind::kNot) {
    *out += "not ";
    Print(node.children[0], 0, out);
    return;
  }
  int looseness = Looseness(node.kind);
  bool parentheses = looseness > looseness_allowed;
  if (parentheses) *out += '(';
  for (const ExprNode& child : node.children) {
    if (&child != &node.children.front()) *out += node.kind == NodeKind::kAnd ? " and " : " or ";
    Print(child, looseness - 1, out);
  }
  if (parentheses) *out += ')';
}

}  // namespace

std::string_view OperatorName(Operator op) {
  switch (op) {
    case Operator::kTruth:
      return "";
    case Operator::kExists:
      return "exists";
    case Operator::kEqual:
      return "=";
    case Operator::kNotEqual:
      return "!=";
    case Operator::kLess:
      return "<";
    case Operator::kLessEqual:
      return "<=";
    case Operator::kGreater:
      return ">";
    case Operator::kGreaterEqual:
      return ">=";
    case Operator::kIn:
      return "in";
    case Operator::kNotIn:
      return "not in";
    case Operator::kContains:
      return "contains";
    case Operator::kStartsWith:
      return "startswith";
    case Operator::kEndsWith:
      return "endswith";
    case Operator::kGlob:
      return "glob";
    case Operator::kMatches:
      return "matches";
    case Operator::kUnder:
      return "under";
    case Operator::kHas:
      return "has";
  }
  return "";
}

std::string PrintComparison(const Comparison& comparison) {
  std::string out = comparison.field.text;
  if (comparison.op != Operator::kTruth) out += fmt::format(" {}", OperatorName(comparison.op));
  bool list = comparison.op == Operator::kIn || comparison.op == Operator::kNotIn ||
              (comparison.op == Operator::kUnder && (comparison.values.size() > 1 || comparison.values[0].named_list));
  if (list) {
    out.append(1, ' ').append(PrintList(comparison.values));
  } else if (!comparison.values.empty()) {
    out.append(1, ' ').append(PrintWord(comparison.values[0]));
  }
  if (!comparison.zone.text.empty()) out.append(" zone ").append(PrintWord(comparison.zone));
  return out;
}

std::string PrintExpression(const ExprNode& node) {
  std::string out;
  Print(node, 2, &out);
  return out;
}

}  // namespace vexevt
