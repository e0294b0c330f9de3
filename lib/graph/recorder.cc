#include "lib/graph/recorder.h"

#include <fcntl.h>

namespace vexevt {
namespace {

enum class Way : std::uint8_t { kNone, kRead, kExec, kWrite, kCreate, kDelete, kRename, kLink, kChange, kCopy };

Way WayOf(const EventView& event) {
  switch (event.type()) {
    case kFsRead:
    case kFsClose:
    case kFsGetxattr:
    case kFsReadlink:
      return Way::kRead;
    case kFsOpen: {
      // 0 is how an event says that it does not know, and O_RDONLY: then a read tells, or the close.
      const auto flags = static_cast<int>(event.Get<std::uint32_t>(layout::kPayloadFsOpenFlags));
      const bool reads = flags != 0 && (flags & O_ACCMODE) != O_WRONLY && (flags & O_PATH) == 0;
      return reads ? Way::kRead : Way::kNone;
    }
    case kFsExec:
      return Way::kExec;
    case kFsWrite:
    case kFsCloseWrite:
    case kFsTruncate:
    case kFsAllocate:
      return Way::kWrite;
    case kFsCreate:
    case kFsMkdir:
    case kFsMknod:
    case kFsSymlink:
      return Way::kCreate;
    case kFsDelete:
    case kFsRmdir:
      return Way::kDelete;
    // The other end lies outside of what is captured; it is told where it is known.
    case kFsMoveIn:
      return event.path2().empty() ? Way::kCreate : Way::kRename;
    case kFsMoveOut:
      return event.path2().empty() ? Way::kDelete : Way::kRename;
    case kFsRename:
      return Way::kRename;
    case kFsHardlink:
      return Way::kLink;
    case kFsChmod:
    case kFsChown:
    case kFsAttrib:
    case kFsSetxattr:
    case kFsRemovexattr:
      return Way::kChange;
    case kFsCopy:
      return Way::kCopy;
    default:
      return Way::kNone;
  }
}

constexpr EventType kGraphNodeCreate = 0x0201, kGraphNodeDelete = 0x0202, kGraphTraverse = 0x0209, kGraphQuery = 0x020A,
                    kVectorCreate = 0x0301, kVectorDelete = 0x0302, kVectorSearch = 0x0304, kVectorSimilarity = 0x0306;

// What an event does to a vector or a part of a graph.
EdgeKind EdgeOf(EventType type) {
  switch (type) {
    case kGraphTraverse:
    case kGraphQuery:
    case kVectorSearch:
    case kVectorSimilarity:
      return EdgeKind::kRead;
    case kGraphNodeCreate:
    case kVectorCreate:
      return EdgeKind::kCreate;
    case kGraphNodeDelete:
    case kVectorDelete:
      return EdgeKind::kDelete;
    default:
      return EdgeKind::kWrite;
  }
}

}  // namespace

void Recorder::Take(const EventView& event) {
  if (event.type() == kVexevtLost) [[unlikely]]
    return TakeGap(event);
  if (event.type() == kVexevtBarrier || event.Get<std::int32_t>(layout::kResult) != 0) return;
  if (IsFull()) [[unlikely]] {
    if (!unknown_.ends_ns) unknown_.ends_ns = event.wall_ns();
    return;
  }
  graph_.Advance({event.wall_ns(), event.id()});
  const std::optional<NodeId> subject =
      FamilyOf(event.type()) == Family::kVexevt ? TakeOwn(event) : TakeOthers(event, HostOf(event.host()));
  if (subject) recent_.Put(event.id(), *subject);
}

std::optional<NodeId> Recorder::TakeOthers(const EventView& event, Host& host) {
  if (event.pid() == 0) {
    const auto subject = event.has_fs() ? TakeFs(event, host, host.node) : TakeObject(event, host.node);
    if (subject) TakeCauses(event, *subject);
    return subject;
  }
  const NodeId actor = host.processes.Find(event);
  TakeCauses(event, actor);  // before what it led to
  return event.has_fs() ? TakeFs(event, host, actor) : TakeObject(event, actor);
}

void Recorder::TakeGap(const EventView& event) {
  const bool is_gap = event.payload_tag() == layout::kPayloadGapTagValue;
  const auto lost = is_gap ? event.Get<std::uint64_t>(layout::kPayloadGapLost) : 0;
  if (unknown_.gaps++ == 0) unknown_.first_gap_ns = event.wall_ns();
  unknown_.last_gap_ns = event.wall_ns();
  unknown_.lost += lost;
  unknown_.lost_is_least |= lost == 0;
}

Recorder::Host& Recorder::HostOf(std::string_view name) {
  if (last_host_ != nullptr && graph_.nodes()[last_host_->node].name == name) [[likely]]
    return *last_host_;
  auto it = hosts_.find(name);
  if (it == hosts_.end()) {
    const auto id = static_cast<NodeId>(graph_.nodes().size());
    graph_.Add({.kind = GraphNodeKind::kHost, .host = id, .name = std::string(name)});
    it = hosts_.try_emplace(std::string(name), &graph_, id).first;
  }
  last_host_ = &it->second;
  return *last_host_;
}

NodeId Recorder::ObjectOf(GraphNodeKind kind, std::string_view name, std::string_view detail) {
  object_key_.assign(1, static_cast<char>(kind));
  object_key_.append(std::to_string(name.size())).append(1, ':').append(name).append(detail);
  if (const auto it = objects_.find(object_key_); it != objects_.end()) return it->second;
  const NodeId node = graph_.Add({.kind = kind, .name = std::string(name), .detail = std::string(detail)});
  objects_.emplace(object_key_, node);
  return node;
}

// The file that the event is about.
std::optional<NodeId> Recorder::TakeFs(const EventView& event, Host& host, NodeId actor) {
  const Way way = WayOf(event);
  const std::string_view path = event.path(), path2 = event.path2();
  const FileKey key = {.inode = event.Get<std::uint64_t>(layout::kPayloadFsInode),
                       .device = event.Get<std::uint32_t>(layout::kPayloadFsDevice),
                       .generation = event.Get<std::uint32_t>(layout::kPayloadFsGeneration)};
  const bool is_directory = (event.flags() & kFlagDirectory) != 0, is_inferred = (event.flags() & kFlagSynthetic) != 0;
  const auto to_file = [&](std::optional<NodeId> file, EdgeKind kind) {
    if (file) graph_.Flow(actor, *file, kind);
    return file;
  };
  const auto from_file = [&](std::optional<NodeId> file, EdgeKind kind) {
    if (file) Inform(*file, actor, kind);
    return file;
  };
  switch (way) {
    case Way::kNone:
      return std::nullopt;
    case Way::kRead:
      return is_directory ? std::nullopt : from_file(host.files.Find(path, key), EdgeKind::kRead);
    case Way::kExec:
      if (event.pid() != 0) host.processes.WillExecute(event.pid());
      return from_file(host.files.Find(path, key), EdgeKind::kExec);
    case Way::kWrite:
      return to_file(host.files.Find(path, key), EdgeKind::kWrite);
    case Way::kChange:
      return to_file(host.files.Find(path, key), EdgeKind::kChange);
    case Way::kCreate:
      return to_file(is_inferred ? host.files.Find(path, key) : host.files.Make(path, key), EdgeKind::kCreate);
    case Way::kDelete:
      return to_file(host.files.Remove(path, key), EdgeKind::kDelete);
    case Way::kLink:
      return to_file(host.files.Link(path, path2, key), EdgeKind::kLink);
    case Way::kCopy:
      // The inode is that of path.
      from_file(host.files.Find(path, key), EdgeKind::kRead);
      return to_file(host.files.Find(path2, {}), EdgeKind::kWrite);
    case Way::kRename: {
      const bool comes_in = event.type() == kFsMoveIn;
      const auto renamed = host.files.Rename(comes_in ? path2 : path, comes_in ? path : path2, key);
      if (!renamed) return std::nullopt;
      if (renamed->replaced) to_file(*renamed->replaced, EdgeKind::kDelete);
      return to_file(renamed->file, EdgeKind::kRename);
    }
  }
  return std::nullopt;
}

// Vectors, graphs and agents.
std::optional<NodeId> Recorder::TakeObject(const EventView& event, NodeId actor) {
  const EdgeKind edge = EdgeOf(event.type());
  switch (event.payload_tag()) {
    case layout::kPayloadVectorTagValue: {
      const auto whole = event.Bytes(layout::kPayloadVectorCollection),
                 part = event.Bytes(layout::kPayloadVectorVector);
      if (whole.empty() && part.empty()) return std::nullopt;
      if (edge != EdgeKind::kRead) return WriteMember(GraphNodeKind::kVector, whole, part, edge, actor);
      const NodeId vector = ObjectOf(GraphNodeKind::kVector, whole, part);
      Inform(vector, actor, edge);
      return vector;
    }
    case layout::kPayloadGraphTagValue: {
      const auto whole = event.Bytes(layout::kPayloadGraphGraph), part = event.Bytes(layout::kPayloadGraphNode);
      const auto target = event.Bytes(layout::kPayloadGraphTarget);
      if (whole.empty() && part.empty()) return std::nullopt;
      if (edge != EdgeKind::kRead) {
        if (!target.empty()) WriteMember(GraphNodeKind::kGraph, whole, target, edge, actor);
        return WriteMember(GraphNodeKind::kGraph, whole, part, edge, actor);
      }
      const NodeId node = ObjectOf(GraphNodeKind::kGraph, whole, part);
      Inform(node, actor, edge);
      return node;
    }
    case layout::kPayloadAgentTagValue: {
      if (event.Bytes(layout::kPayloadAgentAgent).empty()) return std::nullopt;
      const NodeId agent = ObjectOf(GraphNodeKind::kAgent, event.Bytes(layout::kPayloadAgentAgent), {});
      Inform(agent, actor, EdgeKind::kActsFor);
      return agent;
    }
    default:
      return std::nullopt;
  }
}

// Of a process that is not known it is not told what it knows: the host stands for all of these.
void Recorder::Inform(NodeId from, NodeId actor, EdgeKind kind) {
  if (graph_.nodes()[actor].kind != GraphNodeKind::kHost) graph_.Flow(from, actor, kind);
}

// Who searches a collection may find what was written to any vector of it.
NodeId Recorder::WriteMember(GraphNodeKind kind, std::string_view whole, std::string_view part, EdgeKind edge,
                             NodeId actor) {
  const NodeId member = ObjectOf(kind, whole, part);
  graph_.Flow(actor, member, edge);
  if (!part.empty() && !whole.empty()) graph_.Flow(member, ObjectOf(kind, whole, {}), EdgeKind::kPart);
  return member;
}

// Events of vexevt's own: what was found, and what was done about it.
std::optional<NodeId> Recorder::TakeOwn(const EventView& event) {
  std::optional<NodeId> subject;
  if (event.payload_tag() == layout::kPayloadMatchTagValue) {
    subject = ObjectOf(GraphNodeKind::kMatch, event.Bytes(layout::kPayloadMatchPattern), {});
  } else if (event.payload_tag() == layout::kPayloadActionTagValue) {
    subject = ObjectOf(GraphNodeKind::kAction, event.Bytes(layout::kPayloadActionWorkflow),
                       event.Bytes(layout::kPayloadActionStep));
  }
  if (subject) TakeCauses(event, *subject);
  return subject;
}

void Recorder::TakeCauses(const EventView& event, NodeId to) {
  for (std::size_t i = 0, count = event.cause_count(); i < count; ++i) {
    if (const auto from = recent_.Find(event.cause(i))) {
      graph_.Flow(*from, to, EdgeKind::kCauses);
    } else {
      ++unknown_.causes;
    }
  }
}

}  // namespace vexevt
