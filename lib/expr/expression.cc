#include "lib/expr/expression.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "lib/expr/check.h"
#include "lib/expr/compiled.h"
#include "lib/expr/parser.h"
#include "lib/expr/require.h"

namespace vexevt {

Expression::Expression(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

bool Expression::Matches(const EventView& event) const { return compiled_->program.Run(event); }

const Requirement& Expression::requirement() const { return compiled_->requirement; }

std::string Expression::Print() const { return PrintExpression(compiled_->syntax); }

Result<Expression> CompileSyntax(ExprNode syntax, const NamedLists& lists) {
  auto compiled = std::make_unique<Expression::Compiled>();
  compiled->syntax = std::move(syntax);
  VEXEVT_ASSIGN(compiled->predicate, CheckExpression(compiled->syntax, lists));
  compiled->program = LowerPredicate(compiled->predicate);
  compiled->requirement = RequirementOf(compiled->predicate);
  return Expression(std::move(compiled));
}

Result<Expression> CompileExpression(std::string_view text, const NamedLists& lists) {
  VEXEVT_ASSIGN(ExprNode syntax, ParseExpression(text));
  return CompileSyntax(std::move(syntax), lists);
}

Result<Expression> CompileAny(std::span<const std::string> texts, bool inverted, const NamedLists& lists) {
  ExprNode any{NodeKind::kOr, {}, {}};
  for (const std::string& text : texts) {
    VEXEVT_ASSIGN(ExprNode syntax, ParseExpression(text));
    if (syntax.kind == NodeKind::kOr) {
      std::ranges::move(syntax.children, std::back_inserter(any.children));
    } else {
      any.children.push_back(std::move(syntax));
    }
  }
  if (any.children.size() == 1) any = ExprNode(std::move(any.children.front()));
  if (inverted) any = ExprNode{NodeKind::kNot, {}, {std::move(any)}};
  return CompileSyntax(std::move(any), lists);
}

}  // namespace vexevt
