// The parser: text to syntax. For lib/expr itself and its tests; others compile (expression.h).
#pragma once

#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/expr/ast.h"

namespace vexevt {

// Parentheses and nots may nest so deep: far beyond use, and far from what the stack can hold.
inline constexpr int kMaxExpressionDepth = 200;

// Grammar, loosest first; `not` binds tighter than `and`, and that tighter than `or`:
//   or    = and {("or" | "||") and}
//   and   = not {("and" | "&&") not}
//   not   = ("not" | "!") not | "(" or ")" | comparison
//   comparison = field [symbol value | word-operator value | ["not"] "in" list | "under" list | "exists"]
//                [("in" and symbols only) "zone" word]
//   list  = "(" value {"," value} ")" | $name
// Failures are as CompileExpression says.
Result<ExprNode> ParseExpression(std::string_view text);

// The canonical text of `node`; ParseExpression gives an equal node back.
std::string PrintExpression(const ExprNode& node);
std::string PrintComparison(const Comparison& comparison);
std::string PrintWord(const Word& word);  // quoted where it has to be

}  // namespace vexevt
