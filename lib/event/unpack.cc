#include "lib/event/unpack.h"

#include "lib/event/unpack_fields.h"

namespace vexevt {

void Unpack(const EventView& view, Event* event) {
  using namespace layout;
  UnpackFields(view, event);
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
