// What a graph says of ancestors and descendants against every single flow of a random stream, tried until nothing
// changes.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lib/graph/testing/teller.h"

namespace vexevt {
namespace {

using Nodes = std::set<NodeId>;
using Times = std::vector<std::int64_t>;
constexpr std::int64_t kNever = -1, kAlways = INT64_MAX;

// Files by path, processes by pid, and flows one by one. Nodes are numbered as they are first heard of, in each event
// the process, its parent and the file.
class Flows {
 public:
  Flows() { Hear(); }  // of the host

  void Tell(const Event& event, bool at_once) {
    time_ += !at_once;
    const auto& fs = std::get<FsPayload>(event.payload);
    const NodeId process = ProcessOf(event.pid);
    if (event.ppid != 0 && !has_parent_[event.pid]) {
      births_.push_back({ProcessOf(event.ppid), process, 0});
      has_parent_[event.pid] = true;
    } else if (event.ppid == 0 && !has_parent_[event.pid] && acted_.count(event.pid) == 0) {
      births_.push_back({0, process, 0});
    }
    acted_.insert(event.pid);
    const std::string path(fs.path), path2(fs.path2);
    if (event.type == kFsCreate) files_.erase(path);
    const NodeId file = FileOf(path);
    if (event.type == kFsRename && path != path2) {
      if (const auto replaced = files_.find(path2); replaced != files_.end()) Flow(process, replaced->second);
      files_[path2] = file;
      files_.erase(path);
      MoveBelow(path, path2);
    }
    if (event.type == kFsDelete) files_.erase(path);
    if (event.type == kFsRead) {
      Flow(file, process);
    } else {
      Flow(process, file);
    }
  }

  Nodes Ancestors(const Nodes& of, std::size_t rounds) const {
    const Times limits = Limits(of, rounds, flows_, births_);
    return Where(limits, [](std::int64_t limit) { return limit != kNever; });
  }

  Nodes Descendants(const Nodes& of, std::size_t rounds) const {
    return Where(Arrivals(of, rounds), [](std::int64_t arrival) { return arrival != kAlways; });
  }

  Nodes Between(const Nodes& from, const Nodes& to) const {
    const Times arrivals = Arrivals(from, kRounds);
    std::vector<OneFlow> flows, births;
    for (const OneFlow& flow : flows_) {
      if (arrivals[flow.from] <= flow.time) flows.push_back(flow);
    }
    for (const OneFlow& birth : births_) {
      if (arrivals[birth.from] <= born_[birth.to]) births.push_back(birth);
    }
    const Times limits = Limits(to, kRounds, flows, births);
    Nodes nodes = to;
    for (const OneFlow& flow : flows) {
      if (flow.time <= limits[flow.to]) nodes.insert({flow.from, flow.to});
    }
    for (const OneFlow& birth : births) {
      if (arrivals[birth.from] <= limits[birth.to]) nodes.insert({birth.from, birth.to});
    }
    return nodes;
  }

  std::size_t size() const { return born_.size(); }
  static constexpr std::size_t kRounds = 1000;

 private:
  struct OneFlow {
    NodeId from, to;
    std::int64_t time;
  };

  NodeId Hear() {
    born_.push_back(time_);
    return static_cast<NodeId>(born_.size() - 1);
  }
  NodeId ProcessOf(std::uint32_t pid) {
    if (processes_.count(pid) == 0) processes_[pid] = Hear();
    return processes_[pid];
  }
  NodeId FileOf(const std::string& path) {
    if (files_.count(path) == 0) files_[path] = Hear();
    return files_[path];
  }
  void MoveBelow(const std::string& path, const std::string& path2) {
    const std::map<std::string, NodeId> files = files_;
    for (const auto& [name, file] : files) {
      if (name.starts_with(path + "/")) files_.erase(name);
    }
    for (const auto& [name, file] : files) {
      if (name.starts_with(path + "/")) files_[path2 + name.substr(path.size())] = file;
    }
  }
  void Flow(NodeId from, NodeId to) { flows_.push_back({from, to, time_}); }

  // Until when what a node was told counts: for what it led to.
  Times Limits(const Nodes& of, std::size_t rounds, const std::vector<OneFlow>& flows,
               const std::vector<OneFlow>& births) const {
    Times limits(born_.size(), kNever);
    for (const NodeId node : of) limits[node] = kAlways;
    for (std::size_t round = 0; round < rounds; ++round) {
      Times next = limits;
      for (const OneFlow& flow : flows) {
        if (flow.time <= limits[flow.to]) next[flow.from] = std::max(next[flow.from], flow.time);
      }
      for (const OneFlow& birth : births) {
        if (limits[birth.to] != kNever) {
          next[birth.from] = std::max(next[birth.from], std::min(limits[birth.to], born_[birth.to]));
        }
      }
      if (next == limits) break;
      limits = next;
    }
    return limits;
  }

  // Since when what a node tells may be of `of`.
  Times Arrivals(const Nodes& of, std::size_t rounds) const {
    Times arrivals(born_.size(), kAlways);
    for (const NodeId node : of) arrivals[node] = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      Times next = arrivals;
      for (const OneFlow& flow : flows_) {
        if (arrivals[flow.from] <= flow.time) next[flow.to] = std::min(next[flow.to], flow.time);
      }
      for (const OneFlow& birth : births_) {
        if (arrivals[birth.from] <= born_[birth.to]) next[birth.to] = std::min(next[birth.to], arrivals[birth.from]);
      }
      if (next == arrivals) break;
      arrivals = next;
    }
    return arrivals;
  }

  template <typename Holds>
  static Nodes Where(const Times& times, Holds holds) {
    Nodes nodes;
    for (NodeId node = 0; node < times.size(); ++node) {
      if (holds(times[node])) nodes.insert(node);
    }
    return nodes;
  }

  std::int64_t time_ = 1;
  Times born_;
  std::map<std::uint32_t, NodeId> processes_;
  std::map<std::uint32_t, bool> has_parent_;
  std::set<std::uint32_t> acted_;
  std::map<std::string, NodeId> files_;
  std::vector<OneFlow> flows_, births_;
};

Nodes NodesFrom(const Reached& reached, const Graph& graph, Nodes roots) {
  for (const EdgeId edge : reached.edges) roots.insert({graph.edges()[edge].from, graph.edges()[edge].to});
  return roots;
}

RC_GTEST_PROP(Graph, KnowsTheAncestorsAndDescendantsThatEverySingleFlowGives, ()) {
  static constexpr std::array<std::string_view, 5> kPaths = {"/a", "/b", "/a/x", "/b/x", "/a.x"};
  static constexpr std::array<EventType, 7> kTypes = {kFsRead,   kFsRead,   kFsWrite, kFsWrite,
                                                      kFsCreate, kFsDelete, kFsRename};
  const auto parents = *rc::gen::container<std::vector<std::uint32_t>>(7, rc::gen::inRange<std::uint32_t>(0, 7));
  Storyteller teller;
  Flows flows;
  std::string told;
  const int count = *rc::gen::inRange(1, 80);
  for (int i = 0; i < count; ++i) {
    const std::uint32_t pid = *rc::gen::inRange<std::uint32_t>(1, 7);
    const EventType type = kTypes[*rc::gen::inRange<std::size_t>(0, kTypes.size())];
    const std::string_view path = kPaths[*rc::gen::inRange<std::size_t>(0, kPaths.size())];
    const std::string_view path2 = kPaths[*rc::gen::inRange<std::size_t>(0, kPaths.size())];
    if (path2.starts_with(path) && path2.substr(path.size()).starts_with('/')) continue;  // a directory into itself
    Event event = FsEvent(type, pid, path, type == kFsRename ? path2 : std::string_view());
    // Not every event says who the parent is, and no process is its own.
    if (parents[pid] != pid && *rc::gen::arbitrary<bool>()) {
      event.flags |= kFlagCredentials;
      event.ppid = parents[pid];
    }
    const bool at_once = *rc::gen::inRange(0, 3) == 0;
    told += fmt::format("{}{}<{} {} {} {};", at_once ? "&" : " ", pid, event.ppid, KnownTypeName(type), path, path2);
    teller.Tell(event, at_once);
    flows.Tell(event, at_once);
  }
  RC_LOG() << told << "\n";
  const Graph& graph = teller.graph();
  RC_PRE(flows.size() > 1);  // something was told
  RC_ASSERT(graph.nodes().size() == flows.size());
  const auto is_of_several = [](const Edge& edge) { return edge.count > 1; };
  RC_CLASSIFY(std::ranges::any_of(graph.edges(), is_of_several), "flows are taken together");
  for (NodeId node = 0; node < flows.size(); ++node) {
    const Nodes root = {node};
    const std::vector<NodeId> roots = {node};
    for (const auto direction : {Direction::kAncestors, Direction::kDescendants}) {
      const auto expected = [&](std::size_t rounds) {
        return direction == Direction::kAncestors ? flows.Ancestors(root, rounds) : flows.Descendants(root, rounds);
      };
      RC_ASSERT(NodesFrom(Reach(graph, direction, roots), graph, root) == expected(Flows::kRounds));
      for (const std::uint32_t depth : {1u, 2u, 3u}) {
        RC_ASSERT(NodesFrom(Reach(graph, direction, roots, depth), graph, root) == expected(depth));
      }
    }
    const NodeId other = *rc::gen::inRange<NodeId>(0, static_cast<NodeId>(flows.size()));
    RC_ASSERT(NodesFrom(Between(graph, roots, std::vector{other}), graph, {other}) == flows.Between(root, {other}));
  }
}

}  // namespace
}  // namespace vexevt
