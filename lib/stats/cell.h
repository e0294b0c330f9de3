// Cells: aggregates as a group's state has them. A cell's exact part is some words of the group's row; what does not
// fit there (sketches, values that are texts) is a Wide state beside it. A group's state starts as zeros and empty Wide
// states.
//
// States of one cell can be merged: sums, counts and sketches as if one had seen the events of both; floating-point
// sums and variances up to rounding.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lib/base/packing.h"
#include "lib/base/status.h"
#include "lib/event/event_view.h"
#include "lib/expr/expression.h"
#include "lib/stats/query.h"
#include "lib/stats/wide_state.h"

namespace vexevt {

// How a cell's numbers are kept: integers exactly, the values of attributes, which may be anything, as doubles.
enum class NumberDomain : std::uint8_t { kUnsigned, kSigned, kReal };

struct Cell {
  AggregateKind kind = AggregateKind::kCount;
  Column field;
  NumberDomain domain = NumberDomain::kReal;
  std::optional<Expression> when;
  std::uint32_t word = 0;  // the first of its words in a row
  std::uint32_t wide = 0;  // its place among the Wide states, where it has one
  bool is_wide = false;
  double fraction = 0;
  std::uint32_t most = 0;
  std::uint64_t asked = 0;  // kFrequency: the hash of its value
};

// What is shown: a cell's value, or that of two, divided. Of kWatch it has none: a model gives the value afterwards.
struct ResultColumn {
  std::string name;
  AggregateKind kind = AggregateKind::kCount;
  FieldType type = FieldType::kFloat;  // of the value: what people are shown differs
  std::uint32_t cell = 0, divisor = 0;
};

// What every group has, whatever is asked for: in front of its cells' words.
struct GroupHead {
  std::uint64_t events = 0;
  std::uint64_t first_ns = 0, last_ns = 0;  // wall time of the earliest and the latest; 0 while there is none
};

struct StatePlan {
  std::vector<Cell> cells;
  std::vector<ResultColumn> columns;  // of the aggregates, then of the watches
  std::uint32_t words = 0;            // of a row
  std::uint32_t wides = 0;
};

// Failures are as ParseStatsQuery says.
Result<StatePlan> MakeStatePlan(const StatsQuery& query);

// A group's state within its table; borrowed.
struct GroupState {
  std::uint64_t* words = nullptr;
  WideState* wides = nullptr;
};

// Of a cell that has one: such that has seen nothing.
WideState EmptyWide(const Cell& cell);

// An event that counts in a group; both borrowed.
struct Arrival {
  const EventView* event = nullptr;
  GroupState state;
};
inline constexpr std::size_t kMostArrivals = 64;

// Counts it in the group's head. True: as its first.
bool AddToHead(const Arrival& arrival);
// Counts up to kMostArrivals in the cells, in their order; in the heads they are. Allocates nothing but what sketches
// take while they grow.
void AddToCells(const StatePlan& plan, std::span<const Arrival> arrivals);
void MergeState(const StatePlan& plan, GroupState into, GroupState from);

// A value of a group: text where it is no number, monostate where there was nothing to tell it from.
using ResultValue = std::variant<std::monostate, std::uint64_t, std::int64_t, double, std::string>;

// How a topk and a histogram are written: as JSON, or for people.
enum class ListForm : std::uint8_t { kJson, kPeople };

// `span_ns`: the window's length, by which rates go.
ResultValue ReadResult(const StatePlan& plan, const ResultColumn& column, GroupState state, std::uint64_t span_ns,
                       ListForm form);
std::optional<double> AsReal(const ResultValue& value);  // nullopt of texts, and of none

// What a topk lists: values as bytes, with their counts.
std::vector<std::pair<std::string, std::uint64_t>> ReadTop(const StatePlan& plan, const ResultColumn& column,
                                                           GroupState state);
// Of a column that is a histogram; borrowed from the state. nullptr where no value was seen.
const PowerHistogram* ReadHistogram(const StatePlan& plan, const ResultColumn& column, GroupState state);

void PackState(const StatePlan& plan, GroupState state, Packer* packer);
// Into an empty state. False: these are no bytes that PackState wrote.
bool UnpackState(const StatePlan& plan, Unpacker* unpacker, GroupState state);

inline GroupHead HeadOf(GroupState state) { return {state.words[0], state.words[1], state.words[2]}; }

}  // namespace vexevt
