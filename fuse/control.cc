#include "fuse/control.h"

#include <algorithm>
#include <cerrno>

#include "lib/event/encode.h"
#include "lib/event/json_read.h"
#include "lib/event/layer.h"

namespace vexevt {
namespace {

constexpr std::string_view kBegin = "begin ", kEnd = "end";

// Not what only the kernel or the tools themselves can say.
bool MayBeSaid(EventType type) {
  switch (FamilyOf(type)) {
    case Family::kGraph:
    case Family::kVector:
    case Family::kAgent:
    case Family::kSemantic:
    case Family::kObservability:
      return true;
    default:
      return false;
  }
}

std::vector<std::byte> TransactionFrame(EventType type, std::string_view name) {
  Event event;
  event.type = type;
  event.boundary = Boundary::kUser;
  SemanticPayload said;
  said.subject = name;
  event.payload = said;
  event.context.transaction = name;
  event.flags = kFlagTransactional | kFlagInjected;
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  return frame;
}

int Carry(Teller& teller, const Who& who, const ControlLine& line) {
  switch (line.kind) {
    case ControlLine::Kind::kBlank:
      return 0;
    case ControlLine::Kind::kBegin:
      if (!teller.BeginTransaction(who, line.name)) return EBUSY;
      teller.TellFrame(TransactionFrame(kSemanticTransactionBegin, line.name), who);
      return 0;
    case ControlLine::Kind::kEnd: {
      std::string name = teller.EndTransaction(who);
      if (name.empty()) return EINVAL;
      teller.TellFrame(TransactionFrame(kSemanticTransactionEnd, name), who);
      return 0;
    }
    case ControlLine::Kind::kEvent:
      teller.TellFrame(line.frame, who);
      return 0;
  }
  return EINVAL;
}

}  // namespace

Result<ControlLine> ParseControlLine(std::string_view text) {
  ControlLine line;
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return line;
  if (text.starts_with(kBegin)) {
    line.kind = ControlLine::Kind::kBegin;
    line.name = text.substr(kBegin.size());
    if (line.name.empty() || line.name.size() > kMaxTransactionName)
      return InvalidArgument("a transaction has no name");
    return line;
  }
  if (text == kEnd) {
    line.kind = ControlLine::Kind::kEnd;
    return line;
  }
  JsonReader reader;
  Event event;
  VEXEVT_ASSIGN(bool read, reader.Read(text, &event));
  if (!read) return line;
  if (!MayBeSaid(event.type)) return InvalidArgument("an event of this type can't be handed in");
  event.id = {};
  event.flags |= kFlagInjected;
  if (event.boundary == Boundary::kUnknown) event.boundary = BoundaryOf(FamilyOf(event.type));
  if (EncodedBound(event) > kMaxFrameBytes) return InvalidArgument("too large");
  line.kind = ControlLine::Kind::kEvent;
  AppendFrame(event, &line.frame);
  return line;
}

int TakeControl(Teller& teller, const Who& who, std::string_view text) {
  if (text.size() > kMaxControlBytes) return EMSGSIZE;
  while (!text.empty()) {
    std::string_view words = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), words.size() + 1));
    auto line = ParseControlLine(words);
    if (!line.ok()) return EINVAL;
    if (int error = Carry(teller, who, *line)) return error;
  }
  return 0;
}

}  // namespace vexevt
