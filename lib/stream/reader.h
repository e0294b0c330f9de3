// StreamReader: a stream of frames from a descriptor, in batches as large as are there.
//
//   StreamReader reader(std::move(fd), "a.evt");
//   for (;;) {
//     VEXEVT_ASSIGN(std::span<const EventView> events, reader.Read());
//     if (events.empty()) break;
//     … for (const EventView& event : events) …
//     if (!reader.MoreWaiting()) writer.Flush();
//   }
//
// Each frame is checked once, here; what Read gives is sound. Not thread-safe. Nothing is allocated per event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/event/event_view.h"

namespace vexevt {

class StreamReader {
 public:
  // `name` stands in errors: "a.evt: offset 4096: truncated event".
  StreamReader(UniqueFd fd, std::string name);

  // All whole events that are in the buffer, after one read(2) where it holds none. Blocks until there is one. Empty:
  // the stream has ended. The views are valid until the next call. Bad data is kDataLoss with the offset of the first
  // frame that is not an event, only after all events before it were given; from then on every call gives that error.
  Result<std::span<const EventView>> Read();

  // Whether Read can give events, the end or an error without waiting. Where it cannot: flush what was written so far.
  bool MoreWaiting() const;

  int fd() const { return fd_.get(); }
  const std::string& name() const { return name_; }
  std::uint64_t offset() const { return offset_; }  // bytes of the events given so far

 private:
  Result<bool> Fill();  // false: no more bytes will come
  Status Parse();
  Status Bad(std::string_view what) const;

  UniqueFd fd_;
  std::string name_;
  std::vector<std::uint64_t> buffer_;  // words, as frames are aligned to
  std::size_t begin_ = 0, end_ = 0;    // bytes of the buffer that are not parsed yet
  std::size_t wanted_ = 8;             // bytes from begin_ that the frame there is known to need
  std::uint64_t offset_ = 0;
  bool ended_ = false;
  bool filled_ = false;  // the last read(2) gave all that was asked for
  Status failure_;
  std::vector<EventView> events_;
  std::vector<std::unique_ptr<std::vector<std::byte>>> flattened_;  // plain copies of this batch's unusual frames
};

}  // namespace vexevt
