// What a step, or its undo, does. For workflows_file.cc.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "lib/react/workflow.h"
#include "lib/rules/table_reader.h"

namespace vexevt {

// What actions may refer to.
struct ActionScope {
  std::span<const StateMachine> machines;
  bool of_match = false;  // the events are matches, which lack most fields
};

// The one action of `table`, which is of a step or an undo: run (with shell and stdin), emit, http, write or set.
Result<Action> ReadAction(const TableReader& table, const ActionScope& scope);

// A table of names and texts with places, whose names `check` admits.
using FilledPairs = std::vector<std::pair<std::string, FilledText>>;
Result<FilledPairs> ReadFilledPairs(const TableReader& table, std::string_view key, FilledAs as,
                                    const ActionScope& scope);

// Refuses a field that no match has, in an event that is one.
Status CheckScope(const TableReader& table, Position at, const Field& field, const ActionScope& scope);

}  // namespace vexevt
