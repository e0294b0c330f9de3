// Values that are named outside of comparisons, by the same words: for queries that ask for one value of a field.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/event/column.h"
#include "lib/event/field.h"

namespace vexevt {

// The value that stands next from byte *at of `text` on, bare or quoted; *at is behind it then. Failures are as
// CompileExpression says.
Result<std::string> TakeValue(std::string_view text, std::size_t* at);

// As it can be written there: quoted where it has to be.
std::string WrittenValue(std::string_view value);

// What ReadColumn gives of an event for which `COLUMN = value` holds; of an attribute, which may be anything, the text.
// Borrows from `value`. kInvalidArgument, without a column, where that can never hold, and of a family of types.
Result<FieldValue> ParseColumnValue(const Column& column, std::string_view value);

}  // namespace vexevt
