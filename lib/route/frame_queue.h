// FrameQueue: the frames that wait for one endpoint, in order. They lie in chunks of whole frames, so that what waits
// is written from where it was copied to, and a frame that was cut by a broken connection can be sent again.
//
// Not thread-safe. Appending costs a copy; a chunk is allocated once in 64 KiB, and reused while the queue stays short.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "lib/event/event_view.h"

namespace vexevt {

// A place in a spill (spill.h): `skip` bytes of the block at `offset` of segment `segment` are done with.
struct SpillMark {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::uint64_t skip = 0;
};

class FrameQueue {
 public:
  struct Chunk {
    std::vector<std::uint64_t> words;  // as frames are aligned to
    std::size_t used = 0, sent = 0;    // bytes
    std::optional<SpillMark> block;    // the block of a spill that this is a copy of
    std::uint64_t block_end = 0;       // offset of what follows the block

    std::byte* data() { return reinterpret_cast<std::byte*>(words.data()); }
    const std::byte* data() const { return reinterpret_cast<const std::byte*>(words.data()); }
    std::size_t room() const { return words.size() * 8 - used; }
  };

  // Bytes that are not sent yet.
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return bytes_ == 0; }

  void Append(std::span<const std::byte> frame) {
    if (tail_ == nullptr || tail_->room() < frame.size()) [[unlikely]]
      AddChunk(frame.size());
    std::memcpy(tail_->data() + tail_->used, frame.data(), frame.size());
    tail_->used += frame.size();
    bytes_ += frame.size();
  }
  // A chunk of whole frames behind, or in front of, everything else. What is in front must not be sent in part.
  void AppendChunk(Chunk chunk);
  void PushFront(std::span<const std::byte> frame);

  // The unsent bytes but for the first `skip`, in order; at most out.size() pieces. Returns how many.
  std::size_t Gather(std::span<iovec> out, std::size_t skip = 0) const;
  // The first `bytes` of what is unsent are sent. Returns how far a spill is done with, where that has changed.
  std::optional<SpillMark> Sent(std::size_t bytes);

  // Takes back the part of a frame that was sent, so that the frame is sent again from its start. Returns its bytes.
  std::size_t Rewind();
  // How many events are left, but for those that tell of the stream; the one that is sent in part is one.
  std::uint64_t CountEvents() const;

  // Empties the queue. Only where no frame is sent in part.
  std::deque<Chunk> Take();

 private:
  void AddChunk(std::size_t least);

  std::deque<Chunk> chunks_;
  Chunk* tail_ = nullptr;  // takes appended frames; nullptr: none does
  std::size_t bytes_ = 0;
  Chunk spare_;
};

// Calls fn(frame) for each unsent frame of `chunk`.
template <typename Fn>
void ForEachFrame(const FrameQueue::Chunk& chunk, Fn fn) {
  std::span<const std::byte> rest(chunk.data() + chunk.sent, chunk.used - chunk.sent);
  while (!rest.empty()) {
    std::size_t size = MeasureFrame(rest).bytes;
    fn(rest.first(size));
    rest = rest.subspan(size);
  }
}

}  // namespace vexevt
