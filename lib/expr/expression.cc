#include "lib/expr/expression.h"

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

Result<Expression> CompileExpression(std::string_view text, const NamedLists& lists) {
  auto compiled = std::make_unique<Expression::Compiled>();
  VEXEVT_ASSIGN(compiled->syntax, ParseExpression(text));
  VEXEVT_ASSIGN(compiled->predicate, CheckExpression(compiled->syntax, lists));
  compiled->program = LowerPredicate(compiled->predicate);
  compiled->requirement = RequirementOf(compiled->predicate);
  return Expression(std::move(compiled));
}

}  // namespace vexevt
