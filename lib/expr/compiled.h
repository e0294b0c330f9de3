// What an Expression holds. For lib/expr itself.
#pragma once

#include "lib/expr/ast.h"
#include "lib/expr/expression.h"
#include "lib/expr/predicate.h"
#include "lib/expr/program.h"

namespace vexevt {

// Each part refers to the one before it, so that the whole must stay where it was built.
struct Expression::Compiled {
  ExprNode syntax;
  Predicate predicate;
  Program program;
  Requirement requirement;
};

Result<Expression> CompileSyntax(ExprNode syntax, const NamedLists& lists);

}  // namespace vexevt
