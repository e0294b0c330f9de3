// attr.KEY, whose type only the event knows.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "lib/expr/check.h"
#include "lib/expr/lexer.h"
#include "lib/match/string_set.h"

namespace vexevt {
namespace {

template <typename Number>
std::optional<Number> ParseWhole(std::string_view text) {
  Number number{};
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<long double> ParseAnyNumber(std::string_view text) {
  if (auto number = ParseWhole<std::int64_t>(text)) return static_cast<long double>(*number);
  if (auto number = ParseWhole<double>(text); number && *number == *number) return static_cast<long double>(*number);
  return std::nullopt;
}

void AddValue(std::string_view text, AttributeTest* test) {
  if (auto number = ParseAnyNumber(text)) test->numbers.push_back(*number);
  test->is_true |= text == "true";
  test->is_false |= text == "false";
}

Operator Positive(Operator op) {
  if (op == Operator::kNotEqual) return Operator::kEqual;
  return op == Operator::kNotIn ? Operator::kIn : op;
}

}  // namespace

Result<Test> CheckAttribute(const Comparison& comparison, const NamedLists& lists) {
  AttributeTest test;
  test.key = comparison.field.text.substr(std::string_view("attr.").size());
  test.op = Positive(comparison.op);
  if (test.key.empty()) return ErrorAt(comparison.field.column, "'attr.' is followed by the key of an attribute");
  if (!comparison.zone.text.empty()) {
    return ErrorAt(comparison.zone.column, "'zone' belongs to 'timeofday' and 'weekday'");
  }
  switch (test.op) {
    case Operator::kExists:
      break;
    case Operator::kTruth:
      test.is_true = true;
      break;
    case Operator::kHas:
      return ErrorAt(comparison.op_column, "'has' is for 'mode' and whole numbers of the schema");
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual:
      AddValue(comparison.values[0].text, &test);
      if (test.numbers.empty()) {
        return ErrorAt(
            comparison.values[0].column,
            fmt::format("'{}' is not a number, and attributes are ordered by number alone", comparison.values[0].text));
      }
      break;
    case Operator::kEqual:
    case Operator::kIn:
      for (const Word& word : comparison.values) {
        if (!word.named_list) {
          AddValue(word.text, &test);
          continue;
        }
        VEXEVT_ASSIGN(std::shared_ptr<const StringSet> list, FindList(word, lists));
        list->ForEach([&](std::string_view entry) { AddValue(entry, &test); });
      }
      [[fallthrough]];
    default:
      VEXEVT_ASSIGN(test.condition, CheckText(comparison, lists));
  }
  std::ranges::sort(test.numbers);
  return Test{&comparison, nullptr, IsNegated(comparison.op), std::move(test)};
}

}  // namespace vexevt
