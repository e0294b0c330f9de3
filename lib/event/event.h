// Event: one event as plain values, the form in which tools make events and take them apart. Its twin in bytes is the
// frame (event.capnp): Encode writes one, EventView reads one in place, Unpack turns one back into this.
//
// Strings are borrowed: whoever fills an Event keeps the bytes alive while it is used. Reuse one Event for many events
// and nothing is allocated per event.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/event/type.h"

namespace vexevt {

struct EventId {
  std::uint64_t source = 0;
  std::uint64_t sequence = 0;
  bool operator==(const EventId&) const = default;
};

// As in event.capnp.
enum class Boundary : std::uint16_t { kUnknown, kKernel, kFuse, kUser, kGraph, kVector, kAgent, kAnalytics, kRemote };
enum class Priority : std::uint16_t { kNormal, kCritical, kHigh, kLow, kBackground };

// 0 background, 1 low, 2 normal, 3 high, 4 critical: the order in which `priority >= high` compares. Unknown values are
// normal.
int Urgency(Priority priority);

// Bits of Event::flags. The first eight are VexFS's.
inline constexpr std::uint16_t kFlagAtomic = 1 << 0, kFlagTransactional = 1 << 1, kFlagCausal = 1 << 2,
                               kFlagAgentVisible = 1 << 3, kFlagDeterministic = 1 << 4, kFlagCompressed = 1 << 5,
                               kFlagIndexed = 1 << 6, kFlagReplicated = 1 << 7,
                               kFlagCredentials = 1 << 8,  // uid, gid and ppid are known
    kFlagStat = 1 << 9,                                    // mode and size are known
    kFlagDirectory = 1 << 10,                              // the object is a directory
    kFlagSynthetic = 1 << 11,                              // inferred (a scan of a new directory), not reported
    kFlagSplit = 1 << 12,     // one of several that the kernel reported merged: order within is assumed
    kFlagInjected = 1 << 13,  // from user space, through the kernel
    kFlagCaused = 1 << 14;    // an effect of vexevt's own action

struct FsPayload {
  std::string_view path, path2, xattr;
  std::uint64_t inode = 0, size = 0, offset = 0, length = 0;
  std::uint32_t device = 0, generation = 0, mount = 0, open_flags = 0;
  std::uint16_t mode = 0;
  bool operator==(const FsPayload&) const = default;
};
struct GraphPayload {
  std::string_view graph, node, target, label;
  std::uint64_t results = 0;
  bool operator==(const GraphPayload&) const = default;
};
struct VectorPayload {
  std::string_view collection, vector, metric;
  std::uint32_t dimensions = 0, k = 0;
  double score = 0;
  bool operator==(const VectorPayload&) const = default;
};
struct AgentPayload {
  std::string_view agent, task, action, model;
  std::uint64_t tokens = 0;
  double confidence = 0;
  bool operator==(const AgentPayload&) const = default;
};
struct SystemPayload {
  std::string_view subject, object, detail;
  std::int64_t value = 0;
  bool operator==(const SystemPayload&) const = default;
};
struct SemanticPayload {
  std::string_view subject, relation, object, intent;
  double strength = 0;
  bool operator==(const SemanticPayload&) const = default;
};
struct ObservabilityPayload {
  std::string_view name, message, unit;
  double value = 0;
  bool operator==(const ObservabilityPayload&) const = default;
};
struct MatchPayload {
  std::string_view pattern;
  std::uint64_t count = 0;
  std::uint32_t generation = 0;
  bool uncertain = false;
  bool operator==(const MatchPayload&) const = default;
};
struct ActionPayload {
  std::string_view workflow, step, outcome;
  std::uint32_t attempt = 0;
  bool operator==(const ActionPayload&) const = default;
};
struct AuditPayload {
  std::string_view actor, operation, object, outcome;
  bool operator==(const AuditPayload&) const = default;
};
struct GapPayload {
  std::string_view cause;
  std::uint64_t lost = 0;  // 0: unknown
  std::uint64_t since_ns = 0;
  bool operator==(const GapPayload&) const = default;
};

// In the order of the schema's union: index() is its tag.
using Payload =
    std::variant<std::monostate, FsPayload, GraphPayload, VectorPayload, AgentPayload, SystemPayload, SemanticPayload,
                 ObservabilityPayload, MatchPayload, ActionPayload, AuditPayload, GapPayload>;

struct Context {
  std::uint64_t trace_high = 0, trace_low = 0, span = 0;  // W3C trace context
  std::string_view session, transaction;
  bool operator==(const Context&) const = default;
};

struct AttributeText {
  std::string_view value;
  bool operator==(const AttributeText&) const = default;
};
struct AttributeBytes {
  std::string_view value;
  bool operator==(const AttributeBytes&) const = default;
};
struct Attribute {
  std::string_view key;
  std::variant<AttributeText, std::int64_t, double, bool, AttributeBytes> value;  // in the order of the schema's union
  bool operator==(const Attribute&) const = default;
};

struct Event {
  EventId id;
  std::uint64_t wall_ns = 0, mono_ns = 0;
  std::uint64_t hlc = 0;  // 0: follows from wall_ns
  EventType type = 0;
  Boundary boundary = Boundary::kUnknown;
  Priority priority = Priority::kNormal;
  std::uint16_t flags = 0;
  std::uint32_t pid = 0, tid = 0, ppid = 0, uid = 0, gid = 0;
  std::int32_t result = 0;
  std::uint64_t latency_ns = 0;
  std::string_view comm, exe, host, cgroup, tenant;
  Payload payload;
  Context context;
  std::vector<EventId> causes;
  std::vector<Attribute> attributes;
  bool operator==(const Event&) const = default;
};

}  // namespace vexevt
