#include "lib/event/unpack.h"

namespace vexevt {
namespace {

using namespace layout;

Payload UnpackPayload(const EventView& view) {
  switch (view.payload_tag()) {
    case kPayloadFsTagValue:
      return FsPayload{.path = view.Bytes(kPayloadFsPath),
                       .path2 = view.Bytes(kPayloadFsPath2),
                       .xattr = view.Bytes(kPayloadFsXattr),
                       .inode = view.Get<std::uint64_t>(kPayloadFsInode),
                       .size = view.Get<std::uint64_t>(kPayloadFsSize),
                       .offset = view.Get<std::uint64_t>(kPayloadFsOffset),
                       .length = view.Get<std::uint64_t>(kPayloadFsLength),
                       .device = view.Get<std::uint32_t>(kPayloadFsDevice),
                       .generation = view.Get<std::uint32_t>(kPayloadFsGeneration),
                       .mount = view.Get<std::uint32_t>(kPayloadFsMount),
                       .open_flags = view.Get<std::uint32_t>(kPayloadFsOpenFlags),
                       .mode = view.Get<std::uint16_t>(kPayloadFsMode)};
    case kPayloadGraphTagValue:
      return GraphPayload{view.Bytes(kPayloadGraphGraph), view.Bytes(kPayloadGraphNode),
                          view.Bytes(kPayloadGraphTarget), view.Bytes(kPayloadGraphLabel),
                          view.Get<std::uint64_t>(kPayloadGraphResults)};
    case kPayloadVectorTagValue:
      return VectorPayload{view.Bytes(kPayloadVectorCollection),     view.Bytes(kPayloadVectorVector),
                           view.Bytes(kPayloadVectorMetric),         view.Get<std::uint32_t>(kPayloadVectorDimensions),
                           view.Get<std::uint32_t>(kPayloadVectorK), view.Get<double>(kPayloadVectorScore)};
    case kPayloadAgentTagValue:
      return AgentPayload{view.Bytes(kPayloadAgentAgent),
                          view.Bytes(kPayloadAgentTask),
                          view.Bytes(kPayloadAgentAction),
                          view.Bytes(kPayloadAgentModel),
                          view.Get<std::uint64_t>(kPayloadAgentTokens),
                          view.Get<double>(kPayloadAgentConfidence)};
    case kPayloadSystemTagValue:
      return SystemPayload{view.Bytes(kPayloadSystemSubject), view.Bytes(kPayloadSystemObject),
                           view.Bytes(kPayloadSystemDetail), view.Get<std::int64_t>(kPayloadSystemValue)};
    case kPayloadSemanticTagValue:
      return SemanticPayload{view.Bytes(kPayloadSemanticSubject), view.Bytes(kPayloadSemanticRelation),
                             view.Bytes(kPayloadSemanticObject), view.Bytes(kPayloadSemanticIntent),
                             view.Get<double>(kPayloadSemanticStrength)};
    case kPayloadObservabilityTagValue:
      return ObservabilityPayload{view.Bytes(kPayloadObservabilityName), view.Bytes(kPayloadObservabilityMessage),
                                  view.Bytes(kPayloadObservabilityUnit), view.Get<double>(kPayloadObservabilityValue)};
    case kPayloadMatchTagValue:
      return MatchPayload{view.Bytes(kPayloadMatchPattern), view.Get<std::uint64_t>(kPayloadMatchCount),
                          view.Get<std::uint32_t>(kPayloadMatchGeneration), view.GetBit(kPayloadMatchUncertain)};
    case kPayloadActionTagValue:
      return ActionPayload{view.Bytes(kPayloadActionWorkflow), view.Bytes(kPayloadActionStep),
                           view.Bytes(kPayloadActionOutcome), view.Get<std::uint32_t>(kPayloadActionAttempt)};
    case kPayloadAuditTagValue:
      return AuditPayload{view.Bytes(kPayloadAuditActor), view.Bytes(kPayloadAuditOperation),
                          view.Bytes(kPayloadAuditObject), view.Bytes(kPayloadAuditOutcome)};
    case kPayloadGapTagValue:
      return GapPayload{view.Bytes(kPayloadGapCause), view.Get<std::uint64_t>(kPayloadGapLost),
                        view.Get<std::uint64_t>(kPayloadGapSinceNs)};
    default:
      return {};
  }
}

}  // namespace

void Unpack(const EventView& view, Event* event) {
  event->id = view.id();
  event->wall_ns = view.wall_ns();
  event->mono_ns = view.mono_ns();
  event->hlc = view.Get<std::uint64_t>(kHlc);
  event->type = view.type();
  event->boundary = view.boundary();
  event->priority = view.priority();
  event->flags = view.flags();
  event->pid = view.pid();
  event->tid = view.Get<std::uint32_t>(kTid);
  event->ppid = view.Get<std::uint32_t>(kPpid);
  event->uid = view.Get<std::uint32_t>(kUid);
  event->gid = view.Get<std::uint32_t>(kGid);
  event->result = view.Get<std::int32_t>(kResult);
  event->latency_ns = view.Get<std::uint64_t>(kLatencyNs);
  event->comm = view.Bytes(kComm);
  event->exe = view.Bytes(kExe);
  event->host = view.Bytes(kHost);
  event->cgroup = view.Bytes(kCgroup);
  event->tenant = view.Bytes(kTenant);
  event->payload = UnpackPayload(view);
  event->context = {view.ContextWord(kContextTraceHigh), view.ContextWord(kContextTraceLow),
                    view.ContextWord(kContextSpan), view.ContextBytes(kContextSession),
                    view.ContextBytes(kContextTransaction)};
  event->causes.clear();
  for (std::size_t i = 0, count = view.cause_count(); i < count; ++i) event->causes.push_back(view.cause(i));
  event->attributes.clear();
  for (std::size_t i = 0, count = view.attribute_count(); i < count; ++i)
    event->attributes.push_back(view.attribute(i));
}

}  // namespace vexevt
