// CapnpRead: an event as Cap'n Proto's own reader sees it, to hold ours against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "lib/event/event.h"

namespace vexevt {

class CapnpRead {
 public:
  explicit CapnpRead(std::span<const std::byte> frame);
  ~CapnpRead();

  bool ok() const { return ok_; }  // capnp read the whole event without an error
  const Event& event() const { return event_; }

 private:
  struct Message;
  std::unique_ptr<Message> message_;  // the event's strings are in it
  Event event_;
  bool ok_ = false;
};

// Whether the two are the same, NaNs by their bits.
bool SameEvent(const Event& a, const Event& b);

}  // namespace vexevt
