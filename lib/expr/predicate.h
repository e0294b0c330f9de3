// A checked expression: every field found, every value read, every pattern compiled. For lib/expr itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "lib/event/field.h"
#include "lib/expr/ast.h"
#include "lib/expr/range_set.h"
#include "lib/expr/text_condition.h"
#include "lib/expr/time_zone.h"

namespace vexevt {

// What a test asks of the field's value. Each is false where the event does not have the field.
struct ExistsTest {};
struct KeyTest {  // the key (literal.h) lies in the set
  RangeSet keys;
};
struct BitsTest {  // all the bits are set
  std::uint64_t bits;
};
struct WideTest {  // is one of these
  std::vector<Wide> values;
};
struct TextTest {
  std::shared_ptr<const TextCondition> condition;
};
// Local time of day in seconds (0 … 86399), or day of the week (1 Monday … 7 Sunday), of the event's wall time.
struct ClockTest {
  bool weekday = false;
  RangeSet keys;
  std::shared_ptr<const TimeZone> zone;
};
// Attributes have the type that the event gives them. Numbers compare with numbers, texts with texts and bytes, and
// what does not fit is false.
struct AttributeTest {
  std::string key;
  Operator op = Operator::kExists;   // kNotEqual and kNotIn are kEqual and kIn, negated
  std::vector<long double> numbers;  // sorted; holds every 64-bit integer exactly
  bool is_true = false, is_false = false;
  std::shared_ptr<const TextCondition> condition;  // where texts can be meant
};

struct Test {
  const Comparison* source = nullptr;  // lives as long as the syntax tree
  const Field* field = nullptr;        // nullptr: ClockTest, AttributeTest
  bool negated = false;                // `!=`, `not in`: true where the test is false
  std::variant<ExistsTest, KeyTest, BitsTest, WideTest, TextTest, ClockTest, AttributeTest> what;
};

struct Predicate {
  NodeKind kind = NodeKind::kComparison;
  Test test;
  std::vector<Predicate> children;
};

}  // namespace vexevt
