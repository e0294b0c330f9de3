#include "lib/graph/answer.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vexevt {
namespace {

Answer All(const Graph& graph) {
  Answer answer{.direction = Direction::kDescendants};
  std::vector<bool> is_source(graph.nodes().size()), is_target(graph.nodes().size());
  for (const Edge& edge : graph.edges()) is_source[edge.from] = is_target[edge.to] = true;
  for (NodeId node = 0; node < graph.nodes().size(); ++node) {
    if (is_source[node] && !is_target[node]) answer.roots.push_back(node);
  }
  answer.ways = Reach(graph, answer.direction, answer.roots).ways;
  answer.edges.resize(graph.edges().size());
  std::iota(answer.edges.begin(), answer.edges.end(), EdgeId{0});
  return answer;
}

}  // namespace

Answer AnswerTo(const Question& question, const Graph& graph) {
  if (question.asked == Asked::kAll) return All(graph);
  Answer answer;
  answer.direction = question.asked == Asked::kDescendants ? Direction::kDescendants : Direction::kAncestors;
  answer.roots = NodesNamed(graph, question.names.back());
  if (answer.direction == Direction::kAncestors) std::ranges::reverse(answer.roots);  // the newest first
  Reached reached = question.asked == Asked::kBetween
                        ? Between(graph, NodesNamed(graph, question.names.front()), answer.roots, question.depth)
                        : Reach(graph, answer.direction, answer.roots, question.depth);
  answer.edges = std::move(reached.edges);
  answer.ways = std::move(reached.ways);
  return answer;
}

std::vector<NodeId> NodesOf(const Answer& answer, const Graph& graph) {
  std::vector<bool> has(graph.nodes().size());
  for (const NodeId root : answer.roots) has[root] = true;
  for (const EdgeId edge : answer.edges) has[graph.edges()[edge].from] = has[graph.edges()[edge].to] = true;
  std::vector<NodeId> nodes;
  for (NodeId node = 0; node < has.size(); ++node) {
    if (has[node]) nodes.push_back(node);
  }
  return nodes;
}

}  // namespace vexevt
