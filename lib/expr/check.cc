#include "lib/expr/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/base/nearest_name.h"
#include "lib/expr/lexer.h"
#include "lib/expr/literal.h"

namespace vexevt {
namespace {

Status UnknownField(const Word& field) {
  std::vector<std::string_view> names = {"timeofday", "weekday"};
  for (const Field& known : AllFields()) names.push_back(known.name);
  return ErrorAt(field.column, fmt::format("unknown field '{}'{}", field.text, NearestHint(field.text, names)));
}

std::string_view KindOf(const Field& field) {
  switch (field.type) {
    case FieldType::kBytes:
      return "text";
    case FieldType::kBool:
      return "true or false";
    case FieldType::kEventId:
    case FieldType::kTraceId:
    case FieldType::kHex64:
      return "an id";
    case FieldType::kType:
      return "a type";
    case FieldType::kBoundary:
      return "a boundary";
    case FieldType::kDevice:
      return "a device";
    case FieldType::kMode:
      return "a set of bits";
    default:
      return "a number";
  }
}

Status CheckOperator(const Comparison& comparison, const Field& field) {
  Operator op = comparison.op;
  auto misfit = [&](std::string_view hint) {
    return ErrorAt(comparison.op_column,
                   fmt::format("'{}' is {}, which has no '{}'{}", field.name, KindOf(field), OperatorName(op), hint));
  };
  if (!comparison.zone.text.empty()) {
    return ErrorAt(comparison.zone.column, "'zone' belongs to 'timeofday' and 'weekday'");
  }
  if (op == Operator::kTruth && field.type != FieldType::kBool) {
    return ErrorAt(comparison.op_column, fmt::format("'{0}' is {1}, so it is compared with something, or '{0} exists'",
                                                     field.name, KindOf(field)));
  }
  if (IsTextOnly(op) && field.type != FieldType::kBytes) return misfit("");
  if (IsOrder(op) && !IsOrdered(field.type)) return misfit("");
  if (op == Operator::kHas && field.type != FieldType::kMode && field.type != FieldType::kUint) return misfit("");
  return Status::Ok();
}

// The set of keys for which `key OP one` holds, before the field's domain is considered.
RangeSet KeysOf(Operator op, Range one) {
  constexpr std::uint64_t kMax = ~std::uint64_t{0};
  switch (op) {
    case Operator::kLess:
      return one.first == 0 ? RangeSet() : RangeSet({0, one.first - 1});
    case Operator::kLessEqual:
      return RangeSet({0, one.last});
    case Operator::kGreater:
      return one.last == kMax ? RangeSet() : RangeSet({one.last + 1, kMax});
    case Operator::kGreaterEqual:
      return RangeSet({one.first, kMax});
    default:
      return RangeSet(one);
  }
}

Status NeverHolds(const Comparison& comparison, const Field& field, std::string_view text) {
  std::string_view outcome = IsNegated(comparison.op) ? "always holds" : "can never hold";
  std::string why;
  if (AbsentWhenZero(field) && text.find_first_not_of("0x") == std::string_view::npos) {
    why = fmt::format("a '{0}' of 0 means that there is none: ask '{0} exists'", field.name);
  } else if (IsOrder(comparison.op)) {
    static constexpr std::string_view kWhere[] = {"below", "at or below", "above", "at or above"};
    auto index = static_cast<std::size_t>(comparison.op) - static_cast<std::size_t>(Operator::kLess);
    why = fmt::format("no '{}' is {} {}", field.name, kWhere[index], text);
  } else {
    std::uint64_t most = KeyDomain(field).last;
    std::string number = field.type == FieldType::kMode ? fmt::format("{:o}", most) : fmt::format("{}", most);
    why = fmt::format("'{}' is at most {}", field.name, number);
  }
  return ErrorAt(comparison.field.column, fmt::format("this {}: {}", outcome, why));
}

// Calls `add(text)` for each value, those of named lists included; errors get the column of the word.
template <typename Add>
Status ForEachValue(const Comparison& comparison, const NamedLists& lists, Add add) {
  for (const Word& word : comparison.values) {
    if (!word.named_list) {
      Status status = add(word.text);
      if (!status.ok()) return ErrorAt(word.column, status.message());
      continue;
    }
    VEXEVT_ASSIGN(std::shared_ptr<const StringSet> list, FindList(word, lists));
    Status status;
    list->ForEach([&](std::string_view entry) {
      if (status.ok()) status = add(entry);
    });
    if (!status.ok()) return ErrorAt(word.column, fmt::format("list '{}': {}", word.text, status.message()));
  }
  return Status::Ok();
}

Result<KeyTest> CheckKeys(const Comparison& comparison, const Field& field, const NamedLists& lists) {
  Range domain = KeyDomain(field);
  if (comparison.op == Operator::kTruth) return KeyTest{RangeSet({1, 1})};
  std::vector<Range> ranges;
  VEXEVT_TRY(ForEachValue(comparison, lists, [&](std::string_view text) -> Status {
    VEXEVT_ASSIGN(Range one, ParseKeys(field, text));
    if (IsOrder(comparison.op)) {
      RangeSet keys = KeysOf(comparison.op, one);
      ranges.insert(ranges.end(), keys.ranges().begin(), keys.ranges().end());
    } else {
      ranges.push_back(one);
    }
    return Status::Ok();
  }));
  KeyTest test{Intersection(RangeSet(std::move(ranges)), RangeSet(domain))};
  bool from_list = std::ranges::any_of(comparison.values, &Word::named_list);
  if (test.keys.empty() && !from_list) return NeverHolds(comparison, field, comparison.values[0].text);
  return test;
}

Result<WideTest> CheckWide(const Comparison& comparison, const Field& field, const NamedLists& lists) {
  WideTest test;
  VEXEVT_TRY(ForEachValue(comparison, lists, [&](std::string_view text) -> Status {
    VEXEVT_ASSIGN(Wide value, ParseWide(field, text));
    test.values.push_back(value);
    return Status::Ok();
  }));
  auto less = [](const Wide& a, const Wide& b) { return std::pair(a.high, a.low) < std::pair(b.high, b.low); };
  std::ranges::sort(test.values, less);
  return test;
}

// What the shapes of these fields rule out.
Status CheckTextCanHold(const Comparison& comparison, const Field& field) {
  bool whole = comparison.op == Operator::kEqual || comparison.op == Operator::kNotEqual;
  if (!whole) return Status::Ok();
  const Word& word = comparison.values[0];
  std::string_view outcome = comparison.op == Operator::kEqual ? "can never hold" : "always holds";
  auto refuse = [&](std::string_view why) {
    return ErrorAt(comparison.field.column, fmt::format("this {}: {}", outcome, why));
  };
  if (word.text.empty()) return refuse(fmt::format("an empty '{0}' is as none: ask '{0} exists'", field.name));
  bool slash = word.text.find('/') != std::string::npos;
  if (field.place == FieldPlace::kPathName && slash) return refuse("'name' is the last part of a path, without '/'");
  if (field.place == FieldPlace::kPathExt && (slash || word.text.find('.') != std::string::npos)) {
    return refuse("'ext' is what follows the last '.' of the name, without it");
  }
  if (field.place == FieldPlace::kPathDir && word.text.size() > 1 && word.text.ends_with('/')) {
    return refuse("'dir' has no '/' at its end");
  }
  return Status::Ok();
}

Result<BitsTest> CheckBits(const Comparison& comparison, const Field& field) {
  const Word& word = comparison.values[0];
  auto bits = ParseKeys(field, word.text);
  if (!bits.ok()) return ErrorAt(word.column, bits.status().message());
  if (bits->first == 0) return ErrorAt(word.column, "no bits are asked for");
  if (bits->first > KeyDomain(field).last) return NeverHolds(comparison, field, word.text);
  return BitsTest{bits->first};
}

}  // namespace

Result<Predicate> CheckExpression(const ExprNode& node, const NamedLists& lists) {
  Predicate predicate;
  predicate.kind = node.kind;
  if (node.kind == NodeKind::kComparison) {
    VEXEVT_ASSIGN(predicate.test, CheckComparison(node.comparison, lists));
    return predicate;
  }
  for (const ExprNode& child : node.children) {
    VEXEVT_ASSIGN(Predicate checked, CheckExpression(child, lists));
    predicate.children.push_back(std::move(checked));
  }
  if (node.kind == NodeKind::kAnd) VEXEVT_TRY(CheckContradictions(predicate));
  return predicate;
}

Result<std::shared_ptr<const StringSet>> FindList(const Word& word, const NamedLists& lists) {
  if (auto list = lists.Find(word.text)) return list;
  std::string_view nearest = NearestName(word.text, lists.Names());
  std::string hint = nearest.empty() ? "" : fmt::format(" (did you mean '${}'?)", nearest);
  return ErrorAt(word.column, fmt::format("unknown list '${}'{}", word.text, hint));
}

Result<Test> CheckComparison(const Comparison& comparison, const NamedLists& lists) {
  std::string_view name = comparison.field.text;
  if (name == "timeofday" || name == "weekday") return CheckClock(comparison);
  if (name.starts_with("attr.")) return CheckAttribute(comparison, lists);
  Test test{&comparison, FindField(name), IsNegated(comparison.op), {}};
  if (test.field == nullptr) return UnknownField(comparison.field);
  VEXEVT_TRY(CheckOperator(comparison, *test.field));
  if (comparison.op == Operator::kExists) {
    test.what = ExistsTest();
  } else if (comparison.op == Operator::kHas) {
    VEXEVT_ASSIGN(test.what, CheckBits(comparison, *test.field));
  } else if (HasKeys(test.field->type)) {
    VEXEVT_ASSIGN(test.what, CheckKeys(comparison, *test.field, lists));
  } else if (test.field->type == FieldType::kBytes) {
    VEXEVT_TRY(CheckTextCanHold(comparison, *test.field));
    VEXEVT_ASSIGN(auto condition, CheckText(comparison, lists));
    test.what = TextTest{std::move(condition)};
  } else {
    VEXEVT_ASSIGN(test.what, CheckWide(comparison, *test.field, lists));
  }
  return test;
}

}  // namespace vexevt
