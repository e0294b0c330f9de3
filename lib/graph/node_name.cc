#include "lib/graph/node_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/base/escape.h"

namespace vexevt {
namespace {

constexpr std::string_view kPid = "pid";

std::string WithDetail(const GraphNode& node) {
  return node.detail.empty() ? node.name : node.name + '/' + node.detail;
}

bool IsCalled(const GraphNode& node, const NodeName& name) {
  if (node.kind != name.kind) return false;
  switch (node.kind) {
    case GraphNodeKind::kProcess:
      return node.pid == name.pid;
    case GraphNodeKind::kFile:
      return node.name == name.text || std::ranges::find(node.earlier, name.text) != node.earlier.end();
    default:
      return WithDetail(node) == name.text;
  }
}

}  // namespace

Result<NodeName> ParseNodeName(std::string_view text) {
  if (text.empty()) return InvalidArgument("a path, pid:NUMBER, host:NAME or the like is wanted");
  NodeName name;
  const std::size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon), rest = colon == text.npos ? text : text.substr(colon + 1);
  if (colon != text.npos && kind == kPid) {
    name.kind = GraphNodeKind::kProcess;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), name.pid);
    if (error == std::errc{} && end == rest.data() + rest.size() && name.pid != 0) return name;
    return InvalidArgument(fmt::format("'{}' names no process: pid:NUMBER does", text));
  }
  name.text = text;
  for (const GraphNodeKind other : {GraphNodeKind::kHost, GraphNodeKind::kAgent, GraphNodeKind::kVector,
                                    GraphNodeKind::kGraph, GraphNodeKind::kMatch, GraphNodeKind::kAction}) {
    if (colon == text.npos || kind != NodeKindName(other)) continue;
    name.kind = other;
    name.text = rest;
  }
  return name;
}

std::string PrintNodeName(const NodeName& name) {
  if (name.kind == GraphNodeKind::kFile) return name.text;
  if (name.kind == GraphNodeKind::kProcess) return fmt::format("{}:{}", kPid, name.pid);
  return fmt::format("{}:{}", NodeKindName(name.kind), name.text);
}

std::vector<NodeId> NodesNamed(const Graph& graph, const NodeName& name) {
  std::vector<NodeId> named;
  for (NodeId node = 0; node < graph.nodes().size(); ++node) {
    if (IsCalled(graph.nodes()[node], name)) named.push_back(node);
  }
  return named;
}

std::string NameOf(const GraphNode& node) {
  return PrintNodeName({.kind = node.kind, .pid = node.pid, .text = WithDetail(node)});
}

NodeTitles::NodeTitles(const Graph& graph)
    : graph_(graph), several_hosts_(std::ranges::count(graph.nodes(), GraphNodeKind::kHost, &GraphNode::kind) > 1) {}

std::string NodeTitles::Of(NodeId id) const {
  const GraphNode& node = graph_.nodes()[id];
  const bool is_process = node.kind == GraphNodeKind::kProcess, is_file = node.kind == GraphNodeKind::kFile;
  std::string title;
  AppendEscaped(!is_process ? NameOf(node) : node.name.empty() ? "process" : node.name, &title);
  if (is_process) title += fmt::format("[{}]", node.pid);
  if (several_hosts_ && (is_process || is_file)) {
    title += '@';
    AppendEscaped(graph_.nodes()[node.host].name, &title);
  }
  if (node.gone || !node.earlier.empty()) {
    title += node.gone ? " (gone" : " (";
    if (node.gone && !node.earlier.empty()) title += ", ";
    if (!node.earlier.empty()) {
      title += "was ";
      AppendEscaped(node.earlier.front(), &title);
    }
    title += ')';
  }
  return title;
}

}  // namespace vexevt
