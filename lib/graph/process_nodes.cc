#include "lib/graph/process_nodes.h"

#include <algorithm>

namespace vexevt {
namespace {

constexpr std::uint32_t kInit = 1;  // the parent of those whose parent has ended

}  // namespace

NodeId ProcessNodes::Find(const EventView& event) {
  const std::uint32_t ppid = (event.flags() & kFlagCredentials) != 0 ? event.Get<std::uint32_t>(layout::kPpid) : 0;
  const std::string_view exe = event.Bytes(layout::kExe);
  Process& process = processes_[event.pid()];
  if (IsAnother(process, ppid, exe)) process = {};
  if (process.node == kNone) process.node = AddNode(event.pid());
  if (ppid != 0 && process.ppid == 0) {
    graph_->FlowAtBirth(NodeOf(ppid), process.node, EdgeKind::kFork);
  } else if (ppid == 0 && process.ppid == 0 && !process.acted) {
    graph_->FlowAtBirth(host_, process.node, EdgeKind::kRuns);
  }
  process.acted = true;
  if (ppid != 0) process.ppid = ppid;
  if (!exe.empty() && graph_->nodes()[process.node].detail != exe) LearnProgram(&process, exe);
  if (const std::string_view comm = event.comm(); !comm.empty() && graph_->nodes()[process.node].name != comm) {
    graph_->at(process.node).name = comm;
  }
  return process.node;
}

bool ProcessNodes::IsAnother(const Process& process, std::uint32_t ppid, std::string_view exe) const {
  if (process.node == kNone || process.executes || process.ppid == 0 || process.ppid == ppid) return false;
  if (ppid == 0 || ppid == kInit) return false;
  const std::string& known = graph_->nodes()[process.node].detail;
  return !exe.empty() && !known.empty() && exe != known;
}

void ProcessNodes::LearnProgram(Process* process, std::string_view exe) {
  GraphNode& node = graph_->at(process->node);
  const bool is_first = node.detail.empty();
  node.detail = exe;
  // Threads may call themselves what they like; only of another program the name before is of interest.
  if (!is_first && !node.name.empty() && node.earlier.size() < kMaxEarlierNames) {
    if (std::ranges::find(node.earlier, node.name) == node.earlier.end()) node.earlier.push_back(node.name);
  }
  const auto program = files_->Find(exe, {});
  if (program && is_first) {
    graph_->FlowAtBirth(*program, process->node, EdgeKind::kExec);
  } else if (program && !process->executes) {
    graph_->Flow(*program, process->node, EdgeKind::kExec);
  }
  process->executes = false;
}

NodeId ProcessNodes::NodeOf(std::uint32_t pid) {
  Process& process = processes_[pid];
  if (process.node == kNone) process.node = AddNode(pid);
  return process.node;
}

NodeId ProcessNodes::AddNode(std::uint32_t pid) {
  return graph_->Add({.kind = GraphNodeKind::kProcess, .pid = pid, .host = host_});
}

}  // namespace vexevt
