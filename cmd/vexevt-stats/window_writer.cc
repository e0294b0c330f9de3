#include "cmd/vexevt-stats/window_writer.h"

#include <utility>

namespace vexevt {

void WindowWriter::Write(const ToldWindow& window, EventSink& sink) {
  if (sink.full()) return;
  if (options_.states) return WriteStates(window, sink);
  drawing_.Add(window);
  if (options_.plot) return;
  if (sink.format() == Format::kText) {
    text_.clear();
    AppendResultTable(query_, plan_, window, &text_);
    return sink.WriteText(text_);
  }
  for (const ResultRow& row : ReadRows(plan_, window, ListForm::kJson)) {
    if (!sink.full()) sink.WriteMade(result_.Make(window, row));
  }
}

void WindowWriter::WriteStates(const ToldWindow& window, EventSink& sink) {
  for (const std::uint32_t row : window.rows) {
    auto event = state_.Make(window, row);
    if (event.ok() && !sink.full()) sink.WriteMade(**event);
    if (!event.ok() && failure_.ok()) failure_ = std::move(event).status();
  }
}

Status WindowWriter::TakeFailure() { return std::exchange(failure_, Status()); }

Status WindowWriter::Finish(std::span<const std::string> notes, EventSink& sink) {
  VEXEVT_TRY(TakeFailure());
  return drawing_.Finish(notes, sink);
}

}  // namespace vexevt
