#include "lib/graph/graph.h"

#include <algorithm>
#include <utility>

namespace vexevt {
namespace {

// The finaliser of MurmurHash3: every bit of the input changes half of the output's.
std::uint64_t Mix(std::uint64_t value) {
  value = (value ^ value >> 33) * 0xff51afd7ed558ccd;
  value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53;
  return value ^ value >> 33;
}

}  // namespace

std::string_view NodeKindName(GraphNodeKind kind) {
  static constexpr std::string_view kNames[] = {"process", "file",  "host",  "agent",
                                                "vector",  "graph", "match", "action"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view EdgeKindName(EdgeKind kind) {
  static constexpr std::string_view kNames[] = {"read",   "exec", "write", "create",   "delete", "rename", "link",
                                                "change", "fork", "runs",  "acts-for", "part",   "causes"};
  return kNames[static_cast<std::size_t>(kind)];
}

void Graph::Advance(const Moment& now) {
  const bool at_once = now.wall_ns >= now_.wall_ns && now.wall_ns - now_.wall_ns <= 1;
  now_ = now;
  if (at_once) return;
  EndStep();
  ++step_;
}

NodeId Graph::Add(GraphNode node) {
  node.born = step_;
  nodes_.push_back(std::move(node));
  return static_cast<NodeId>(nodes_.size() - 1);
}

void Graph::Flow(NodeId from, NodeId to, EdgeKind kind) {
  if (from == to) return;
  if ((newest_count_ + 1) * 4 > newest_.size() * 3) GrowSlots();
  EdgeId& newest = newest_[SlotOf(from, to, kind)];
  if (newest != kNoEdge && nodes_[from].changed <= edges_[newest].last) {
    Edge& edge = edges_[newest];
    if (edge.last != step_) flowed_.push_back(newest);
    edge.last = step_;
    edge.last_ns = now_.wall_ns;
    ++edge.count;
    return;
  }
  if (newest == kNoEdge) ++newest_count_;
  newest = static_cast<EdgeId>(edges_.size());
  flowed_.push_back(newest);
  edges_.push_back(NewEdge(from, to, kind, step_));
  nodes_[to].changed = step_;
}

// What was new to a node in this step was so to all that it flowed to in the same step, whichever was told first.
void Graph::EndStep() {
  const auto from = [&](EdgeId edge) { return edges_[edge].from; };
  if (flowed_.size() > 1) std::ranges::sort(flowed_, {}, from);
  std::vector<NodeId> changed;
  for (const EdgeId edge : flowed_) {
    if (flowed_.size() > 1 && nodes_[from(edge)].changed == step_) changed.push_back(from(edge));
  }
  while (!changed.empty()) {
    const NodeId node = changed.back();
    changed.pop_back();
    auto edge = std::ranges::lower_bound(flowed_, node, {}, from);
    for (; edge != flowed_.end() && from(*edge) == node; ++edge) {
      const NodeId to = edges_[*edge].to;
      if (nodes_[to].changed == step_) continue;
      nodes_[to].changed = step_;
      changed.push_back(to);
    }
  }
  flowed_.clear();
}

// All that has left `to` came later, so that no edge of its has to begin anew.
void Graph::FlowAtBirth(NodeId from, NodeId to, EdgeKind kind) {
  if (from != to) edges_.push_back(NewEdge(from, to, kind, 0));
}

Edge Graph::NewEdge(NodeId from, NodeId to, EdgeKind kind, std::uint64_t step) const {
  return {.from = from,
          .to = to,
          .kind = kind,
          .first = step,
          .last = step,
          .first_ns = now_.wall_ns,
          .last_ns = now_.wall_ns,
          .count = 1,
          .event = now_.event};
}

// Where the edge is, or the empty slot where it would be.
std::size_t Graph::SlotOf(NodeId from, NodeId to, EdgeKind kind) const {
  const std::size_t mask = newest_.size() - 1;
  const std::uint64_t pair = std::uint64_t{from} << 32 | to;
  std::size_t slot = Mix(pair * 16 + static_cast<unsigned>(kind)) & mask;
  for (;; slot = (slot + 1) & mask) {
    if (newest_[slot] == kNoEdge) return slot;
    const Edge& edge = edges_[newest_[slot]];
    if (edge.from == from && edge.to == to && edge.kind == kind) return slot;
  }
}

void Graph::GrowSlots() {
  std::vector<EdgeId> old(newest_.empty() ? 64 : newest_.size() * 2, kNoEdge);
  old.swap(newest_);
  for (const EdgeId edge : old) {
    if (edge != kNoEdge) newest_[SlotOf(edges_[edge].from, edges_[edge].to, edges_[edge].kind)] = edge;
  }
}

}  // namespace vexevt
