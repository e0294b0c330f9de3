// What led to a node, and what followed from it: the edges that a search over a graph takes, in the order of time.
// Going
// back, an edge counts if it did not begin after what it led to; going on, if it did not end before what it came from.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/graph/graph.h"

namespace vexevt {

enum class Direction : std::uint8_t { kAncestors, kDescendants };

struct Reached {
  std::vector<EdgeId> edges;  // that were taken, in their order
  // Of each node of the graph the edge by which it was reached in time for all that came of it; kNoEdge of others, and
  // of where the search began.
  std::vector<EdgeId> ways;
};

// By which edges something reached one of `nodes`, or something of them went on, over at most `depth` of them each.
//
// Takes O(E log E) time for E edges, `depth` times as much at most where that is given.
Reached Reach(const Graph& graph, Direction direction, std::span<const NodeId> nodes,
              std::optional<std::uint32_t> depth = std::nullopt);

// By which edges something of `from` reached `to`, at most `depth` edges away from `from`, seen from `to`.
Reached Between(const Graph& graph, std::span<const NodeId> from, std::span<const NodeId> to,
                std::optional<std::uint32_t> depth = std::nullopt);

}  // namespace vexevt
