// Graph: what information may have flowed where, as nodes and directed edges. An edge is many flows of one kind from
// one node to another: its first and last time and how many there were.
//
// What reached a node counts for what left it later, and only for that (S. King and P. Chen, "Backtracking Intrusions",
// SOSP 2003). Flows are numbered by steps in their order. Those that were told at once, not more than 1 ns after each
// other as EventIds stamps them, are of one step: the kernel puts what was done to a file while its event was queued to
// that event, so that any of them may have come first.
//
// The flows of an edge may be taken together as long as nothing new has reached its source since the last one: then
// each of them carried the same (Z. Xu et al., "High Fidelity Data Reduction for Big Data Security Dependency
// Analyses", CCS 2016). The next flow after that begins an edge of its own. Searches (reach.h) give with these edges
// exactly the nodes that they would give with every single flow.
//
// Memory is proportional to nodes and edges. Not thread-safe; const members may be called by several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event.h"

namespace vexevt {

using NodeId = std::uint32_t;  // a place in Graph::nodes()
using EdgeId = std::uint32_t;  // a place in Graph::edges()
inline constexpr EdgeId kNoEdge = ~EdgeId{0};

enum class GraphNodeKind : std::uint8_t { kProcess, kFile, kHost, kAgent, kVector, kGraph, kMatch, kAction };

// The direction is that of the information. `kPart` leads from a vector or graph node to the collection or graph that
// it is a part of, `kRuns` from a host to a process whose parent is not known.
enum class EdgeKind : std::uint8_t {
  kRead,   // file, vector or graph -> process
  kExec,   // file -> process
  kWrite,  // process -> file, vector or graph, as the next six
  kCreate,
  kDelete,
  kRename,
  kLink,
  kChange,   // of mode, owner or attributes
  kFork,     // process -> process
  kRuns,     // host -> process
  kActsFor,  // agent -> the process that acts for it
  kPart,
  kCauses,  // what an event was about -> what it led to
};

std::string_view NodeKindName(GraphNodeKind kind);  // "process"
std::string_view EdgeKindName(EdgeKind kind);       // "acts-for"

inline constexpr std::size_t kMaxEarlierNames = 64;

struct GraphNode {
  GraphNodeKind kind = GraphNodeKind::kFile;
  bool gone = false;  // a file that has no name any more
  std::uint32_t pid = 0;
  NodeId host = 0;   // a host's is itself
  std::string name;  // a file's newest path, "?" where none is known; a process's comm; of others what they are called
  std::string detail;                // a process's executable; the vector, the graph's node, the action's step
  std::vector<std::string> earlier;  // a file's other paths, a process's comm under other programs; the newest last
  std::uint64_t inode = 0;           // of a file, 0: not known, as the next two
  std::uint32_t device = 0, generation = 0;
  std::uint64_t born = 0;     // the step at which it was first heard of
  std::uint64_t changed = 0;  // the last one at which something new reached it
};

// When, and the event that tells.
struct Moment {
  std::uint64_t wall_ns = 0;
  EventId event;
};

struct Edge {
  NodeId from = 0, to = 0;
  EdgeKind kind = EdgeKind::kRead;
  std::uint64_t first = 0, last = 0;  // steps; 0: at the birth of `to`
  std::uint64_t first_ns = 0, last_ns = 0;
  std::uint64_t count = 0;
  EventId event;  // the first that tells of it
};

class Graph {
 public:
  // What is told from here on is told by this event.
  void Advance(const Moment& now);

  NodeId Add(GraphNode node);

  // Information flows. Nothing where both are the same.
  void Flow(NodeId from, NodeId to, EdgeKind kind);
  // The same, when `to` was born, though it is told now: who a process's parent is. Once for each.
  void FlowAtBirth(NodeId from, NodeId to, EdgeKind kind);

  GraphNode& at(NodeId node) { return nodes_[node]; }
  const std::vector<GraphNode>& nodes() const { return nodes_; }
  const std::vector<Edge>& edges() const { return edges_; }

 private:
  std::size_t SlotOf(NodeId from, NodeId to, EdgeKind kind) const;
  void GrowSlots();
  Edge NewEdge(NodeId from, NodeId to, EdgeKind kind, std::uint64_t step) const;
  void EndStep();

  std::vector<GraphNode> nodes_;
  std::vector<Edge> edges_;
  std::vector<EdgeId> newest_;  // the newest edge of each source, target and kind: open addressing, linear probing
  std::size_t newest_count_ = 0;
  std::uint64_t step_ = 1;
  Moment now_;
  std::vector<EdgeId> flowed_;  // by which something flowed in this step
};

}  // namespace vexevt
