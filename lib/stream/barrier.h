// Barriers: vexevt.barrier events, which mark a place in a stream, and word from the ends that the mark has reached.
//
// Whoever waits has a datagram socket in the abstract namespace; its name is the first half of the token, and only who
// has read the event knows the other half. A tool whose output is an end (lib/cli/event_sink.h says which are)
// acknowledges the barrier once all before it has left; others pass it on with the events. A tool that passes it on
// several ways says so beforehand, so that the count of ends is always right by the time that the last one answers.
//
// The token of an event is hostile input: nothing is sent for one that is not of our form, and sending never waits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/event/event_view.h"

namespace vexevt {

// 32 lower-case hexadecimal digits.
bool IsBarrierToken(std::string_view token);

// Of a vexevt.barrier event; empty where it has none of our form. Lies in the event's frame.
std::string_view BarrierToken(const EventView& event);

// One end has it. Nothing happens where nobody waits any more.
void AcknowledgeBarrier(std::string_view token);
// It goes on `ways` ways, before it is sent on any of them.
void DivideBarrier(std::string_view token, std::size_t ways);

// The side that waits. Not thread-safe.
class BarrierWait {
 public:
  // With a new token.
  static Result<BarrierWait> Start();

  const std::string& token() const { return token_; }
  int fd() const { return fd_.get(); }  // readable: Receive has something to do
  // Takes what has come, without waiting. True: every end has acknowledged.
  bool Receive();
  std::size_t acknowledged() const { return acknowledged_; }
  std::size_t ends() const { return ends_; }  // as far as is known

 private:
  BarrierWait(UniqueFd fd, std::string token) : fd_(std::move(fd)), token_(std::move(token)) {}

  UniqueFd fd_;
  std::string token_;
  std::size_t ends_ = 1, acknowledged_ = 0;
};

}  // namespace vexevt
