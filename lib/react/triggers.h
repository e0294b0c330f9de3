// Triggers: which workflows an event sets off. Immutable once compiled: several threads may use one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/react/compile_condition.h"
#include "lib/react/type_index.h"

namespace vexevt {

class Triggers {
 public:
  // Failures are told at their place in the file.
  static Result<Triggers> Compile(const WorkflowsFile& file, const NamedLists& lists);

  // Calls found(i) for each workflow of the file that `event` sets off, in their order. `states` are those that
  // Machines has. Some nanoseconds for an event whose type no workflow asks for; allocates nothing.
  template <typename Found>
  void Find(const EventView& event, std::span<const std::uint32_t> states, Found&& found) const {
    for (const std::uint32_t workflow : types_.Of(event.type())) {
      if (conditions_[workflow].Matches(event, states)) found(workflow);
    }
  }

 private:
  std::vector<StateCondition> conditions_;
  TypeIndex types_;
};

}  // namespace vexevt
