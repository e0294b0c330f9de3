// ProcessNodes: which process of a host a pid stands for at this place in the stream. Events do not say when a process
// began: a pid is taken to be used again where it has another parent, which is not init, and another program, and no
// fs.exec event told of that one. So two processes may be taken for one, and seldom one for two.
//
// A process's parent and the program that it began with count from when it was first heard of, also where they are told
// later. Not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "lib/event/event_view.h"
#include "lib/graph/file_table.h"
#include "lib/graph/graph.h"

namespace vexevt {

class ProcessNodes {
 public:
  // Adds nodes of `host` to `graph`, and the files that they run through `files`. Both outlive this.
  ProcessNodes(Graph* graph, FileTable* files, NodeId host) : graph_(graph), files_(files), host_(host) {}

  // The process that `event` is of, whose pid is not 0.
  NodeId Find(const EventView& event);
  // It opened a program to execute it: from now on it may be another.
  void WillExecute(std::uint32_t pid) { processes_[pid].executes = true; }

 private:
  static constexpr NodeId kNone = ~NodeId{0};
  struct Process {
    NodeId node = kNone;
    std::uint32_t ppid = 0;  // 0: not known yet
    bool acted = false;      // it is more than somebody's parent
    bool executes = false;
  };

  NodeId NodeOf(std::uint32_t pid);
  NodeId AddNode(std::uint32_t pid);
  bool IsAnother(const Process& process, std::uint32_t ppid, std::string_view exe) const;
  void LearnProgram(Process* process, std::string_view exe);

  Graph* graph_;
  FileTable* files_;
  NodeId host_;
  std::unordered_map<std::uint32_t, Process> processes_;  // those that have the pids now
};

}  // namespace vexevt
