// EventInput: what a tool reads, from all its inputs: the files and endpoints of CommonOptions, or standard input.
// As StreamReader, whose contract Read and MoreWaiting keep. For one thread.
#pragma once

#include <poll.h>

#include <cstdint>
#include <span>
#include <vector>

#include "lib/base/status.h"
#include "lib/cli/options.h"
#include "lib/event/event_view.h"
#include "lib/stream/reader.h"

namespace vexevt {

class EventInput {
 public:
  // Refuses a terminal: nobody types frames.
  static Result<EventInput> Open(const CommonOptions& options);

  Result<std::span<const EventView>> Read() { return reader_.Read(); }
  bool MoreWaiting() const { return reader_.MoreWaiting(); }

  // Where MoreWaiting is false: Read may give something once one of these is readable.
  void AddPolls(std::vector<pollfd>* polls) const {
    polls->push_back({.fd = reader_.fd(), .events = POLLIN, .revents = 0});
  }

  // The bytes that are there to read, where all inputs are plain files; 0 where that isn't known.
  std::uint64_t total_bytes() const { return total_bytes_; }
  std::uint64_t bytes() const { return reader_.offset(); }  // given so far

  // Whether every input is a pipe or a connection, whose writer ends it.
  bool ends_with_writers() const { return ends_with_writers_; }

 private:
  EventInput(StreamReader reader, std::uint64_t total_bytes, bool ends_with_writers)
      : reader_(std::move(reader)), total_bytes_(total_bytes), ends_with_writers_(ends_with_writers) {}

  StreamReader reader_;
  std::uint64_t total_bytes_;
  bool ends_with_writers_;
};

}  // namespace vexevt
