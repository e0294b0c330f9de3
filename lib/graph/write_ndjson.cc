#include <fmt/format.h>

#include "lib/base/units.h"
#include "lib/event/event_id.h"
#include "lib/event/json_value.h"
#include "lib/graph/node_name.h"
#include "lib/graph/text_chunks.h"
#include "lib/graph/write.h"

namespace vexevt {
namespace {

constexpr std::size_t kScribble = 8;  // what the writers of json_value.h may spoil behind their end

bool AppendString(std::string_view bytes, std::string* out) {
  const std::size_t start = out->size();
  bool exact = true;
  out->resize(start + 6 * bytes.size() + 2 + kScribble);
  out->resize(static_cast<std::size_t>(WriteJsonString(bytes, out->data() + start, &exact) - out->data()));
  return exact;
}

void AppendBase64(std::string_view bytes, std::string* out) {
  const std::size_t start = out->size();
  out->resize(start + 2 * bytes.size() + 8 + kScribble);
  out->resize(static_cast<std::size_t>(WriteJsonBase64(bytes, out->data() + start) - out->data()));
}

void AppendMember(std::string_view key, std::string_view bytes, std::string* out) {
  if (bytes.empty()) return;
  *out += fmt::format(",\"{}\":", key);
  if (AppendString(bytes, out)) return;
  *out += fmt::format(",\"{}_b64\":", key);
  AppendBase64(bytes, out);
}

void AppendMembers(std::string_view key, const std::vector<std::string>& texts, std::string* out) {
  if (texts.empty()) return;
  *out += fmt::format(",\"{}\":[", key);
  bool exact = true;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) *out += ',';
    exact &= AppendString(texts[i], out);
  }
  *out += ']';
  if (exact) return;
  *out += fmt::format(",\"{}_b64\":[", key);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) *out += ',';
    AppendBase64(texts[i], out);
  }
  *out += ']';
}

}  // namespace

Status WriteNdjson(const Graph& graph, const Answer& answer, const std::vector<std::string>& caveats,
                   const TextOut& out) {
  TextChunks chunks(out);
  std::string& text = chunks.text;
  std::vector<bool> is_root(graph.nodes().size());
  for (const NodeId root : answer.roots) is_root[root] = true;
  for (const NodeId id : NodesOf(answer, graph)) {
    const GraphNode& node = graph.nodes()[id];
    const bool is_process = node.kind == GraphNodeKind::kProcess, is_file = node.kind == GraphNodeKind::kFile;
    text += fmt::format("{{\"type\":\"node\",\"node\":{},\"kind\":\"{}\"", id, NodeKindName(node.kind));
    AppendMember("name", NameOf(node), &text);
    if (is_process || is_file) AppendMember("host", graph.nodes()[node.host].name, &text);
    if (is_process) {
      text += fmt::format(",\"pid\":{}", node.pid);
      AppendMember("comm", node.name, &text);
      AppendMember("exe", node.detail, &text);
    }
    AppendMembers("earlier", node.earlier, &text);
    if (node.inode != 0) text += fmt::format(",\"inode\":{}", node.inode);
    if (node.gone) text += ",\"gone\":true";
    if (is_root[id]) text += ",\"root\":true";
    text += "}\n";
    VEXEVT_TRY(chunks.Pass());
  }
  for (const EdgeId id : answer.edges) {
    const Edge& edge = graph.edges()[id];
    text += fmt::format(
        "{{\"type\":\"edge\",\"kind\":\"{}\",\"from\":{},\"to\":{},\"first\":\"{}\",\"last\":\"{}\",\"count\":{},"
        "\"event\":\"{}\"}}\n",
        EdgeKindName(edge.kind), edge.from, edge.to, PrintTime(edge.first_ns), PrintTime(edge.last_ns), edge.count,
        PrintEventId(edge.event));
    VEXEVT_TRY(chunks.Pass());
  }
  for (const std::string& caveat : caveats) {
    text += "{\"type\":\"caveat\",\"text\":";
    AppendString(caveat, &text);
    text += "}\n";
  }
  return chunks.Finish();
}

}  // namespace vexevt
