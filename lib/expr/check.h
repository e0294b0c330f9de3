// The checker: syntax to predicate. Finds fields, reads values by their types, compiles patterns, refuses what can
// never hold. For lib/expr itself.
#pragma once

#include <memory>

#include "lib/base/status.h"
#include "lib/expr/ast.h"
#include "lib/expr/named_lists.h"
#include "lib/expr/predicate.h"

namespace vexevt {

// `node` must outlive the predicate and stay where it is. Failures are as CompileExpression says.
Result<Predicate> CheckExpression(const ExprNode& node, const NamedLists& lists);

// One comparison, and its two kinds that have files of their own.
Result<Test> CheckComparison(const Comparison& comparison, const NamedLists& lists);
Result<Test> CheckAttribute(const Comparison& comparison, const NamedLists& lists);
Result<Test> CheckClock(const Comparison& comparison);  // timeofday, weekday

// The condition of a text operator with the comparison's values.
Result<std::shared_ptr<const TextCondition>> CheckText(const Comparison& comparison, const NamedLists& lists);

// Refuses an `and` whose comparisons of one field contradict each other: type = fs.read and type = fs.write.
Status CheckContradictions(const Predicate& conjunction);

// The list that `word` names.
Result<std::shared_ptr<const StringSet>> FindList(const Word& word, const NamedLists& lists);

inline bool IsNegated(Operator op) { return op == Operator::kNotEqual || op == Operator::kNotIn; }
inline bool IsOrder(Operator op) { return op >= Operator::kLess && op <= Operator::kGreaterEqual; }
inline bool IsTextOnly(Operator op) { return op >= Operator::kContains && op <= Operator::kUnder; }

}  // namespace vexevt
