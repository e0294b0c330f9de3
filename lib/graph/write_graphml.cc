#include <fmt/format.h>

#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/event/event_id.h"
#include "lib/graph/node_name.h"
#include "lib/graph/text_chunks.h"
#include "lib/graph/write.h"

namespace vexevt {
namespace {

constexpr std::string_view kHead = R"(<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="caveat" for="graph" attr.name="caveat" attr.type="string"/>
  <key id="kind" for="node" attr.name="kind" attr.type="string"/>
  <key id="name" for="node" attr.name="name" attr.type="string"/>
  <key id="host" for="node" attr.name="host" attr.type="string"/>
  <key id="comm" for="node" attr.name="comm" attr.type="string"/>
  <key id="exe" for="node" attr.name="exe" attr.type="string"/>
  <key id="earlier" for="node" attr.name="earlier" attr.type="string"/>
  <key id="inode" for="node" attr.name="inode" attr.type="long"/>
  <key id="gone" for="node" attr.name="gone" attr.type="boolean"/>
  <key id="flow" for="edge" attr.name="kind" attr.type="string"/>
  <key id="first" for="edge" attr.name="first" attr.type="string"/>
  <key id="last" for="edge" attr.name="last" attr.type="string"/>
  <key id="count" for="edge" attr.name="count" attr.type="long"/>
  <key id="event" for="edge" attr.name="event" attr.type="string"/>
  <graph id="provenance" edgedefault="directed">
)";

void AppendData(std::string_view key, std::string_view bytes, std::string* out) {
  if (bytes.empty()) return;
  *out += fmt::format("<data key=\"{}\">", key);
  AppendXml(bytes, out);
  *out += "</data>";
}

}  // namespace

Status WriteGraphml(const Graph& graph, const Answer& answer, const std::vector<std::string>& caveats,
                    const TextOut& out) {
  TextChunks chunks(out);
  std::string& text = chunks.text;
  text = kHead;
  for (const std::string& caveat : caveats) {
    text += "    ";
    AppendData("caveat", caveat, &text);
    text += '\n';
  }
  for (const NodeId id : NodesOf(answer, graph)) {
    const GraphNode& node = graph.nodes()[id];
    const bool is_process = node.kind == GraphNodeKind::kProcess, is_file = node.kind == GraphNodeKind::kFile;
    text += fmt::format("    <node id=\"n{}\">", id);
    AppendData("kind", NodeKindName(node.kind), &text);
    AppendData("name", NameOf(node), &text);
    if (is_process || is_file) AppendData("host", graph.nodes()[node.host].name, &text);
    if (is_process) {
      AppendData("comm", node.name, &text);
      AppendData("exe", node.detail, &text);
    }
    // A key stands once in a node: a newline, which no escaped name has, is between two paths.
    std::string earlier;
    for (const std::string& path : node.earlier) {
      if (!earlier.empty()) earlier += '\n';
      AppendXml(path, &earlier);
    }
    if (!earlier.empty()) text += fmt::format("<data key=\"earlier\">{}</data>", earlier);
    if (node.inode != 0) text += fmt::format("<data key=\"inode\">{}</data>", node.inode);
    if (node.gone) text += "<data key=\"gone\">true</data>";
    text += "</node>\n";
    VEXEVT_TRY(chunks.Pass());
  }
  for (const EdgeId id : answer.edges) {
    const Edge& edge = graph.edges()[id];
    text += fmt::format(
        "    <edge source=\"n{}\" target=\"n{}\"><data key=\"flow\">{}</data><data key=\"first\">{}</data>"
        "<data key=\"last\">{}</data><data key=\"count\">{}</data><data key=\"event\">{}</data></edge>\n",
        edge.from, edge.to, EdgeKindName(edge.kind), PrintTime(edge.first_ns), PrintTime(edge.last_ns), edge.count,
        PrintEventId(edge.event));
    VEXEVT_TRY(chunks.Pass());
  }
  text += "  </graph>\n</graphml>\n";
  return chunks.Finish();
}

}  // namespace vexevt
