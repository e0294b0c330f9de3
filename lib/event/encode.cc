#include "lib/event/encode.h"

#include <algorithm>
#include <array>
#include <bit>

#include "lib/base/bytes.h"
#include "lib/event/layout.h"

namespace vexevt {
namespace {

constexpr std::size_t kWord = 8;
constexpr std::size_t kFrameHeader = 8;                   // segment table of one segment
constexpr std::size_t kByteListSlots = layout::kContext;  // every pointer before `context` is Data

static_assert(layout::kContext + 1 == layout::kCauses && layout::kCauses + 1 == layout::kAttributes &&
              layout::kAttributes + 1 == layout::kPointers);
static_assert(std::variant_size_v<Payload> == layout::kPayloadGapTagValue + 1);
static_assert(layout::kEventIdDataWords == 2 && layout::kEventIdPointers == 0);
static_assert(layout::kAttributeDataWords == 2 && layout::kAttributePointers == 2);

using Slots = std::array<std::string_view, kByteListSlots>;
using Words = std::array<std::uint64_t, layout::kDataWords>;

// https://capnproto.org/encoding.html#structs and #lists. `from` is the address of the pointer.
std::uint64_t PointerOffset(const std::byte* from, const std::byte* to) {
  auto words = (to - from) / static_cast<std::ptrdiff_t>(kWord) - 1;
  return (static_cast<std::uint64_t>(words) & 0x3fffffff) << 2;
}

void StoreStructPointer(std::byte* at, const std::byte* to, std::size_t data_words, std::size_t pointers) {
  if (data_words + pointers == 0) to = at;  // offset -1 tells a struct of no size from a null pointer
  Store<std::uint64_t>(at, PointerOffset(at, to) | data_words << 32 | pointers << 48);
}

std::byte* StoreByteList(std::byte* at, std::byte* to, std::string_view bytes) {
  if (bytes.empty()) {
    Store<std::uint64_t>(at, 0);
    return to;
  }
  Store<std::uint64_t>(at, PointerOffset(at, to) | 1 | std::uint64_t{2} << 32 | std::uint64_t{bytes.size()} << 35);
  std::size_t padded = RoundUpToWord(bytes.size());
  Store<std::uint64_t>(to + padded - kWord, 0);
  std::memcpy(to, bytes.data(), bytes.size());
  return to + padded;
}

template <typename T>
void Set(Words& words, unsigned offset, T value) {
  std::memcpy(reinterpret_cast<std::byte*>(words.data()) + offset, &value, sizeof value);
}

struct PayloadWriter {
  Words& words;
  Slots& slots;

  void operator()(std::monostate) const {}
  void operator()(const FsPayload& fs) const {
    slots[layout::kPayloadFsPath] = fs.path;
    slots[layout::kPayloadFsPath2] = fs.path2;
    slots[layout::kPayloadFsXattr] = fs.xattr;
    Set(words, layout::kPayloadFsMode, fs.mode);
    Set(words, layout::kPayloadFsDevice, fs.device);
    Set(words, layout::kPayloadFsInode, fs.inode);
    Set(words, layout::kPayloadFsSize, fs.size);
    Set(words, layout::kPayloadFsOffset, fs.offset);
    Set(words, layout::kPayloadFsLength, fs.length);
    Set(words, layout::kPayloadFsGeneration, fs.generation);
    Set(words, layout::kPayloadFsMount, fs.mount);
    Set(words, layout::kPayloadFsOpenFlags, fs.open_flags);
  }
  void operator()(const GraphPayload& graph) const {
    slots[layout::kPayloadGraphGraph] = graph.graph;
    slots[layout::kPayloadGraphNode] = graph.node;
    slots[layout::kPayloadGraphTarget] = graph.target;
    slots[layout::kPayloadGraphLabel] = graph.label;
    Set(words, layout::kPayloadGraphResults, graph.results);
  }
  void operator()(const VectorPayload& vector) const {
    slots[layout::kPayloadVectorCollection] = vector.collection;
    slots[layout::kPayloadVectorVector] = vector.vector;
    slots[layout::kPayloadVectorMetric] = vector.metric;
    Set(words, layout::kPayloadVectorDimensions, vector.dimensions);
    Set(words, layout::kPayloadVectorK, vector.k);
    Set(words, layout::kPayloadVectorScore, vector.score);
  }
  void operator()(const AgentPayload& agent) const {
    slots[layout::kPayloadAgentAgent] = agent.agent;
    slots[layout::kPayloadAgentTask] = agent.task;
    slots[layout::kPayloadAgentAction] = agent.action;
    slots[layout::kPayloadAgentModel] = agent.model;
    Set(words, layout::kPayloadAgentTokens, agent.tokens);
    Set(words, layout::kPayloadAgentConfidence, agent.confidence);
  }
  void operator()(const SystemPayload& system) const {
    slots[layout::kPayloadSystemSubject] = system.subject;
    slots[layout::kPayloadSystemObject] = system.object;
    slots[layout::kPayloadSystemDetail] = system.detail;
    Set(words, layout::kPayloadSystemValue, system.value);
  }
  void operator()(const SemanticPayload& semantic) const {
    slots[layout::kPayloadSemanticSubject] = semantic.subject;
    slots[layout::kPayloadSemanticRelation] = semantic.relation;
    slots[layout::kPayloadSemanticObject] = semantic.object;
    slots[layout::kPayloadSemanticIntent] = semantic.intent;
    Set(words, layout::kPayloadSemanticStrength, semantic.strength);
  }
  void operator()(const ObservabilityPayload& observed) const {
    slots[layout::kPayloadObservabilityName] = observed.name;
    slots[layout::kPayloadObservabilityMessage] = observed.message;
    slots[layout::kPayloadObservabilityUnit] = observed.unit;
    Set(words, layout::kPayloadObservabilityValue, observed.value);
  }
  void operator()(const MatchPayload& match) const {
    slots[layout::kPayloadMatchPattern] = match.pattern;
    Set(words, layout::kPayloadMatchCount, match.count);
    Set(words, layout::kPayloadMatchGeneration, match.generation);
    if (match.uncertain) {
      words[layout::kPayloadMatchUncertain / 64] |= std::uint64_t{1} << (layout::kPayloadMatchUncertain % 64);
    }
  }
  void operator()(const ActionPayload& action) const {
    slots[layout::kPayloadActionWorkflow] = action.workflow;
    slots[layout::kPayloadActionStep] = action.step;
    slots[layout::kPayloadActionOutcome] = action.outcome;
    Set(words, layout::kPayloadActionAttempt, action.attempt);
  }
  void operator()(const AuditPayload& audit) const {
    slots[layout::kPayloadAuditActor] = audit.actor;
    slots[layout::kPayloadAuditOperation] = audit.operation;
    slots[layout::kPayloadAuditObject] = audit.object;
    slots[layout::kPayloadAuditOutcome] = audit.outcome;
  }
  void operator()(const GapPayload& gap) const {
    slots[layout::kPayloadGapCause] = gap.cause;
    Set(words, layout::kPayloadGapLost, gap.lost);
    Set(words, layout::kPayloadGapSinceNs, gap.since_ns);
  }
};

std::byte* StoreContext(std::byte* at, std::byte* to, const Context& context) {
  std::size_t data_words = context.span ? 3 : context.trace_low ? 2 : context.trace_high ? 1 : 0;
  std::size_t pointers = !context.transaction.empty() ? 2 : !context.session.empty() ? 1 : 0;
  if (data_words + pointers == 0) {
    Store<std::uint64_t>(at, 0);
    return to;
  }
  StoreStructPointer(at, to, data_words, pointers);
  const std::uint64_t words[] = {context.trace_high, context.trace_low, context.span};
  std::memcpy(to, words, data_words * kWord);
  std::byte* slot = to + data_words * kWord;
  std::byte* next = slot + pointers * kWord;
  if (pointers > 0) next = StoreByteList(slot, next, context.session);
  if (pointers > 1) next = StoreByteList(slot + kWord, next, context.transaction);
  return next;
}

// A list of structs: a tag word in the shape of a struct pointer whose offset is the count, then the elements.
std::byte* StoreListHead(std::byte* at, std::byte* to, std::size_t count, std::size_t data_words,
                         std::size_t pointers) {
  std::uint64_t words = count * (data_words + pointers);
  Store<std::uint64_t>(at, PointerOffset(at, to) | 1 | std::uint64_t{7} << 32 | words << 35);
  Store<std::uint64_t>(to, std::uint64_t{count} << 2 | data_words << 32 | pointers << 48);
  return to + kWord;
}

// In canonical form all elements of a list have the size of the largest, trailing zeros left out.
std::byte* StoreCauses(std::byte* at, std::byte* to, const std::vector<EventId>& causes) {
  std::size_t data_words = 0;
  for (const EventId& id : causes) data_words = std::max<std::size_t>(data_words, id.sequence ? 2 : id.source ? 1 : 0);
  to = StoreListHead(at, to, causes.size(), data_words, 0);
  for (const EventId& id : causes) {
    const std::uint64_t words[] = {id.source, id.sequence};
    std::memcpy(to, words, data_words * kWord);
    to += data_words * kWord;
  }
  return to;
}

struct AttributeWords {
  std::uint64_t tag;
  std::uint64_t value;
  std::string_view bytes;
};

AttributeWords WordsOf(const Attribute& attribute) {
  AttributeWords words{attribute.value.index(), 0, {}};
  switch (words.tag) {
    case layout::kAttributeValueTextTagValue:
      words.bytes = std::get<AttributeText>(attribute.value).value;
      break;
    case layout::kAttributeValueIntTagValue:
      words.value = static_cast<std::uint64_t>(std::get<std::int64_t>(attribute.value));
      break;
    case layout::kAttributeValueFloatTagValue:
      words.value = std::bit_cast<std::uint64_t>(std::get<double>(attribute.value));
      break;
    case layout::kAttributeValueBoolTagValue:
      words.value = std::get<bool>(attribute.value);
      break;
    default:
      words.bytes = std::get<AttributeBytes>(attribute.value).value;
  }
  return words;
}

std::byte* StoreAttributes(std::byte* at, std::byte* to, const std::vector<Attribute>& attributes) {
  std::size_t data_words = 0, pointers = 0;
  for (const Attribute& attribute : attributes) {
    AttributeWords words = WordsOf(attribute);
    data_words = std::max<std::size_t>(data_words, words.value ? 2 : words.tag ? 1 : 0);
    pointers = std::max<std::size_t>(pointers, !words.bytes.empty() ? 2 : !attribute.key.empty() ? 1 : 0);
  }
  std::byte* element = StoreListHead(at, to, attributes.size(), data_words, pointers);
  std::size_t stride = (data_words + pointers) * kWord;
  std::byte* next = element + attributes.size() * stride;
  for (const Attribute& attribute : attributes) {
    AttributeWords words = WordsOf(attribute);
    const std::uint64_t data[] = {words.tag, words.value};
    std::memcpy(element, data, data_words * kWord);
    std::byte* slot = element + data_words * kWord;
    if (pointers > 0) next = StoreByteList(slot, next, attribute.key);
    if (pointers > 1) next = StoreByteList(slot + kWord, next, words.bytes);
    element += stride;
  }
  return next;
}

// What lies in objects of its own.
struct Tail {
  const Context& context;
  const std::vector<EventId>& causes;
  const std::vector<Attribute>& attributes;
};

bool IsEmpty(const Context& context) {
  return !(context.trace_high | context.trace_low | context.span) && context.session.empty() &&
         context.transaction.empty();
}

std::size_t BoundOf(const Tail& tail) {
  std::size_t bytes = kFrameHeader + kWord + (layout::kDataWords + layout::kPointers) * kWord;
  bytes += (layout::kContextDataWords + layout::kContextPointers) * kWord;
  bytes += RoundUpToWord(tail.context.session.size()) + RoundUpToWord(tail.context.transaction.size());
  bytes += kWord + tail.causes.size() * 2 * kWord + kWord;
  for (const Attribute& attribute : tail.attributes) {
    bytes += 4 * kWord + RoundUpToWord(attribute.key.size()) + RoundUpToWord(WordsOf(attribute).bytes.size());
  }
  return bytes;
}

std::size_t StoreFrame(const Words& words, const Slots& slots, const Tail& tail, std::byte* out) {
  std::size_t data_words = words.size();
  while (data_words > 0 && words[data_words - 1] == 0) --data_words;
  std::size_t pointers = layout::kPointers;
  if (tail.attributes.empty()) {
    pointers = layout::kAttributes;
    if (tail.causes.empty()) {
      pointers = layout::kCauses;
      if (IsEmpty(tail.context)) {
        pointers = layout::kContext;
        while (pointers > 0 && slots[pointers - 1].empty()) --pointers;
      }
    }
  }

  std::byte* root = out + kFrameHeader;
  std::byte* data = root + kWord;
  StoreStructPointer(root, data, data_words, pointers);
  std::memcpy(data, words.data(), data_words * kWord);
  std::byte* slot = data + data_words * kWord;
  std::byte* next = slot + pointers * kWord;
  for (std::size_t i = 0; i < std::min(pointers, kByteListSlots); ++i) {
    next = StoreByteList(slot + i * kWord, next, slots[i]);
  }
  if (pointers > layout::kContext) next = StoreContext(slot + layout::kContext * kWord, next, tail.context);
  if (pointers > layout::kCauses) {
    std::byte* at = slot + layout::kCauses * kWord;
    if (tail.causes.empty()) {
      Store<std::uint64_t>(at, 0);
    } else {
      next = StoreCauses(at, next, tail.causes);
    }
  }
  if (pointers > layout::kAttributes) next = StoreAttributes(slot + layout::kAttributes * kWord, next, tail.attributes);

  auto segment_words = static_cast<std::uint32_t>((next - root) / static_cast<std::ptrdiff_t>(kWord));
  Store<std::uint32_t>(out, 0);
  Store<std::uint32_t>(out + 4, segment_words);
  return static_cast<std::size_t>(next - out);
}

}  // namespace

std::size_t EncodedBound(const Event& event) {
  std::size_t bytes = BoundOf({event.context, event.causes, event.attributes});
  if (const auto* fs = std::get_if<FsPayload>(&event.payload)) {  // the hot one, again
    bytes += RoundUpToWord(fs->path.size()) + RoundUpToWord(fs->path2.size()) + RoundUpToWord(fs->xattr.size());
  } else {
    Words words{};
    Slots slots{};
    std::visit(PayloadWriter{words, slots}, event.payload);
    for (std::string_view slot : slots) bytes += RoundUpToWord(slot.size());
  }
  for (std::string_view text : {event.comm, event.exe, event.host, event.cgroup, event.tenant}) {
    bytes += RoundUpToWord(text.size());
  }
  return bytes;
}

std::size_t EncodedBound(const FieldValues& values) {
  std::size_t bytes = BoundOf({values.context, values.causes, values.attributes});
  for (std::string_view text : values.bytes) bytes += RoundUpToWord(text.size());
  return bytes;
}

std::size_t Encode(const Event& event, std::byte* out) {
  Words words{};
  Slots slots{};
  Set(words, layout::kIdSource, event.id.source);
  Set(words, layout::kIdSequence, event.id.sequence);
  Set(words, layout::kWallNs, event.wall_ns);
  Set(words, layout::kMonoNs, event.mono_ns);
  Set(words, layout::kType, event.type);
  Set(words, layout::kBoundary, event.boundary);
  Set(words, layout::kPriority, event.priority);
  Set(words, layout::kFlags, event.flags);
  Set(words, layout::kPid, event.pid);
  Set(words, layout::kUid, event.uid);
  Set(words, layout::kGid, event.gid);
  Set(words, layout::kPpid, event.ppid);
  Set(words, layout::kPayloadTag, static_cast<std::uint16_t>(event.payload.index()));
  Set(words, layout::kResult, event.result);
  Set(words, layout::kTid, event.tid);
  Set(words, layout::kLatencyNs, event.latency_ns);
  Set(words, layout::kHlc, event.hlc);
  slots[layout::kComm] = event.comm;
  slots[layout::kExe] = event.exe;
  slots[layout::kHost] = event.host;
  slots[layout::kCgroup] = event.cgroup;
  slots[layout::kTenant] = event.tenant;
  if (const auto* fs = std::get_if<FsPayload>(&event.payload)) {
    PayloadWriter{words, slots}(*fs);  // the hot one, without the table jump of visit
  } else {
    std::visit(PayloadWriter{words, slots}, event.payload);
  }

  return StoreFrame(words, slots, {event.context, event.causes, event.attributes}, out);
}

std::size_t Encode(const FieldValues& values, std::byte* out) {
  return StoreFrame(values.words, values.bytes, {values.context, values.causes, values.attributes}, out);
}

void AppendFrame(const Event& event, std::vector<std::byte>* out) {
  std::size_t start = out->size();
  out->resize(start + EncodedBound(event));
  out->resize(start + Encode(event, out->data() + start));
}

void AppendFrame(const FieldValues& values, std::vector<std::byte>* out) {
  std::size_t start = out->size();
  out->resize(start + EncodedBound(values));
  out->resize(start + Encode(values, out->data() + start));
}

}  // namespace vexevt
