#include "lib/event/type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace vexevt {
namespace {

constexpr TypeInfo kTypes[] = {
    {0x0101, "fs.create", "a regular file was created"},
    {0x0102, "fs.delete", "a file was deleted"},
    {0x0103, "fs.read", "a file was read"},
    {0x0104, "fs.write", "a file was written"},
    {0x0105, "fs.rename", "path became path2"},
    {0x0106, "fs.chmod", "the mode changed"},
    {0x0107, "fs.chown", "the owner or group changed"},
    {0x0108, "fs.truncate", "the size was set"},
    {0x0109, "fs.mkdir", "a directory was created"},
    {0x010A, "fs.rmdir", "a directory was deleted"},
    {0x010B, "fs.symlink", "a symbolic link was created"},
    {0x010C, "fs.hardlink", "a hard link was created"},
    {0x010D, "fs.open", "a file was opened"},
    {0x010E, "fs.close", "a file that was not open for writing was closed"},
    {0x010F, "fs.setxattr", "an extended attribute was set"},
    {0x0110, "fs.removexattr", "an extended attribute was removed"},
    {0x0111, "fs.attrib", "metadata changed: mode, owner, times, links or extended attributes"},
    {0x0112, "fs.move-in", "a name moved in from outside of what is watched"},
    {0x0113, "fs.move-out", "a name moved out of what is watched"},
    {0x0114, "fs.exec", "a file was opened to be executed"},
    {0x0115, "fs.close-write", "a file that was open for writing was closed"},
    {0x0116, "fs.mknod", "a device, socket or named pipe was created"},
    {0x0117, "fs.sync", "a file or directory was synced"},
    {0x0118, "fs.allocate", "room of a file was allocated, or given back"},
    {0x0119, "fs.copy", "a part of path was copied to path2, at offset"},
    {0x011A, "fs.lock", "a lock was asked for or given up"},
    {0x011B, "fs.lookup", "a name was looked up"},
    {0x011C, "fs.stat", "metadata was read"},
    {0x011D, "fs.list", "a directory was read"},
    {0x011E, "fs.readlink", "the target of a symbolic link was read"},
    {0x011F, "fs.getxattr", "an extended attribute was read"},
    {0x0120, "fs.listxattr", "the names of extended attributes were read"},
    {0x0121, "fs.statfs", "the state of a file system was read"},
    {0x0122, "fs.seek", "data or a hole was looked for"},
    {0x0201, "graph.node-create", "a node was created"},
    {0x0202, "graph.node-delete", "a node was deleted"},
    {0x0203, "graph.node-update", "a node was updated"},
    {0x0204, "graph.edge-create", "an edge was created"},
    {0x0205, "graph.edge-delete", "an edge was deleted"},
    {0x0206, "graph.edge-update", "an edge was updated"},
    {0x0207, "graph.property-set", "a property was set"},
    {0x0208, "graph.property-delete", "a property was deleted"},
    {0x0209, "graph.traverse", "the graph was traversed"},
    {0x020A, "graph.query", "the graph was queried"},
    {0x0301, "vector.create", "a vector was stored"},
    {0x0302, "vector.delete", "a vector was deleted"},
    {0x0303, "vector.update", "a vector was updated"},
    {0x0304, "vector.search", "nearest neighbours were searched"},
    {0x0305, "vector.index", "an index was built or changed"},
    {0x0306, "vector.similarity", "a similarity was computed"},
    {0x0307, "vector.cluster", "vectors were clustered"},
    {0x0308, "vector.embed", "content was embedded"},
    {0x0401, "agent.query", "an agent asked"},
    {0x0402, "agent.reasoning", "an agent reasoned"},
    {0x0403, "agent.decision", "an agent decided"},
    {0x0404, "agent.orchestration", "an agent directed others"},
    {0x0405, "agent.learning", "an agent learned"},
    {0x0406, "agent.interaction", "agents or people interacted"},
    {0x0501, "system.mount", "a file system was mounted"},
    {0x0502, "system.unmount", "a file system was unmounted"},
    {0x0503, "system.sync", "a file system was synced"},
    {0x0504, "system.checkpoint", "a checkpoint was made"},
    {0x0505, "system.recovery", "state was recovered"},
    {0x0506, "system.optimization", "storage was reorganised"},
    {0x0601, "semantic.transaction-begin", "a transaction began"},
    {0x0602, "semantic.transaction-end", "a transaction ended"},
    {0x0603, "semantic.causality-link", "one event was said to cause another"},
    {0x0604, "semantic.intent-capture", "an intent was stated"},
    {0x0605, "semantic.context-switch", "the context changed"},
    {0x0606, "semantic.link", "two things were linked"},
    {0x0801, "observability.metric", "a measurement"},
    {0x0802, "observability.log", "a log line"},
    {0x0803, "observability.span-start", "a span of a trace began"},
    {0x0804, "observability.span-end", "a span of a trace ended"},
    {0x0805, "observability.alert", "an alert of another system"},
    {0x0806, "observability.health-check", "a health check was made"},
    {0x0807, "observability.performance-counter", "a performance counter was read"},
    {0x0808, "observability.error", "an error was reported"},
    {0x0809, "observability.audit", "an audit record of another system"},
    {0x080A, "observability.system-status", "the state of a system"},
    {0x080B, "observability.resource-usage", "the use of a resource"},
    {0x080C, "observability.threshold", "a threshold was crossed"},
    {0x1001, "vexevt.match", "a pattern matched"},
    {0x1002, "vexevt.anomaly", "a value was out of its expected range"},
    {0x1003, "vexevt.forecast", "a value is expected"},
    {0x1004, "vexevt.action", "an action was taken"},
    {0x1005, "vexevt.audit", "a decision of vexevt"},
    {0x1006, "vexevt.lost", "events are missing at this place in the stream"},
    {0x1007, "vexevt.config", "a configuration came into force"},
    {0x1008, "vexevt.alert", "an alert fired or was resolved"},
    {0x1009, "vexevt.barrier", "a mark that travels the pipeline"},
    {0x100A, "vexevt.partial", "a partial result, to be merged"},
};

struct FamilyInfo {
  Family family;
  std::string_view name;
};

constexpr FamilyInfo kFamilies[] = {
    {Family::kFs, "fs"},
    {Family::kGraph, "graph"},
    {Family::kVector, "vector"},
    {Family::kAgent, "agent"},
    {Family::kSystem, "system"},
    {Family::kSemantic, "semantic"},
    {Family::kObservability, "observability"},
    {Family::kVexevt, "vexevt"},
};

}  // namespace

std::span<const TypeInfo> AllTypes() { return kTypes; }

std::string_view FamilyName(Family family) {
  auto it = std::ranges::find(kFamilies, family, &FamilyInfo::family);
  return it == std::end(kFamilies) ? std::string_view{} : it->name;
}

std::optional<Family> ParseFamily(std::string_view name) {
  auto it = std::ranges::find(kFamilies, name, &FamilyInfo::name);
  if (it == std::end(kFamilies)) return std::nullopt;
  return it->family;
}

std::string_view KnownTypeName(EventType type) {
  auto it = std::ranges::lower_bound(kTypes, type, {}, &TypeInfo::code);
  return it != std::end(kTypes) && it->code == type ? it->name : std::string_view{};
}

std::string TypeName(EventType type) {
  std::string_view known = KnownTypeName(type);
  return known.empty() ? fmt::format("{:#06x}", type) : std::string(known);
}

std::optional<EventType> ParseType(std::string_view name) {
  if (auto it = std::ranges::find(kTypes, name, &TypeInfo::name); it != std::end(kTypes)) return it->code;
  if (!name.starts_with("0x")) return std::nullopt;
  EventType code = 0;
  const char* end = name.data() + name.size();
  auto [rest, error] = std::from_chars(name.data() + 2, end, code, 16);
  if (error != std::errc() || rest != end) return std::nullopt;
  return code;
}

}  // namespace vexevt
