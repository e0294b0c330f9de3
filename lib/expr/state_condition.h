// StateCondition: an expression about an event that may also ask in which state a machine is (vexevt-workflows(5)):
//
//   type = fs.write and path under /srv and state.load in (high, degraded)
//
// Immutable once compiled: several threads may use one. Movable, not copyable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/expr/expression.h"

namespace vexevt {

// A machine that may be asked for, as state.NAME, and the names of its states.
struct MachineStates {
  std::string_view name;
  std::span<const std::string> states;
};

class StateCondition {
 public:
  // Failures are as CompileExpression says.
  static Result<StateCondition> Compile(std::string_view text, std::span<const MachineStates> machines,
                                        const NamedLists& lists = {});

  // `states[i]` is the place of the state in which machine i is, in the order of Compile.
  bool Matches(const EventView& event, std::span<const std::uint32_t> states) const {
    return (!alone_ || alone_->Matches(event)) && (!asked_ || Holds(event, states));
  }

  // What can be told from the event alone; where that is false, the condition is. nullptr: nothing.
  const Expression* alone() const { return alone_ ? &*alone_ : nullptr; }

  struct Asked;

 private:
  bool Holds(const EventView& event, std::span<const std::uint32_t> states) const;

  std::optional<Expression> alone_;
  std::shared_ptr<const Asked> asked_;
};

}  // namespace vexevt
