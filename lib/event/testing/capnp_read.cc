#include "lib/event/testing/capnp_read.h"

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/array.h>
#include <kj/exception.h>

#include <string_view>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"
#include "lib/event/event.capnp.h"

namespace vexevt {
namespace {

std::string_view Text(capnp::Data::Reader data) { return {reinterpret_cast<const char*>(data.begin()), data.size()}; }

Payload PayloadOf(schema::Event::Payload::Reader payload) {
  using Tag = schema::Event::Payload;
  switch (payload.which()) {
    case Tag::FS: {
      auto fs = payload.getFs();
      return FsPayload{.path = Text(fs.getPath()),
                       .path2 = Text(fs.getPath2()),
                       .xattr = Text(fs.getXattr()),
                       .inode = fs.getInode(),
                       .size = fs.getSize(),
                       .offset = fs.getOffset(),
                       .length = fs.getLength(),
                       .device = fs.getDevice(),
                       .generation = fs.getGeneration(),
                       .mount = fs.getMount(),
                       .open_flags = fs.getOpenFlags(),
                       .mode = fs.getMode()};
    }
    case Tag::GRAPH: {
      auto graph = payload.getGraph();
      return GraphPayload{Text(graph.getGraph()), Text(graph.getNode()), Text(graph.getTarget()),
                          Text(graph.getLabel()), graph.getResults()};
    }
    case Tag::VECTOR: {
      auto vector = payload.getVector();
      return VectorPayload{Text(vector.getCollection()),
                           Text(vector.getVector()),
                           Text(vector.getMetric()),
                           vector.getDimensions(),
                           vector.getK(),
                           vector.getScore()};
    }
    case Tag::AGENT: {
      auto agent = payload.getAgent();
      return AgentPayload{Text(agent.getAgent()), Text(agent.getTask()), Text(agent.getAction()),
                          Text(agent.getModel()), agent.getTokens(),     agent.getConfidence()};
    }
    case Tag::SYSTEM: {
      auto system = payload.getSystem();
      return SystemPayload{Text(system.getSubject()), Text(system.getObject()), Text(system.getDetail()),
                           system.getValue()};
    }
    case Tag::SEMANTIC: {
      auto semantic = payload.getSemantic();
      return SemanticPayload{Text(semantic.getSubject()), Text(semantic.getRelation()), Text(semantic.getObject()),
                             Text(semantic.getIntent()), semantic.getStrength()};
    }
    case Tag::OBSERVABILITY: {
      auto observed = payload.getObservability();
      return ObservabilityPayload{Text(observed.getName()), Text(observed.getMessage()), Text(observed.getUnit()),
                                  observed.getValue()};
    }
    case Tag::MATCH: {
      auto match = payload.getMatch();
      return MatchPayload{Text(match.getPattern()), match.getCount(), match.getGeneration(), match.getUncertain()};
    }
    case Tag::ACTION: {
      auto action = payload.getAction();
      return ActionPayload{Text(action.getWorkflow()), Text(action.getStep()), Text(action.getOutcome()),
                           action.getAttempt()};
    }
    case Tag::AUDIT: {
      auto audit = payload.getAudit();
      return AuditPayload{Text(audit.getActor()), Text(audit.getOperation()), Text(audit.getObject()),
                          Text(audit.getOutcome())};
    }
    case Tag::GAP: {
      auto gap = payload.getGap();
      return GapPayload{Text(gap.getCause()), gap.getLost(), gap.getSinceNs()};
    }
    default:
      return {};
  }
}

Attribute AttributeOf(schema::Attribute::Reader attribute) {
  using Tag = schema::Attribute::Value;
  std::string_view key = Text(attribute.getKey());
  auto value = attribute.getValue();
  switch (value.which()) {
    case Tag::TEXT:
      return {key, AttributeText{Text(value.getText())}};
    case Tag::INT:
      return {key, value.getInt()};
    case Tag::FLOAT:
      return {key, value.getFloat()};
    case Tag::BOOL:
      return {key, value.getBool()};
    case Tag::BYTES:
      return {key, AttributeBytes{Text(value.getBytes())}};
    default: {  // a kind of a newer schema: what is in its pointer
      auto pointers = capnp::AnyStruct::Reader(attribute).getPointerSection();
      return {key, AttributeBytes{pointers.size() > 1 ? Text(pointers[1].getAs<capnp::Data>()) : std::string_view{}}};
    }
  }
}

void Read(schema::Event::Reader root, Event* event) {
  event->id = {root.getIdSource(), root.getIdSequence()};
  event->wall_ns = root.getWallNs();
  event->mono_ns = root.getMonoNs();
  event->hlc = root.getHlc();
  event->type = root.getType();
  event->boundary = static_cast<Boundary>(root.getBoundary());
  event->priority = static_cast<Priority>(root.getPriority());
  event->flags = root.getFlags();
  event->pid = root.getPid();
  event->tid = root.getTid();
  event->ppid = root.getPpid();
  event->uid = root.getUid();
  event->gid = root.getGid();
  event->result = root.getResult();
  event->latency_ns = root.getLatencyNs();
  event->comm = Text(root.getComm());
  event->exe = Text(root.getExe());
  event->host = Text(root.getHost());
  event->cgroup = Text(root.getCgroup());
  event->tenant = Text(root.getTenant());
  event->payload = PayloadOf(root.getPayload());
  auto context = root.getContext();
  event->context = {context.getTraceHigh(), context.getTraceLow(), context.getSpan(), Text(context.getSession()),
                    Text(context.getTransaction())};
  for (auto cause : root.getCauses()) event->causes.push_back({cause.getSource(), cause.getSequence()});
  for (auto attribute : root.getAttributes()) event->attributes.push_back(AttributeOf(attribute));
}

}  // namespace

struct CapnpRead::Message {
  kj::Array<capnp::word> words;
  std::unique_ptr<capnp::FlatArrayMessageReader> reader;
};

CapnpRead::CapnpRead(std::span<const std::byte> frame) : message_(std::make_unique<Message>()) {
  message_->words = kj::heapArray<capnp::word>(frame.size() / sizeof(capnp::word));
  std::memcpy(message_->words.begin(), frame.data(), message_->words.size() * sizeof(capnp::word));
  try {
    message_->reader = std::make_unique<capnp::FlatArrayMessageReader>(message_->words.asPtr());
    Read(message_->reader->getRoot<schema::Event>(), &event_);
    ok_ = true;
  } catch (const kj::Exception&) {
  }
}

CapnpRead::~CapnpRead() = default;

bool SameEvent(const Event& a, const Event& b) {
  std::vector<std::byte> frame_a, frame_b;
  AppendFrame(a, &frame_a);
  AppendFrame(b, &frame_b);
  // A frame leaves out what is empty; the parts that it may leave out are compared themselves.
  return frame_a == frame_b && a.payload.index() == b.payload.index() && a.causes.size() == b.causes.size() &&
         a.attributes.size() == b.attributes.size();
}

}  // namespace vexevt
