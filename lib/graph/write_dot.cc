#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "lib/base/escape.h"
#include "lib/graph/node_name.h"
#include "lib/graph/text_chunks.h"
#include "lib/graph/write.h"

namespace vexevt {
namespace {

std::string_view ShapeOf(GraphNodeKind kind) {
  static constexpr std::string_view kShapes[] = {"box",      "note",      "house",   "hexagon",
                                                 "cylinder", "component", "octagon", "cds"};
  return kShapes[static_cast<std::size_t>(kind)];
}

// In a label a backslash and an ampersand begin an escape of their own, and the quote ends it. `text` has no control
// characters.
void AppendLabel(std::string_view text, std::string* out) {
  for (const char c : text) {
    if (c == '&') {
      out->append("&amp;");
      continue;
    }
    if (c == '"' || c == '\\') out->push_back('\\');
    out->push_back(c);
  }
}

}  // namespace

Status WriteDot(const Graph& graph, const Answer& answer, const std::vector<std::string>& caveats, const TextOut& out) {
  TextChunks chunks(out);
  std::string& text = chunks.text;
  text = "digraph provenance {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n";
  if (!caveats.empty()) {
    text += "  label=\"";
    for (const std::string& caveat : caveats) {
      AppendLabel(caveat, &text);
      text += "\\l";
    }
    text += "\";\n";
  }
  const NodeTitles titles(graph);
  std::vector<bool> is_root(graph.nodes().size());
  for (const NodeId root : answer.roots) is_root[root] = true;
  for (const NodeId id : NodesOf(answer, graph)) {
    const GraphNode& node = graph.nodes()[id];
    text += fmt::format("  n{} [shape={}, label=\"", id, ShapeOf(node.kind));
    AppendLabel(titles.Of(id), &text);
    text += '"';
    if (node.gone) text += ", style=dashed";
    if (is_root[id]) text += ", penwidth=2";
    text += "];\n";
    VEXEVT_TRY(chunks.Pass());
  }
  // In a picture, edges of one kind between two nodes are one.
  std::vector<EdgeId> edges = answer.edges;
  const auto drawn = [&](EdgeId id) {
    const Edge& edge = graph.edges()[id];
    return std::tuple(edge.from, edge.to, edge.kind);
  };
  std::ranges::sort(edges, {}, drawn);
  for (std::size_t i = 0; i < edges.size();) {
    const Edge& edge = graph.edges()[edges[i]];
    std::uint64_t count = 0;
    for (const auto same = drawn(edges[i]); i < edges.size() && drawn(edges[i]) == same; ++i) {
      count += graph.edges()[edges[i]].count;
    }
    text += fmt::format("  n{} -> n{} [label=\"{}", edge.from, edge.to, EdgeKindName(edge.kind));
    if (count > 1) text += fmt::format(" x{}", count);
    text += "\"];\n";
    VEXEVT_TRY(chunks.Pass());
  }
  text += "}\n";
  return chunks.Finish();
}

}  // namespace vexevt
