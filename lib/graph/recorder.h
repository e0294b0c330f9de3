// Recorder: makes a graph of a stream of events, in the order in which they come.
//
//   fs.read, close, open to read, exec, getxattr, readlink    file -> process
//   fs.write, close-write, truncate, allocate, copy, create,
//   delete, rename, link, chmod, chown, setxattr, attrib      process -> file
//   vector.* and graph.*: searches, queries and traversals    vector, graph -> process, else process -> vector, graph
//   agent.*                                                   agent -> process
//   causes                                                    what the cause was about -> what the event is about
//
// A file is read by an open only where the event says how it was opened. What is in a directory, and that a file is
// there, are not followed; nor what failed. Where the process is not known the host stands for it, and writes only.
// What a process is started with, its parent and program, counts from its first event on.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/graph/file_table.h"
#include "lib/graph/graph.h"
#include "lib/graph/process_nodes.h"
#include "lib/graph/recent_events.h"

namespace vexevt {

// What a graph does not know.
struct Unknown {
  std::uint64_t gaps = 0, lost = 0;  // vexevt.lost events, and how many they say are missing
  bool lost_is_least = false;        // one of them does not know
  std::uint64_t first_gap_ns = 0, last_gap_ns = 0;
  std::uint64_t causes = 0;              // that were named and have not been seen, or too long before
  std::optional<std::uint64_t> ends_ns;  // the first event that there was no room for
};

class Recorder {
 public:
  static constexpr std::size_t kMostNodes = 1'000'000;
  static constexpr std::size_t kEdgesByNode = 16;  // so many times the nodes are the most edges

  // Once there are so many nodes, the events that follow are not taken.
  explicit Recorder(std::size_t most_nodes = kMostNodes) : most_nodes_(most_nodes) {}

  void Take(const EventView& event);

  const Graph& graph() const { return graph_; }
  const Unknown& unknown() const { return unknown_; }

 private:
  struct Host {
    Host(Graph* graph, NodeId host) : node(host), files(graph, host), processes(graph, &files, host) {}
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    NodeId node;
    FileTable files;
    ProcessNodes processes;
  };

  bool IsFull() const {
    return graph_.nodes().size() >= most_nodes_ || graph_.edges().size() / kEdgesByNode >= most_nodes_;
  }
  void TakeGap(const EventView& event);
  Host& HostOf(std::string_view name);
  NodeId ObjectOf(GraphNodeKind kind, std::string_view name, std::string_view detail);

  // Each gives what the event is about.
  std::optional<NodeId> TakeOwn(const EventView& event);
  std::optional<NodeId> TakeOthers(const EventView& event, Host& host);
  std::optional<NodeId> TakeFs(const EventView& event, Host& host, NodeId actor);
  std::optional<NodeId> TakeObject(const EventView& event, NodeId actor);
  NodeId WriteMember(GraphNodeKind kind, std::string_view whole, std::string_view part, EdgeKind edge, NodeId actor);
  void TakeCauses(const EventView& event, NodeId to);
  void Inform(NodeId from, NodeId actor, EdgeKind kind);

  std::size_t most_nodes_;
  Graph graph_;
  std::map<std::string, Host, std::less<>> hosts_;
  Host* last_host_ = nullptr;
  std::map<std::string, NodeId, std::less<>> objects_;  // by kind, name and detail
  std::string object_key_;
  RecentEvents recent_;
  Unknown unknown_;
};

}  // namespace vexevt
