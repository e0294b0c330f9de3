// EdgesByNode: some edges of a graph, sorted by the node that they start or end at.
#pragma once

#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "lib/graph/graph.h"

namespace vexevt {

class EdgesByNode {
 public:
  // By `end`, &Edge::from or &Edge::to. Of one node they keep the order that `edges` has.
  EdgesByNode(const Graph& graph, std::span<const EdgeId> edges, NodeId Edge::*end)
      : starts_(graph.nodes().size() + 1), sorted_(edges.size()) {
    for (const EdgeId edge : edges) ++starts_[graph.edges()[edge].*end + 1];
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    std::vector<std::size_t> next(starts_.begin(), starts_.end() - 1);
    for (const EdgeId edge : edges) sorted_[next[graph.edges()[edge].*end]++] = edge;
  }

  std::span<const EdgeId> of(NodeId node) const {
    return std::span(sorted_).subspan(starts_[node], starts_[node + 1] - starts_[node]);
  }

 private:
  std::vector<std::size_t> starts_;  // of each node in sorted_, and the end
  std::vector<EdgeId> sorted_;
};

}  // namespace vexevt
