// What is asked of a graph, and the part of it that answers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/graph/graph.h"
#include "lib/graph/node_name.h"
#include "lib/graph/reach.h"

namespace vexevt {

enum class Asked : std::uint8_t { kAll, kAncestors, kDescendants, kBetween };

struct Question {
  Asked asked = Asked::kAll;
  std::vector<NodeName> names;         // of what; two of kBetween, none of kAll
  std::optional<std::uint32_t> depth;  // edges from the (first) name, at most
};

struct Answer {
  Direction direction = Direction::kAncestors;  // in which it is read from the roots
  std::vector<NodeId> roots;                    // what was asked for; of kAll what nothing led to
  std::vector<EdgeId> edges, ways;              // as in Reached
};

Answer AnswerTo(const Question& question, const Graph& graph);

// The nodes of an answer, in their order.
std::vector<NodeId> NodesOf(const Answer& answer, const Graph& graph);

}  // namespace vexevt
