#include <algorithm>
#include <limits>
#include <utility>

#include "lib/expr/literal.h"
#include "lib/expr/program.h"

namespace vexevt {
namespace {

// A number that lies in the data section and is no bool: loaded without ReadField.
bool IsPlainNumber(const Field& field) {
  return field.place == FieldPlace::kData && field.type != FieldType::kFloat && field.type != FieldType::kBool;
}

int CostOfText(const Test& test) {
  switch (std::get<TextTest>(test.what).condition->op) {
    case TextOperator::kEquals:
    case TextOperator::kStartsWith:
    case TextOperator::kEndsWith:
    case TextOperator::kUnder:
      return 3;
    case TextOperator::kContains:
    case TextOperator::kGlob:
    case TextOperator::kIn:
      return 15;
    case TextOperator::kUnderAny:
    case TextOperator::kMatches:
      return 60;
  }
  return 60;
}

// Rough nanoseconds, for the order among tests: the cheap ones first, as the order does not change the outcome.
int CostOf(const Predicate& predicate) {
  int cost = 0;
  for (const Predicate& child : predicate.children) cost += CostOf(child);
  if (predicate.kind != NodeKind::kComparison) return cost;
  const Test& test = predicate.test;
  if (test.field == nullptr) return std::holds_alternative<ClockTest>(test.what) ? 10 : 30;
  if (std::holds_alternative<TextTest>(test.what)) return CostOfText(test);
  if (std::holds_alternative<ExistsTest>(test.what)) return 10;
  return test.field->type == FieldType::kBool || IsPlainNumber(*test.field) ? 1 : 10;
}

std::vector<const Predicate*> DearestFirst(const Predicate& predicate) {
  std::vector<std::pair<int, const Predicate*>> order;
  for (const Predicate& child : predicate.children) order.emplace_back(CostOf(child), &child);
  std::ranges::stable_sort(order, {}, [](const auto& entry) { return entry.first; });
  std::vector<const Predicate*> result;
  for (auto it = order.rbegin(); it != order.rend(); ++it) result.push_back(it->second);
  return result;
}

// Signed numbers have keys with the sign turned (literal.h); the memory has not.
std::uint64_t Bias(const Field& field) {
  return field.type == FieldType::kErrno || field.type == FieldType::kInt ? kSignBit : 0;
}

std::uint64_t MaskOf(const RangeSet& keys) {
  std::uint64_t mask = 0;
  for (std::uint64_t bit = 0; bit < 64; ++bit) mask |= std::uint64_t{keys.Contains(bit)} << bit;
  return mask;
}

class Lowering {
 public:
  Program Lower(const Predicate& predicate) {
    Emit(predicate, Program::kAccept, Program::kReject);
    // Emitted from the end, as targets have to be known. Turned round, it runs forward in memory.
    std::ranges::reverse(program_.ops);
    auto last = static_cast<std::uint32_t>(program_.ops.size() - 1);
    for (Op& op : program_.ops) {
      if (op.on_true < Program::kReject) op.on_true = last - op.on_true;
      if (op.on_false < Program::kReject) op.on_false = last - op.on_false;
    }
    return std::move(program_);
  }

 private:
  // Returns where the predicate's code begins.
  std::uint32_t Emit(const Predicate& predicate, std::uint32_t on_true, std::uint32_t on_false) {
    switch (predicate.kind) {
      case NodeKind::kComparison: {
        Op op = OpOf(predicate.test);
        op.on_true = predicate.test.negated ? on_false : on_true;
        op.on_false = predicate.test.negated ? on_true : on_false;
        program_.ops.push_back(op);
        return static_cast<std::uint32_t>(program_.ops.size() - 1);
      }
      case NodeKind::kNot:
        return Emit(predicate.children[0], on_false, on_true);
      case NodeKind::kAnd:
        for (const Predicate* child : DearestFirst(predicate)) on_true = Emit(*child, on_true, on_false);
        return on_true;
      case NodeKind::kOr:
        for (const Predicate* child : DearestFirst(predicate)) on_false = Emit(*child, on_true, on_false);
        return on_false;
    }
    return on_false;
  }

  Op OpOf(const Test& test) {
    Op op;
    op.test = &test;
    if (test.field != nullptr) {
      const Field& field = *test.field;
      op.place = field.place;
      op.width = field.width;
      op.payload = field.payload;
      op.flag = field.flag;
      op.offset = field.offset;
    }
    if (std::holds_alternative<ClockTest>(test.what)) {
      op.code = OpCode::kClock;
    } else if (std::holds_alternative<AttributeTest>(test.what)) {
      op.code = OpCode::kAttribute;
    } else if (std::holds_alternative<WideTest>(test.what)) {
      op.code = OpCode::kWide;
    } else if (const auto* keys = std::get_if<KeyTest>(&test.what)) {
      SetKeys(*test.field, keys->keys, &op);
    } else if (const auto* bits = std::get_if<BitsTest>(&test.what)) {
      op.code = OpCode::kBits;
      op.low = bits->bits;
    } else if (const auto* text = std::get_if<TextTest>(&test.what)) {
      SetText(*text->condition, &op);
    }
    return op;
  }

  void SetKeys(const Field& field, const RangeSet& keys, Op* op) {
    op->code = OpCode::kKeys;
    if (field.type == FieldType::kBool) {
      bool plain = field.place == FieldPlace::kData && keys.Contains(0) != keys.Contains(1);
      if (plain) op->code = OpCode::kFlag;
      op->low = keys.Contains(1);
    } else if (field.type == FieldType::kPriority) {
      op->code = OpCode::kPriority;
      op->low = MaskOf(keys);
    } else if (IsPlainNumber(field) && keys.ranges().size() == 1) {
      Range range = keys.ranges()[0];
      op->low = range.first ^ Bias(field);
      op->span = range.last - range.first;
      op->code = field.width == 8 ? OpCode::kRange64 : field.width == 4 ? OpCode::kRange32 : OpCode::kRange16;
    } else if (field.type == FieldType::kType) {
      op->code = OpCode::kTypes;
      op->type_bits = AddTypeBits(keys);
    } else if (field.type == FieldType::kBoundary && !keys.empty() && keys.ranges().back().last < 64) {
      op->code = OpCode::kMask;
      op->low = MaskOf(keys);
    } else if (IsPlainNumber(field) && Bias(field) == 0) {
      op->code = OpCode::kRanges;
    }
  }

  const TypeBits* AddTypeBits(const RangeSet& types) {
    auto bits = std::make_unique<TypeBits>();
    for (Range range : types.ranges()) {
      for (std::uint64_t type = range.first; type <= range.last && type < TypeBits::kCodes; ++type) {
        bits->words[type / 64] |= std::uint64_t{1} << (type % 64);
      }
    }
    program_.type_bits.push_back(std::move(bits));
    return program_.type_bits.back().get();
  }

  static void SetText(const TextCondition& condition, Op* op) {
    op->text = condition.text;
    switch (condition.op) {
      case TextOperator::kEquals:
        op->code = OpCode::kEquals;
        break;
      case TextOperator::kStartsWith:
        op->code = OpCode::kStartsWith;
        break;
      case TextOperator::kEndsWith:
        op->code = OpCode::kEndsWith;
        break;
      case TextOperator::kUnder:
        op->code = OpCode::kUnder;
        break;
      default:
        op->code = OpCode::kText;
    }
  }

  Program program_;
};

}  // namespace

Program LowerPredicate(const Predicate& predicate) { return Lowering().Lower(predicate); }

}  // namespace vexevt
