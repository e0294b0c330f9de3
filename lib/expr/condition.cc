#include "lib/expr/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "lib/event/column.h"
#include "lib/expr/ast.h"
#include "lib/expr/check.h"
#include "lib/expr/compiled.h"
#include "lib/expr/lexer.h"
#include "lib/expr/parser.h"
#include "lib/expr/split.h"
#include "lib/expr/text_condition.h"

namespace vexevt {

struct Condition::Relation {
  NodeKind kind = NodeKind::kComparison;
  // A comparison: of `field` with one of the earlier fields, or a whole expression about the event alone.
  std::optional<Expression> alone;
  EarlierField own;
  Operator op = Operator::kEqual;
  std::vector<std::uint32_t> earlier;
  std::vector<Relation> children;
};

namespace {

using Relation = Condition::Relation;

// Values that can be told apart, and no more: types, ids, sets of bits.
enum class Kind : std::uint8_t { kText, kNumber, kTruth, kOther };

Kind KindOf(FieldType type) {
  switch (type) {
    case FieldType::kBytes:
      return Kind::kText;
    case FieldType::kUint:
    case FieldType::kInt:
    case FieldType::kFloat:
    case FieldType::kSize:
    case FieldType::kTime:
    case FieldType::kDuration:
      return Kind::kNumber;
    case FieldType::kBool:
      return Kind::kTruth;
    default:
      return Kind::kOther;
  }
}

long double NumberOf(const FieldValue& value) {
  return std::visit(
      [](const auto& held) -> long double {
        if constexpr (std::is_arithmetic_v<std::decay_t<decltype(held)>>) return static_cast<long double>(held);
        return 0;
      },
      value);
}

bool IsNumber(const FieldValue& value) {
  return std::holds_alternative<std::uint64_t>(value) || std::holds_alternative<std::int64_t>(value) ||
         std::holds_alternative<double>(value);
}

struct ValueOf {
  FieldValue operator()(const AttributeText& text) const { return text.value; }
  FieldValue operator()(const AttributeBytes& bytes) const { return bytes.value; }
  template <typename T>
  FieldValue operator()(T value) const {
    return value;
  }
};

FieldValue ReadAttribute(const EventView& event, std::string_view key) {
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    const Attribute attribute = event.attribute(i);
    if (attribute.key == key) return std::visit(ValueOf(), attribute.value);
  }
  return {};
}

// Texts by their bytes.
template <typename Value>
bool Compares(Value left, Operator op, Value right) {
  switch (op) {
    case Operator::kLess:
      return left < right;
    case Operator::kLessEqual:
      return left <= right;
    case Operator::kGreater:
      return left > right;
    case Operator::kGreaterEqual:
      return left >= right;
    default:
      return left == right;
  }
}

bool HoldsForTexts(std::string_view left, Operator op, std::string_view right) {
  switch (op) {
    case Operator::kContains:
      return left.find(right) != std::string_view::npos;
    case Operator::kStartsWith:
      return left.starts_with(right);
    case Operator::kEndsWith:
      return left.ends_with(right);
    case Operator::kUnder:
      return IsUnder(left, WithoutTrailingSlash(right));
    default:
      return Compares(left, op, right);
  }
}

// Negations left aside.
bool Holds(const FieldValue& left, Operator op, const FieldValue& right) {
  const auto* left_text = std::get_if<std::string_view>(&left);
  const auto* right_text = std::get_if<std::string_view>(&right);
  if (left_text && right_text) return HoldsForTexts(*left_text, op, *right_text);
  if (IsNumber(left) && IsNumber(right)) return Compares(NumberOf(left), op, NumberOf(right));
  return !IsOrder(op) && left.index() == right.index() && !std::holds_alternative<std::monostate>(left) &&
         left == right;
}

bool HoldsFor(const Relation& relation, const EventView& event, std::span<const FieldValue> earlier) {
  switch (relation.kind) {
    case NodeKind::kNot:
      return !HoldsFor(relation.children[0], event, earlier);
    case NodeKind::kAnd:
      return std::ranges::all_of(relation.children,
                                 [&](const Relation& child) { return HoldsFor(child, event, earlier); });
    case NodeKind::kOr:
      return std::ranges::any_of(relation.children,
                                 [&](const Relation& child) { return HoldsFor(child, event, earlier); });
    case NodeKind::kComparison:
      break;
  }
  if (relation.alone) return relation.alone->Matches(event);
  const FieldValue own = ReadEarlierField(event, relation.own);
  const bool holds = std::ranges::any_of(relation.earlier,
                                         [&](std::uint32_t field) { return Holds(own, relation.op, earlier[field]); });
  return holds != IsNegated(relation.op);
}

Result<EarlierField> ParseField(std::string_view text) {
  VEXEVT_ASSIGN(Column column, ParseColumn(text));
  return EarlierField{0, column.field, std::move(column.attribute)};
}

class Compiler {
 public:
  Compiler(std::string_view own, std::span<const std::string> names, const NamedLists& lists,
           std::vector<EarlierField>* wanted)
      : own_(own), names_(names), lists_(lists), wanted_(wanted) {}

  // Takes the name of the event itself from in front of its fields.
  void Strip(ExprNode* node) const {
    std::string& field = node->comparison.field.text;
    if (!own_.empty() && field.size() > own_.size() && field.starts_with(own_) && field[own_.size()] == '.') {
      field.erase(0, own_.size() + 1);
    }
    for (ExprNode& child : node->children) Strip(&child);
  }

  bool Refers(const ExprNode& node) const {
    if (node.kind != NodeKind::kComparison) {
      return std::ranges::any_of(node.children, [&](const ExprNode& child) { return Refers(child); });
    }
    return std::ranges::any_of(node.comparison.values, [&](const Word& word) { return Names(word); });
  }

  Result<Relation> Compile(ExprNode node) {
    Relation relation;
    if (!Refers(node)) {
      VEXEVT_ASSIGN(relation.alone, CompileSyntax(std::move(node), lists_));
      return relation;
    }
    if (node.kind == NodeKind::kComparison) return Compare(node.comparison);
    relation.kind = node.kind;
    for (ExprNode& child : node.children) {
      VEXEVT_ASSIGN(Relation compiled, Compile(std::move(child)));
      relation.children.push_back(std::move(compiled));
    }
    return relation;
  }

  std::vector<std::uint32_t> uses() && { return std::move(uses_); }

 private:
  bool Names(const Word& word) const {
    if (word.quoted || word.named_list) return false;
    const auto earlier = ParseEarlierField(word.text, names_);
    return !earlier.ok() || earlier->has_value();
  }

  Result<Relation> Compare(const Comparison& comparison) {
    auto own = ParseField(comparison.field.text);
    if (!own.ok()) return ErrorAt(comparison.field.column, own.status().message());
    Relation relation;
    relation.own = std::move(*own);
    relation.op = comparison.op;
    if (!comparison.zone.text.empty()) {
      return ErrorAt(comparison.zone.column, "'zone' does not go with a field of an earlier event");
    }
    for (const Word& word : comparison.values) {
      auto earlier = ParseEarlierField(word.text, names_);
      if (!earlier.ok()) return ErrorAt(word.column, earlier.status().message());
      if (word.quoted || word.named_list || !*earlier) {
        return ErrorAt(word.column, "a list has fields of earlier events, or values, but not both");
      }
      VEXEVT_TRY(CheckFits(comparison, relation.own, word, **earlier));
      relation.earlier.push_back(SlotOf(std::move(**earlier)));
    }
    return relation;
  }

  Status CheckFits(const Comparison& comparison, const EarlierField& own, const Word& word,
                   const EarlierField& earlier) const {
    const Operator op = comparison.op;
    if (op == Operator::kGlob || op == Operator::kMatches || op == Operator::kHas) {
      return ErrorAt(comparison.op_column, fmt::format("'{}' takes a value, not a field of an earlier event: only "
                                                       "'=', '!=', '<' and so on, 'in', 'contains', 'startswith', "
                                                       "'endswith' and 'under' compare with one",
                                                       OperatorName(op)));
    }
    // An attribute has the type that its event gives it.
    if (!own.field || !earlier.field) return Status::Ok();
    const Kind kind = KindOf(own.field->type);
    const bool alike =
        kind == Kind::kOther ? own.field->type == earlier.field->type : kind == KindOf(earlier.field->type);
    if (!alike) {
      return ErrorAt(word.column, fmt::format("'{}' can never compare with '{}': they are of different kinds",
                                              own.field->name, word.text));
    }
    const bool fits =
        IsTextOnly(op) ? kind == Kind::kText : !IsOrder(op) || kind == Kind::kNumber || kind == Kind::kText;
    if (fits) return Status::Ok();
    return ErrorAt(comparison.op_column, fmt::format("'{}' has no '{}'", own.field->name, OperatorName(op)));
  }

  std::uint32_t SlotOf(EarlierField earlier) {
    auto found = std::ranges::find(*wanted_, earlier);
    const auto slot = static_cast<std::uint32_t>(found - wanted_->begin());
    if (found == wanted_->end()) wanted_->push_back(std::move(earlier));
    if (std::ranges::find(uses_, slot) == uses_.end()) uses_.push_back(slot);
    return slot;
  }

  std::string_view own_;
  std::span<const std::string> names_;
  const NamedLists& lists_;
  std::vector<EarlierField>* wanted_;
  std::vector<std::uint32_t> uses_;
};

}  // namespace

Result<std::optional<EarlierField>> ParseEarlierField(std::string_view text, std::span<const std::string> names) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::optional<EarlierField>();
  const auto name = std::ranges::find(names, text.substr(0, dot));
  if (name == names.end() || name->empty()) return std::optional<EarlierField>();
  VEXEVT_ASSIGN(EarlierField field, ParseField(text.substr(dot + 1)));
  field.name = static_cast<std::size_t>(name - names.begin());
  return std::optional(std::move(field));
}

FieldValue ReadEarlierField(const EventView& event, const EarlierField& field) {
  return field.field ? ReadField(event, *field.field) : ReadAttribute(event, field.attribute);
}

Result<Condition> Condition::Compile(std::string_view text, std::string_view own, std::span<const std::string> earlier,
                                     const NamedLists& lists, std::vector<EarlierField>* wanted) {
  VEXEVT_ASSIGN(ExprNode syntax, ParseExpression(text));
  Compiler compiler(own, earlier, lists, wanted);
  compiler.Strip(&syntax);
  SplitSyntax split = SplitConjunction(std::move(syntax), [&](const ExprNode& node) { return compiler.Refers(node); });
  Condition condition;
  if (split.alone) {
    VEXEVT_ASSIGN(condition.alone_, CompileSyntax(std::move(*split.alone), lists));
  }
  if (split.rest) {
    VEXEVT_ASSIGN(Relation relation, compiler.Compile(std::move(*split.rest)));
    condition.relation_ = std::make_shared<const Relation>(std::move(relation));
    condition.uses_ = std::move(compiler).uses();
  }
  return condition;
}

bool Condition::Relates(const EventView& event, std::span<const FieldValue> earlier) const {
  return HoldsFor(*relation_, event, earlier);
}

}  // namespace vexevt
