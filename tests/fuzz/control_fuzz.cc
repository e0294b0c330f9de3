// A line for the control file of a mount is refused, or an event that may be handed in, as a whole frame; a trace is
// refused or read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuse/control.h"
#include "lib/event/event_view.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Marks marks;
  if (ParseTrace(text, &marks) && text.size() < 32) std::abort();
  auto line = ParseControlLine(text.substr(0, text.find('\n')));
  if (!line.ok()) return 0;
  EventView view;
  switch (line->kind) {
    case ControlLine::Kind::kBegin:
      if (line->name.empty() || line->name.size() > kMaxTransactionName) std::abort();
      break;
    case ControlLine::Kind::kEvent:
      if (!EventView::Bind(line->frame, &view)) std::abort();
      if (FamilyOf(view.type()) == Family::kFs || FamilyOf(view.type()) == Family::kVexevt) std::abort();
      if ((view.flags() & kFlagInjected) == 0) std::abort();
      break;
    default:
      break;
  }
  return 0;
}
