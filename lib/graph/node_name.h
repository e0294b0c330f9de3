// What a node is called on the command line and in answers: the path of a file, and of others pid:NUMBER, host:NAME,
// agent:NAME, vector:COLLECTION[/VECTOR], graph:GRAPH[/NODE], match:PATTERN or action:WORKFLOW[/STEP].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/graph/graph.h"

namespace vexevt {

struct NodeName {
  GraphNodeKind kind = GraphNodeKind::kFile;
  std::uint32_t pid = 0;  // of a process
  std::string text;       // of others, without the kind
};

// kInvalidArgument where it can't be a name.
Result<NodeName> ParseNodeName(std::string_view text);

std::string PrintNodeName(const NodeName& name);

// Every node that was ever called so, on any host: each file that had this path, each process that had this pid.
std::vector<NodeId> NodesNamed(const Graph& graph, const NodeName& name);

// The name of a node; bytes as they are, not escaped.
std::string NameOf(const GraphNode& node);

// Nodes as people read them, escaped: "cc1[4711]", "/b (gone, was /a)", and behind '@' the host, where there are
// several.
class NodeTitles {
 public:
  explicit NodeTitles(const Graph& graph);  // which outlives this
  std::string Of(NodeId node) const;

 private:
  const Graph& graph_;
  bool several_hosts_;
};

}  // namespace vexevt
