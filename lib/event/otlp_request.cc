#include "lib/event/otlp_request.h"

#include <algorithm>
#include <iterator>

namespace vexevt {
namespace {

// Of a frame that was one before.
EventView ViewOf(const std::vector<std::byte>& frame) {
  EventView view;
  EventView::Bind(frame, &view);
  return view;
}

}  // namespace

std::size_t OtlpRequest::Add(const EventView& event) {
  if (!TellsOfSpan(event)) return 0;
  const std::size_t before = added_;
  if (event.type() == kObservabilitySpanStart) {
    Keep(event);
  } else if (event.type() == kObservabilitySpanEnd) {
    AddPair(event);
  } else {
    Put(event, nullptr);
  }
  return added_ - before;
}

void OtlpRequest::Keep(const EventView& start) {
  const std::size_t bytes = start.frame().size();
  if (starts_.contains(SpanKeyOf(start))) return;  // told again
  while (!open_.empty() && open_bytes_ + bytes > most_open_bytes_) AddOldest();
  open_.emplace_back(start.frame().begin(), start.frame().end());
  open_bytes_ += bytes;
  starts_.emplace(SpanKeyOf(start), std::prev(open_.end()));
}

void OtlpRequest::AddPair(const EventView& end) {
  const auto started = starts_.find(SpanKeyOf(end));
  if (started == starts_.end()) return Put(end, nullptr);
  const EventView start = ViewOf(*started->second);
  Put(end, &start);
  Drop(started);
}

void OtlpRequest::AddOldest() {
  const EventView start = ViewOf(open_.front());
  Put(start, nullptr);
  Drop(starts_.find(SpanKeyOf(start)));
}

void OtlpRequest::Drop(Starts::iterator started) {
  open_bytes_ -= started->second->size();
  open_.erase(started->second);
  starts_.erase(started);
}

void OtlpRequest::Put(const EventView& event, const EventView* start) {
  std::string resource;
  AppendOtlpResource(start == nullptr ? event : *start, &resource);
  const auto [at, fresh] = spans_.try_emplace(std::move(resource));
  std::string& spans = at->second;
  const std::size_t before = spans.size();
  if (!fresh) spans.push_back(',');
  AppendOtlpSpan(event, start, &spans);
  bytes_ += spans.size() - before + (fresh ? at->first.size() : 0);
  ++added_;
}

std::size_t OtlpRequest::AddOpen(std::size_t most) {
  const std::size_t count = std::min(most, open_.size());
  for (std::size_t i = 0; i < count; ++i) AddOldest();
  return count;
}

void OtlpRequest::AppendLine(std::string* out) {
  if (spans_.empty()) return;
  out->append("{\"resourceSpans\":[");
  for (const auto& [resource, spans] : spans_) {
    out->append("{\"resource\":").append(resource);
    out->append(",\"scopeSpans\":[{\"scope\":{\"name\":\"vexevt\"},\"spans\":[").append(spans).append("]}]},");
  }
  out->back() = ']';
  out->append("}\n");
  spans_.clear();
  bytes_ = 0;
}

}  // namespace vexevt
