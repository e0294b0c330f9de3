#include "lib/expr/result_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "lib/base/nearest_name.h"
#include "lib/base/units.h"
#include "lib/expr/ast.h"
#include "lib/expr/compiled.h"
#include "lib/expr/lexer.h"
#include "lib/expr/parser.h"

namespace vexevt {
namespace {

constexpr std::string_view kAttrPrefix = "attr.";

// 10M, 20ms or 5k in figures; what is no such quantity stays as it is.
void SpellOutQuantity(FieldType type, std::string* text) {
  double plain = 0;
  const char* const end = text->data() + text->size();
  if (std::from_chars(text->data(), end, plain).ptr == end) return;
  const auto quantity = type == FieldType::kSize       ? ParseSize(*text)
                        : type == FieldType::kDuration ? ParseDuration(*text)
                                                       : ParseCount(*text);
  if (quantity.ok()) *text = std::to_string(*quantity);
}

// The checker knows nothing of attributes that are named without `attr.`; it takes the rest.
Status CheckName(const Word& field, std::span<const ResultAttribute> attributes) {
  if (field.text.starts_with(kAttrPrefix) || FindField(field.text) != nullptr) return {};
  std::vector<std::string_view> names;
  for (const ResultAttribute& attribute : attributes) names.push_back(attribute.name);
  const std::string hint = NearestHint(field.text, names);
  return hint.empty() ? Status() : ErrorAt(field.column, fmt::format("unknown field '{}'{}", field.text, hint));
}

// Spells out what was named without `attr.`, and quantities.
Status SpellOut(std::span<const ResultAttribute> attributes, ExprNode* node) {
  for (ExprNode& child : node->children) VEXEVT_TRY(SpellOut(attributes, &child));
  if (node->kind != NodeKind::kComparison) return {};
  std::string& field = node->comparison.field.text;
  const std::string_view name = std::string_view(field).substr(field.starts_with(kAttrPrefix) ? kAttrPrefix.size() : 0);
  const auto named = std::ranges::find(attributes, name, &ResultAttribute::name);
  if (named == attributes.end()) return CheckName(node->comparison.field, attributes);
  if (!field.starts_with(kAttrPrefix)) field.insert(0, kAttrPrefix);
  if (named->kind == ResultAttribute::Kind::kKey) return {};
  for (Word& value : node->comparison.values) {
    if (!value.quoted) SpellOutQuantity(named->type, &value.text);
  }
  return {};
}

bool Grows(const Comparison& comparison, std::span<const ResultAttribute> attributes) {
  const std::string_view field = comparison.field.text;
  if (field == "observability.value") return false;  // that of a measure
  if (!field.starts_with(kAttrPrefix)) return true;
  const auto named = std::ranges::find(attributes, field.substr(kAttrPrefix.size()), &ResultAttribute::name);
  if (named == attributes.end() || named->kind == ResultAttribute::Kind::kKey) return true;
  return named->kind == ResultAttribute::Kind::kGrowing &&
         (comparison.op == Operator::kGreater || comparison.op == Operator::kGreaterEqual);
}

bool Grows(const ExprNode& node, std::span<const ResultAttribute> attributes) {
  if (node.kind == NodeKind::kComparison) return Grows(node.comparison, attributes);
  return node.kind != NodeKind::kNot &&
         std::ranges::all_of(node.children, [&](const ExprNode& child) { return Grows(child, attributes); });
}

}  // namespace

Result<ResultCondition> ResultCondition::Compile(std::string_view text, std::span<const ResultAttribute> attributes,
                                                 const NamedLists& lists) {
  VEXEVT_ASSIGN(ExprNode syntax, ParseExpression(text));
  VEXEVT_TRY(SpellOut(attributes, &syntax));
  const bool grows = Grows(syntax, attributes);
  VEXEVT_ASSIGN(Expression expression, CompileSyntax(std::move(syntax), lists));
  return ResultCondition(std::move(expression), grows);
}

}  // namespace vexevt
