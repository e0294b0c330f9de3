// The one list of which value of Event lies where in the data section and among the pointers, for any source of them: a
// frame (Unpack), or fields that are read one by one (FieldValues). A Source has Get<T>(offset), GetBit(bit) and
// Bytes(slot), as EventView has them.
#pragma once

#include <cstdint>

#include "lib/event/event.h"
#include "lib/event/layout.h"

namespace vexevt {

template <typename Source>
Payload UnpackPayload(const Source& from) {
  using namespace layout;
  switch (from.template Get<std::uint16_t>(kPayloadTag)) {
    case kPayloadFsTagValue:
      return FsPayload{.path = from.Bytes(kPayloadFsPath),
                       .path2 = from.Bytes(kPayloadFsPath2),
                       .xattr = from.Bytes(kPayloadFsXattr),
                       .inode = from.template Get<std::uint64_t>(kPayloadFsInode),
                       .size = from.template Get<std::uint64_t>(kPayloadFsSize),
                       .offset = from.template Get<std::uint64_t>(kPayloadFsOffset),
                       .length = from.template Get<std::uint64_t>(kPayloadFsLength),
                       .device = from.template Get<std::uint32_t>(kPayloadFsDevice),
                       .generation = from.template Get<std::uint32_t>(kPayloadFsGeneration),
                       .mount = from.template Get<std::uint32_t>(kPayloadFsMount),
                       .open_flags = from.template Get<std::uint32_t>(kPayloadFsOpenFlags),
                       .mode = from.template Get<std::uint16_t>(kPayloadFsMode)};
    case kPayloadGraphTagValue:
      return GraphPayload{from.Bytes(kPayloadGraphGraph), from.Bytes(kPayloadGraphNode),
                          from.Bytes(kPayloadGraphTarget), from.Bytes(kPayloadGraphLabel),
                          from.template Get<std::uint64_t>(kPayloadGraphResults)};
    case kPayloadVectorTagValue:
      return VectorPayload{from.Bytes(kPayloadVectorCollection),
                           from.Bytes(kPayloadVectorVector),
                           from.Bytes(kPayloadVectorMetric),
                           from.template Get<std::uint32_t>(kPayloadVectorDimensions),
                           from.template Get<std::uint32_t>(kPayloadVectorK),
                           from.template Get<double>(kPayloadVectorScore)};
    case kPayloadAgentTagValue:
      return AgentPayload{from.Bytes(kPayloadAgentAgent),
                          from.Bytes(kPayloadAgentTask),
                          from.Bytes(kPayloadAgentAction),
                          from.Bytes(kPayloadAgentModel),
                          from.template Get<std::uint64_t>(kPayloadAgentTokens),
                          from.template Get<double>(kPayloadAgentConfidence)};
    case kPayloadSystemTagValue:
      return SystemPayload{from.Bytes(kPayloadSystemSubject), from.Bytes(kPayloadSystemObject),
                           from.Bytes(kPayloadSystemDetail), from.template Get<std::int64_t>(kPayloadSystemValue)};
    case kPayloadSemanticTagValue:
      return SemanticPayload{from.Bytes(kPayloadSemanticSubject), from.Bytes(kPayloadSemanticRelation),
                             from.Bytes(kPayloadSemanticObject), from.Bytes(kPayloadSemanticIntent),
                             from.template Get<double>(kPayloadSemanticStrength)};
    case kPayloadObservabilityTagValue:
      return ObservabilityPayload{from.Bytes(kPayloadObservabilityName), from.Bytes(kPayloadObservabilityMessage),
                                  from.Bytes(kPayloadObservabilityUnit),
                                  from.template Get<double>(kPayloadObservabilityValue)};
    case kPayloadMatchTagValue:
      return MatchPayload{from.Bytes(kPayloadMatchPattern), from.template Get<std::uint64_t>(kPayloadMatchCount),
                          from.template Get<std::uint32_t>(kPayloadMatchGeneration),
                          from.GetBit(kPayloadMatchUncertain)};
    case kPayloadActionTagValue:
      return ActionPayload{from.Bytes(kPayloadActionWorkflow), from.Bytes(kPayloadActionStep),
                           from.Bytes(kPayloadActionOutcome), from.template Get<std::uint32_t>(kPayloadActionAttempt)};
    case kPayloadAuditTagValue:
      return AuditPayload{from.Bytes(kPayloadAuditActor), from.Bytes(kPayloadAuditOperation),
                          from.Bytes(kPayloadAuditObject), from.Bytes(kPayloadAuditOutcome)};
    case kPayloadGapTagValue:
      return GapPayload{from.Bytes(kPayloadGapCause), from.template Get<std::uint64_t>(kPayloadGapLost),
                        from.template Get<std::uint64_t>(kPayloadGapSinceNs)};
    default:
      return {};
  }
}

// Everything but context, causes and attributes, which are objects of their own.
template <typename Source>
void UnpackFields(const Source& from, Event* event) {
  using namespace layout;
  event->id = {from.template Get<std::uint64_t>(kIdSource), from.template Get<std::uint64_t>(kIdSequence)};
  event->wall_ns = from.template Get<std::uint64_t>(kWallNs);
  event->mono_ns = from.template Get<std::uint64_t>(kMonoNs);
  event->hlc = from.template Get<std::uint64_t>(kHlc);
  event->type = from.template Get<EventType>(kType);
  event->boundary = from.template Get<Boundary>(kBoundary);
  event->priority = from.template Get<Priority>(kPriority);
  event->flags = from.template Get<std::uint16_t>(kFlags);
  event->pid = from.template Get<std::uint32_t>(kPid);
  event->tid = from.template Get<std::uint32_t>(kTid);
  event->ppid = from.template Get<std::uint32_t>(kPpid);
  event->uid = from.template Get<std::uint32_t>(kUid);
  event->gid = from.template Get<std::uint32_t>(kGid);
  event->result = from.template Get<std::int32_t>(kResult);
  event->latency_ns = from.template Get<std::uint64_t>(kLatencyNs);
  event->comm = from.Bytes(kComm);
  event->exe = from.Bytes(kExe);
  event->host = from.Bytes(kHost);
  event->cgroup = from.Bytes(kCgroup);
  event->tenant = from.Bytes(kTenant);
  event->payload = UnpackPayload(from);
}

}  // namespace vexevt
