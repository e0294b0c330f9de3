// The syntax of an expression: a tree of what was written, before any field or value is looked up. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vexevt {

enum class Operator : std::uint8_t {
  kTruth,  // a field alone: `directory`
  kExists,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn,
  kContains,
  kStartsWith,
  kEndsWith,
  kGlob,
  kMatches,
  kUnder,
  kHas,
};

// Columns count bytes from 1. They are no part of what an expression means, and so of equality.
struct Word {
  std::string text;         // without quotes, escapes undone; of a named list the name without '$'
  bool named_list = false;  // $name
  std::uint32_t column = 0;
  bool quoted = false;  // and so never the name of something
  bool operator==(const Word& other) const { return text == other.text && named_list == other.named_list; }
};

struct Comparison {
  Word field;
  Operator op = Operator::kTruth;
  std::uint32_t op_column = 0;
  std::vector<Word> values;  // one; none with kTruth and kExists; one or more with kIn, kNotIn and kUnder
  Word zone;                 // of timeofday and weekday; empty: UTC
  bool operator==(const Comparison& other) const {
    return field == other.field && op == other.op && values == other.values && zone == other.zone;
  }
};

enum class NodeKind : std::uint8_t { kComparison, kNot, kAnd, kOr };

struct ExprNode {
  NodeKind kind = NodeKind::kComparison;
  Comparison comparison;
  std::vector<ExprNode> children;  // kNot: one; kAnd, kOr: two or more, none of them of the same kind
  bool operator==(const ExprNode&) const = default;
};

// As written in expressions: "=", "not in", "startswith"; empty for kTruth.
std::string_view OperatorName(Operator op);

}  // namespace vexevt
