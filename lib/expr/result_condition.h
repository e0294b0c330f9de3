// ResultCondition: an expression over a result of vexevt-stats, which may name the result's attributes without `attr.`,
// and compare measures in the units of their fields:
//
//   rate > 100 and sum_size > 1G and comm != rsync
//
// A result of a window in which events are missing is a lower bound. It decides a condition only where more events
// could not change the answer: where the condition holds and asks of measures no more than to be large.
// Immutable once compiled: several threads may use one. Movable, not copyable.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/status.h"
#include "lib/event/field.h"
#include "lib/expr/expression.h"

namespace vexevt {

struct ResultAttribute {
  enum class Kind : std::uint8_t {
    kKey,      // of what the results are grouped by
    kGrowing,  // a measure that further events can only make larger
    kMeasure,  // any other
  };
  std::string name;
  Kind kind = Kind::kMeasure;
  FieldType type = FieldType::kFloat;  // kSize and kDuration have their units, others those of counts
};

enum class Truth : std::uint8_t { kFalse, kTrue, kUnknown };

class ResultCondition {
 public:
  // Failures are as CompileExpression says.
  static Result<ResultCondition> Compile(std::string_view text, std::span<const ResultAttribute> attributes,
                                         const NamedLists& lists = {});

  Truth Of(const EventView& result, bool lower_bound) const {
    const bool holds = expression_.Matches(result);
    if (lower_bound && !(holds && grows_)) return Truth::kUnknown;
    return holds ? Truth::kTrue : Truth::kFalse;
  }

 private:
  ResultCondition(Expression expression, bool grows) : expression_(std::move(expression)), grows_(grows) {}

  Expression expression_;
  bool grows_;  // once it holds, it does whatever events are added
};

}  // namespace vexevt
