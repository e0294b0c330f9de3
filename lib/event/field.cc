#include "lib/event/field.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "lib/base/nearest_name.h"

namespace vexevt {
namespace {

using enum FieldType;
using enum FieldPlace;
using namespace layout;

constexpr std::uint16_t kFs = kPayloadFsTagValue, kGr = kPayloadGraphTagValue, kVe = kPayloadVectorTagValue,
                        kAg = kPayloadAgentTagValue, kSy = kPayloadSystemTagValue, kSe = kPayloadSemanticTagValue,
                        kOb = kPayloadObservabilityTagValue, kMa = kPayloadMatchTagValue, kAc = kPayloadActionTagValue,
                        kAu = kPayloadAuditTagValue, kGa = kPayloadGapTagValue;
constexpr std::uint16_t kAny = kAnyPayload;

constexpr Field kFields[] = {
    {"id", kEventId, kWide, 16, kIdSource, kAny, 0, "unique id: source instance, then its count"},
    {"source", kHex64, kData, 8, kIdSource, kAny, 0, "the instance that made the event"},
    {"seq", kUint, kData, 8, kIdSequence, kAny, 0, "its count there, from 1"},
    {"time", kTime, kData, 8, kWallNs, kAny, 0, "wall time"},
    {"mono", kDuration, kData, 8, kMonoNs, kAny, 0, "time since boot"},
    {"hlc", kHex64, kData, 8, kHlc, kAny, 0, "hybrid logical clock, where the event carries one"},
    {"type", kType, kData, 2, layout::kType, kAny, 0, "what happened: fs.create, vector.search …; fs.* is a family"},
    {"boundary", kBoundary, kData, 2, layout::kBoundary, kAny, 0,
     "where it was seen: kernel, fuse, user, graph, vector, agent, analytics, remote"},
    {"priority", kPriority, kData, 2, layout::kPriority, kAny, 0, "critical, high, normal, low, background"},
    {"pid", kUint, kData, 4, kPid, kAny, 0, "process"},
    {"tid", kUint, kData, 4, kTid, kAny, 0, "thread, where it is not the process's first"},
    {"ppid", kUint, kData, 4, kPpid, kAny, kFlagCredentials, "parent process"},
    {"uid", kUint, kData, 4, kUid, kAny, kFlagCredentials, "user"},
    {"gid", kUint, kData, 4, kGid, kAny, kFlagCredentials, "group"},
    {"comm", kBytes, kPointer, 0, kComm, kAny, 0, "name of the process"},
    {"exe", kBytes, kPointer, 0, kExe, kAny, 0, "its executable"},
    {"cgroup", kBytes, kPointer, 0, kCgroup, kAny, 0, "its control group, and so the container"},
    {"host", kBytes, kPointer, 0, kHost, kAny, 0, "host name"},
    {"tenant", kBytes, kPointer, 0, kTenant, kAny, 0, "whose event it is"},
    {"result", kErrno, kData, 4, kResult, kAny, 0, "errno of a failed operation; 0: it succeeded"},
    {"latency", kDuration, kData, 8, kLatencyNs, kAny, 0, "how long the operation took"},
    {"session", kBytes, kContextPointer, 0, kContextSession, kAny, 0, "session"},
    {"transaction", kBytes, kContextPointer, 0, kContextTransaction, kAny, 0, "transaction"},
    {"trace", kTraceId, kWide, 16, kContextTraceHigh, kAny, 0, "W3C trace id"},
    {"span", kHex64, kContextData, 8, kContextSpan, kAny, 0, "W3C span id"},

    {"path", kBytes, kPointer, 0, kPayloadFsPath, kFs, 0, "absolute path; of a rename the old name"},
    {"path2", kBytes, kPointer, 0, kPayloadFsPath2, kFs, 0,
     "new name of a rename, new link, target of a symbolic link"},
    {"name", kBytes, kPathName, 0, kPayloadFsPath, kFs, 0, "last part of path"},
    {"dir", kBytes, kPathDir, 0, kPayloadFsPath, kFs, 0, "path without its last part"},
    {"ext", kBytes, kPathExt, 0, kPayloadFsPath, kFs, 0, "extension of name, without the dot"},
    {"size", kSize, kData, 8, kPayloadFsSize, kFs, kFlagStat, "size of the file afterwards"},
    {"mode", kMode, kData, 2, kPayloadFsMode, kFs, kFlagStat, "file type and permissions, octal"},
    {"inode", kUint, kData, 8, kPayloadFsInode, kFs, 0, "inode number"},
    {"generation", kUint, kData, 4, kPayloadFsGeneration, kFs, 0, "generation of the inode"},
    {"device", kDevice, kData, 4, kPayloadFsDevice, kFs, 0, "device, MAJOR:MINOR"},
    {"mount", kUint, kData, 4, kPayloadFsMount, kFs, 0, "mount id"},
    {"offset", kSize, kData, 8, kPayloadFsOffset, kFs, 0, "offset of a read or write"},
    {"length", kSize, kData, 8, kPayloadFsLength, kFs, 0, "bytes read or written"},
    {"openflags", kUint, kData, 4, kPayloadFsOpenFlags, kFs, 0, "open flags, O_*"},
    {"xattr", kBytes, kPointer, 0, kPayloadFsXattr, kFs, 0, "name of the extended attribute"},

    {"directory", kBool, kData, 2, kFlags, kAny, kFlagDirectory, "the object is a directory"},
    {"synthetic", kBool, kData, 2, kFlags, kAny, kFlagSynthetic, "inferred by a scan, not reported"},
    {"split", kBool, kData, 2, kFlags, kAny, kFlagSplit, "one of several that the kernel reported merged"},
    {"injected", kBool, kData, 2, kFlags, kAny, kFlagInjected, "injected from user space"},
    {"caused", kBool, kData, 2, kFlags, kAny, kFlagCaused, "an effect of vexevt's own action"},
    {"atomic", kBool, kData, 2, kFlags, kAny, kFlagAtomic, "flag of the semantic layer"},
    {"transactional", kBool, kData, 2, kFlags, kAny, kFlagTransactional, "flag of the semantic layer"},
    {"causal", kBool, kData, 2, kFlags, kAny, kFlagCausal, "flag of the semantic layer"},
    {"agentvisible", kBool, kData, 2, kFlags, kAny, kFlagAgentVisible, "flag of the semantic layer"},
    {"deterministic", kBool, kData, 2, kFlags, kAny, kFlagDeterministic, "flag of the semantic layer"},
    {"compressed", kBool, kData, 2, kFlags, kAny, kFlagCompressed, "flag of the semantic layer"},
    {"indexed", kBool, kData, 2, kFlags, kAny, kFlagIndexed, "flag of the semantic layer"},
    {"replicated", kBool, kData, 2, kFlags, kAny, kFlagReplicated, "flag of the semantic layer"},

    {"graph.graph", kBytes, kPointer, 0, kPayloadGraphGraph, kGr, 0, "name of the graph"},
    {"graph.node", kBytes, kPointer, 0, kPayloadGraphNode, kGr, 0, "node, source of an edge"},
    {"graph.target", kBytes, kPointer, 0, kPayloadGraphTarget, kGr, 0, "target of an edge"},
    {"graph.label", kBytes, kPointer, 0, kPayloadGraphLabel, kGr, 0, "kind of node or edge, key of a property"},
    {"graph.results", kUint, kData, 8, kPayloadGraphResults, kGr, 0, "results of a query or traversal"},
    {"vector.collection", kBytes, kPointer, 0, kPayloadVectorCollection, kVe, 0, "collection"},
    {"vector.vector", kBytes, kPointer, 0, kPayloadVectorVector, kVe, 0, "id of the vector"},
    {"vector.metric", kBytes, kPointer, 0, kPayloadVectorMetric, kVe, 0, "cosine, l2, dot …"},
    {"vector.dimensions", kUint, kData, 4, kPayloadVectorDimensions, kVe, 0, "dimensions"},
    {"vector.k", kUint, kData, 4, kPayloadVectorK, kVe, 0, "neighbours asked for"},
    {"vector.score", kFloat, kData, 8, kPayloadVectorScore, kVe, 0, "score of the best result"},
    {"agent.agent", kBytes, kPointer, 0, kPayloadAgentAgent, kAg, 0, "agent"},
    {"agent.task", kBytes, kPointer, 0, kPayloadAgentTask, kAg, 0, "task"},
    {"agent.action", kBytes, kPointer, 0, kPayloadAgentAction, kAg, 0, "action"},
    {"agent.model", kBytes, kPointer, 0, kPayloadAgentModel, kAg, 0, "model"},
    {"agent.tokens", kUint, kData, 8, kPayloadAgentTokens, kAg, 0, "tokens used"},
    {"agent.confidence", kFloat, kData, 8, kPayloadAgentConfidence, kAg, 0, "confidence, 0 to 1"},
    {"system.subject", kBytes, kPointer, 0, kPayloadSystemSubject, kSy, 0, "device, mount point or service"},
    {"system.object", kBytes, kPointer, 0, kPayloadSystemObject, kSy, 0, "what it was done with"},
    {"system.detail", kBytes, kPointer, 0, kPayloadSystemDetail, kSy, 0, "more about it"},
    {"system.value", kInt, kData, 8, kPayloadSystemValue, kSy, 0, "a number about it"},
    {"semantic.subject", kBytes, kPointer, 0, kPayloadSemanticSubject, kSe, 0, "subject"},
    {"semantic.relation", kBytes, kPointer, 0, kPayloadSemanticRelation, kSe, 0,
     "how subject and object belong together"},
    {"semantic.object", kBytes, kPointer, 0, kPayloadSemanticObject, kSe, 0, "object"},
    {"semantic.intent", kBytes, kPointer, 0, kPayloadSemanticIntent, kSe, 0, "intent"},
    {"semantic.strength", kFloat, kData, 8, kPayloadSemanticStrength, kSe, 0, "strength of the relation"},
    {"observability.name", kBytes, kPointer, 0, kPayloadObservabilityName, kOb, 0, "name of the metric, check or span"},
    {"observability.message", kBytes, kPointer, 0, kPayloadObservabilityMessage, kOb, 0, "message"},
    {"observability.unit", kBytes, kPointer, 0, kPayloadObservabilityUnit, kOb, 0, "unit of the value"},
    {"observability.value", kFloat, kData, 8, kPayloadObservabilityValue, kOb, 0, "value"},
    {"match.pattern", kBytes, kPointer, 0, kPayloadMatchPattern, kMa, 0, "pattern that matched"},
    {"match.count", kUint, kData, 8, kPayloadMatchCount, kMa, 0, "events that the match rests on"},
    {"match.generation", kUint, kData, 4, kPayloadMatchGeneration, kMa, 0, "generation of the rules"},
    {"match.uncertain", kBool, kBit, 0, kPayloadMatchUncertain, kMa, 0, "a gap lies within it"},
    {"action.workflow", kBytes, kPointer, 0, kPayloadActionWorkflow, kAc, 0, "workflow"},
    {"action.step", kBytes, kPointer, 0, kPayloadActionStep, kAc, 0, "step"},
    {"action.outcome", kBytes, kPointer, 0, kPayloadActionOutcome, kAc, 0, "outcome"},
    {"action.attempt", kUint, kData, 4, kPayloadActionAttempt, kAc, 0, "attempt, from 1"},
    {"audit.actor", kBytes, kPointer, 0, kPayloadAuditActor, kAu, 0, "who"},
    {"audit.operation", kBytes, kPointer, 0, kPayloadAuditOperation, kAu, 0, "did what"},
    {"audit.object", kBytes, kPointer, 0, kPayloadAuditObject, kAu, 0, "to what"},
    {"audit.outcome", kBytes, kPointer, 0, kPayloadAuditOutcome, kAu, 0, "outcome"},
    {"gap.cause", kBytes, kPointer, 0, kPayloadGapCause, kGa, 0, "what lost the events"},
    {"gap.lost", kUint, kData, 8, kPayloadGapLost, kGa, 0, "how many; 0: unknown"},
    {"gap.since", kTime, kData, 8, kPayloadGapSinceNs, kGa, 0, "last event known before the gap"},
};

FieldValue ReadData(const EventView& event, const Field& field) {
  if (field.type == FieldType::kBool) return (event.flags() & field.flag) != 0;
  if (field.flag && !(event.flags() & field.flag)) return {};
  if (field.type == kFloat) return event.Get<double>(field.offset);
  if (field.type == FieldType::kErrno) return std::int64_t{event.Get<std::int32_t>(field.offset)};
  if (field.type == kInt) return event.Get<std::int64_t>(field.offset);
  std::uint64_t value = field.width == 8   ? event.Get<std::uint64_t>(field.offset)
                        : field.width == 4 ? event.Get<std::uint32_t>(field.offset)
                                           : event.Get<std::uint16_t>(field.offset);
  if (value == 0 && AbsentWhenZero(field)) return {};
  return value;
}

FieldValue TextOrNone(std::string_view text) {
  if (text.empty()) return {};
  return text;
}

FieldValue WideOrNone(std::uint64_t high, std::uint64_t low) {
  if ((high | low) == 0) return {};
  return Wide{high, low};
}

constexpr std::string_view kBoundaryNames[] = {"unknown", "kernel", "fuse",      "user",  "graph",
                                               "vector",  "agent",  "analytics", "remote"};
constexpr std::string_view kPriorityNames[] = {"normal", "critical", "high", "low", "background"};

template <typename Enum>
std::string_view NameOf(Enum value, std::span<const std::string_view> names) {
  auto index = static_cast<std::size_t>(value);
  return index < names.size() ? names[index] : std::string_view{};
}

template <typename Enum>
std::optional<Enum> ParseName(std::string_view name, std::span<const std::string_view> names) {
  auto it = std::ranges::find(names, name);
  if (it == names.end()) return std::nullopt;
  return static_cast<Enum>(it - names.begin());
}

}  // namespace

int Urgency(Priority priority) {
  switch (priority) {
    case Priority::kCritical:
      return 4;
    case Priority::kHigh:
      return 3;
    case Priority::kLow:
      return 1;
    case Priority::kBackground:
      return 0;
    default:
      return 2;
  }
}

std::span<const Field> AllFields() { return kFields; }

const Field* FindField(std::string_view name) {
  auto it = std::ranges::find(kFields, name, &Field::name);
  return it == std::end(kFields) ? nullptr : it;
}

bool IsDerived(const Field& field) {
  return field.name == "source" || field.name == "seq" || field.place == kPathName || field.place == kPathDir ||
         field.place == kPathExt || (field.type == kBool && field.place == kData);
}

std::string_view NearestField(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Field& field : kFields) names.push_back(field.name);
  return NearestName(name, names);
}

bool AbsentWhenZero(const Field& field) {
  if (field.place == FieldPlace::kContextData) return true;
  switch (field.offset) {
    case kPid:
    case kTid:
    case kLatencyNs:
    case kHlc:
      return field.place == FieldPlace::kData && field.payload == kAny;
    default:
      return field.type == FieldType::kTime;
  }
}

FieldValue ReadField(const EventView& event, const Field& field) {
  if (field.payload != kAny && event.payload_tag() != field.payload) return {};
  switch (field.place) {
    case FieldPlace::kData:
      return ReadData(event, field);
    case kBit:
      return event.GetBit(field.offset);
    case kPointer:
      return TextOrNone(event.Bytes(field.offset));
    case kContextData: {
      std::uint64_t word = event.ContextWord(field.offset);
      if (word == 0) return {};
      return word;
    }
    case kContextPointer:
      return TextOrNone(event.ContextBytes(field.offset));
    case kPathName:
      return TextOrNone(PathName(event.Bytes(field.offset)));
    case kPathDir:
      return TextOrNone(PathDir(event.Bytes(field.offset)));
    case kPathExt:
      return TextOrNone(PathExt(event.Bytes(field.offset)));
    case kWide:
      if (field.type == FieldType::kEventId) return WideOrNone(event.id().source, event.id().sequence);
      return WideOrNone(event.ContextWord(kContextTraceHigh), event.ContextWord(kContextTraceLow));
  }
  return {};
}

std::string_view PathName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view PathDir(std::string_view path) {
  auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view PathExt(std::string_view path) {
  std::string_view name = PathName(path);
  auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view{} : name.substr(dot + 1);
}

std::string_view BoundaryName(Boundary boundary) { return NameOf(boundary, kBoundaryNames); }
std::optional<Boundary> ParseBoundary(std::string_view name) { return ParseName<Boundary>(name, kBoundaryNames); }
std::string_view PriorityName(Priority priority) { return NameOf(priority, kPriorityNames); }
std::optional<Priority> ParsePriority(std::string_view name) { return ParseName<Priority>(name, kPriorityNames); }

}  // namespace vexevt
