#include "lib/graph/reach.h"

#include <algorithm>
#include <numeric>
#include <queue>
#include <vector>

#include "lib/graph/edges_by_node.h"

namespace vexevt {
namespace {

// Steps, seen from where the search begins: going on they are taken negative, so that the search always goes towards
// smaller ones. What reaches a node not later than `limit` counts.
using Limit = std::int64_t;
constexpr Limit kNoLimit = INT64_MAX;

struct Visit {
  Limit limit;
  std::uint32_t depth;
  NodeId node;
  EdgeId way;
  bool operator<(const Visit& other) const { return limit < other.limit; }
};

std::vector<EdgeId> AllEdges(const Graph& graph) {
  std::vector<EdgeId> all(graph.edges().size());
  std::iota(all.begin(), all.end(), EdgeId{0});
  return all;
}

class Search {
 public:
  Search(const Graph& graph, Direction direction, std::span<const EdgeId> among)
      : graph_(graph),
        back_(direction == Direction::kAncestors),
        edges_(graph, among, back_ ? &Edge::to : &Edge::from),
        taken_(graph.edges().size()),
        least_depth_(graph.nodes().size(), kNever),
        ways_(graph.nodes().size(), kNoEdge),
        limits_(graph.nodes().size(), kNoLimit) {}

  // Of a search back: what left a node before `other`, one going on, came there does not count.
  void MeetWith(const Search& other) { met_ = &other; }

  // The nodes come by falling limits. So one that came before is of interest again only where it is nearer now, which
  // matters only while the depth does.
  Reached From(std::span<const NodeId> nodes, std::optional<std::uint32_t> depth) {
    for (const NodeId node : nodes) visits_.push({kNoLimit, 0, node, kNoEdge});
    while (!visits_.empty()) {
      const Visit visit = visits_.top();
      visits_.pop();
      if (visit.depth >= least_depth_[visit.node]) continue;
      if (least_depth_[visit.node] == kNever) {
        ways_[visit.node] = visit.way;
        limits_[visit.node] = visit.limit;
      }
      least_depth_[visit.node] = visit.depth;
      if (depth && visit.depth == *depth) continue;
      for (const EdgeId edge : edges_.of(visit.node)) Take(edge, visit.limit, depth ? visit.depth + 1 : 0);
    }
    Reached reached{.edges = {}, .ways = ways_};
    for (EdgeId edge = 0; edge < taken_.size(); ++edge) {
      if (taken_[edge]) reached.edges.push_back(edge);
    }
    return reached;
  }

 private:
  static constexpr std::uint32_t kNever = ~std::uint32_t{0};

  void Take(EdgeId id, Limit limit, std::uint32_t depth) {
    const Edge& edge = graph_.edges()[id];
    const bool at_birth = edge.last == 0;
    const auto first = static_cast<Limit>(edge.first);
    const auto last = static_cast<Limit>(at_birth ? graph_.nodes()[edge.to].born : edge.last);
    Limit near = back_ ? first : -last;
    const Limit far = back_ ? last : -first;
    if (met_ != nullptr) near = std::max(near, -met_->limits_[edge.from]);
    if (near > limit) return;
    taken_[id] = true;
    const NodeId next = back_ ? edge.from : edge.to;
    if (depth < least_depth_[next]) visits_.push({std::min(limit, far), depth, next, id});
  }

  const Graph& graph_;
  const bool back_;
  EdgesByNode edges_;
  std::vector<bool> taken_;
  std::vector<std::uint32_t> least_depth_;
  std::vector<EdgeId> ways_;
  std::vector<Limit> limits_;  // of each node that was reached, the largest
  const Search* met_ = nullptr;
  std::priority_queue<Visit> visits_;
};

}  // namespace

Reached Reach(const Graph& graph, Direction direction, std::span<const NodeId> nodes,
              std::optional<std::uint32_t> depth) {
  return Search(graph, direction, AllEdges(graph)).From(nodes, depth);
}

Reached Between(const Graph& graph, std::span<const NodeId> from, std::span<const NodeId> to,
                std::optional<std::uint32_t> depth) {
  Search on(graph, Direction::kDescendants, AllEdges(graph));
  const Reached followed = on.From(from, depth);
  Search back(graph, Direction::kAncestors, followed.edges);
  back.MeetWith(on);
  return back.From(to, std::nullopt);
}

}  // namespace vexevt
