#include "lib/stats/group_filter.h"

#include "lib/expr/ast.h"
#include "lib/expr/parser.h"
#include "lib/stats/group_key.h"

namespace vexevt {
namespace {

std::string FieldFilter(const Column& column, const FieldValue& value) {
  Comparison comparison{.field = {.text = column.name}, .op = Operator::kExists};
  if (std::holds_alternative<std::monostate>(value)) return "not " + PrintComparison(comparison);
  Word& word = comparison.values.emplace_back();
  AppendColumnText(column, value, ValueForm::kRaw, &word.text);
  if (column.field != nullptr && column.field->type == FieldType::kDuration) word.text += "ns";
  comparison.op = Operator::kEqual;
  return PrintComparison(comparison);
}

}  // namespace

std::string GroupFilter(const std::vector<Column>& by, std::string_view key) {
  std::vector<FieldValue> values;
  std::vector<std::string> texts;
  if (!DecodeGroupKey(key, by.size(), &values, &texts)) return {};
  std::string filter;
  for (std::size_t i = 0; i < by.size(); ++i) {
    if (i > 0) filter += " and ";
    filter += FieldFilter(by[i], values[i]);
  }
  return filter;
}

}  // namespace vexevt
