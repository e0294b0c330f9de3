#include "lib/stream/listen_input.h"

#include <fmt/format.h>

#include <utility>

#include "lib/event/lost_event.h"
#include "lib/io/held_up.h"

namespace vexevt {

Result<std::span<const EventView>> ListenInput::Read() {
  std::vector<pollfd> polls;
  for (;;) {
    VEXEVT_TRY(AcceptAll());
    if (MoreWaiting() && !waiting_.empty()) return std::exchange(waiting_, {});
    polls.clear();
    AddPolls(&polls);
    HeldUp held_up;
    poll(polls.data(), polls.size(), -1);
  }
}

// Reads ahead: the end of a connection makes it readable and gives nothing, and Read would then wait for another.
bool ListenInput::MoreWaiting() {
  if (!waiting_.empty()) return true;
  if (!AcceptAll().ok()) return true;  // Read tells it
  for (std::size_t tried = 0; tried < connections_.size();) {
    std::size_t index = (next_ + tried) % connections_.size();
    if (!connections_[index]->MoreWaiting()) {
      ++tried;
      continue;
    }
    waiting_ = ReadFrom(index);
    if (!waiting_.empty()) return true;
    tried = 0;  // that connection is gone
  }
  return false;
}

void ListenInput::AddPolls(std::vector<pollfd>* polls) {
  polls->push_back({listener_.fd(), POLLIN, 0});
  for (const auto& connection : connections_) connection->AddPolls(polls);
}

std::uint64_t ListenInput::offset() const {
  std::uint64_t bytes = closed_bytes_;
  for (const auto& connection : connections_) bytes += connection->offset();
  return bytes;
}

Status ListenInput::AcceptAll() {
  for (;;) {
    VEXEVT_ASSIGN(UniqueFd fd, listener_.Accept());
    if (!fd) return Status::Ok();
    connections_.push_back(std::make_unique<StreamReader>(std::move(fd), name_));
  }
}

// The next batch of a connection that has something; empty where that was its end.
std::span<const EventView> ListenInput::ReadFrom(std::size_t index) {
  StreamReader& connection = *connections_[index];
  auto events = connection.Read();
  if (events.ok() && !events->empty()) {
    next_ = index + 1;
    return *events;
  }
  closed_bytes_ += connection.offset();
  connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(index));
  return events.ok() ? std::span<const EventView>{} : Gap(events.status());
}

std::span<const EventView> ListenInput::Gap(const Status& failure) {
  gap_frame_.clear();
  AppendFrame(LostEvent({.cause = failure.message()}, &ids_), &gap_frame_);
  EventView::Bind(gap_frame_, &gap_);
  return {&gap_, 1};
}

}  // namespace vexevt
