// From what a rules file says to what can be evaluated; errors at their place in the file.
#pragma once

#include "lib/expr/expression.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

// The named lists of a file, those that live in files of their own read: one entry a line, empty lines left out.
Result<NamedLists> LoadLists(const Document& document, const std::map<std::string, NamedList>& named);

// Where in the document a failure, whose message is "COLUMN: what is wrong" in the text, stands.
Status ErrorInExpression(const Document& document, const PlacedText& placed, const Status& failure);

// `when` of a rule; an empty one holds always.
Result<Expression> CompileWhen(const RulesFile& rules, const PlacedText& when, const NamedLists& lists);

}  // namespace vexevt
