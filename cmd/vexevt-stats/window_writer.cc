#include "cmd/vexevt-stats/window_writer.h"

#include <optional>
#include <utility>

namespace vexevt {

void WindowWriter::Write(const ToldWindow& window, EventSink& sink) {
  if (sink.full()) return;
  if (options_.states) return WriteStates(window, sink);
  const bool text = sink.format() == Format::kText;
  std::vector<ResultRow> rows = ReadRows(plan_, window, text ? ListForm::kPeople : ListForm::kJson);
  std::span<const Anomaly> found;
  if (watcher_ != nullptr) found = watcher_->See(window, &rows);
  if (options_.draws()) {
    drawing_.Add(window, rows);
    for (const Anomaly& anomaly : found) drawing_.Note(window, AnomalyText(query_, plan_, anomaly));
  }
  if (options_.plot) return;
  if (text) return WriteTable(window, rows, found, sink);
  for (const ResultRow& row : rows) {
    if (!sink.full()) sink.WriteMade(result_.Make(window, row));
  }
  for (const Anomaly& anomaly : found) {
    std::optional<EventId> cause;
    if (anomaly.row != nullptr) cause = result_.IdOf(window, *anomaly.row);
    if (!sink.full()) sink.WriteMade(anomaly_.Make(anomaly, cause));
  }
}

void WindowWriter::WriteTable(const ToldWindow& window, std::span<const ResultRow> rows, std::span<const Anomaly> found,
                              EventSink& sink) {
  text_.clear();
  AppendResultTable(query_, plan_, window, rows, &text_);
  for (const Anomaly& anomaly : found) text_ += "! " + AnomalyText(query_, plan_, anomaly) + '\n';
  if (query_.windows.kind != WindowKind::kGlobal || window.partial) text_ += '\n';  // between tables
  sink.WriteText(text_);
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
