#include "lib/expr/value.h"

#include <fmt/format.h>

#include <bit>
#include <utility>

#include "lib/base/text_cursor.h"
#include "lib/expr/ast.h"
#include "lib/expr/check.h"
#include "lib/expr/lexer.h"
#include "lib/expr/literal.h"
#include "lib/expr/parser.h"

namespace vexevt {
namespace {

FieldValue ValueOfKey(FieldType type, std::uint64_t key) {
  switch (type) {
    case FieldType::kBool:
      return key != 0;
    case FieldType::kInt:
    case FieldType::kErrno:
      return static_cast<std::int64_t>(key ^ kSignBit);
    case FieldType::kFloat:
      return std::bit_cast<double>(key & kSignBit ? key ^ kSignBit : ~key);
    default:
      return key;
  }
}

}  // namespace

Result<std::string> TakeValue(std::string_view text, std::size_t* at) {
  Lexer lexer(text, *at);
  VEXEVT_ASSIGN(Token token, lexer.Next());
  if (token.kind == TokenKind::kEnd) return ErrorAt(token.column, "expected a value, not the end");
  if (token.kind != TokenKind::kWord && token.kind != TokenKind::kQuoted) {
    return ErrorAt(token.column, fmt::format("expected a value, not '{}'", text.substr(token.column - 1, 1)));
  }
  *at = lexer.at();
  return std::move(token.text);
}

std::string WrittenValue(std::string_view value) { return PrintWord({.text = std::string(value)}); }

Result<FieldValue> ParseColumnValue(const Column& column, std::string_view value) {
  if (column.field == nullptr) return FieldValue(value);
  const Field& field = *column.field;
  Comparison comparison;
  comparison.field.text = column.name;
  comparison.op = Operator::kEqual;
  comparison.values.emplace_back().text = value;
  const auto test = CheckComparison(comparison, {});
  if (!test.ok()) return WithoutColumn(test.status());
  if (const auto* wide = std::get_if<WideTest>(&test->what)) return FieldValue(wide->values[0]);
  const auto* keys = std::get_if<KeyTest>(&test->what);
  if (keys == nullptr) return FieldValue(value);
  const Range& only = keys->keys.ranges()[0];
  if (only.first != only.last) return InvalidArgument(fmt::format("'{}' is more than one value", value));
  if (field.type != FieldType::kPriority) return ValueOfKey(field.type, only.first);
  return FieldValue(static_cast<std::uint64_t>(*ParsePriority(value)));
}

}  // namespace vexevt
