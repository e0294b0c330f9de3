#include "lib/route/frame_queue.h"

#include <algorithm>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/event/type.h"

namespace vexevt {
namespace {

// What one write(2) to a pipe carries best, and it stays in the second-level cache.
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

}  // namespace

void FrameQueue::AddChunk(std::size_t least) {
  Chunk& chunk = chunks_.emplace_back(std::exchange(spare_, Chunk{}));
  chunk.used = chunk.sent = 0;
  std::size_t words = RoundUpToWord(std::max(kChunkBytes, least)) / 8;
  if (chunk.words.size() < words) chunk.words.resize(words);
  tail_ = &chunk;
}

void FrameQueue::AppendChunk(Chunk chunk) {
  bytes_ += chunk.used - chunk.sent;
  chunks_.push_back(std::move(chunk));
  tail_ = nullptr;  // what is appended later doesn't belong to that chunk's block
}

void FrameQueue::PushFront(std::span<const std::byte> frame) {
  Chunk chunk;
  chunk.words.resize(RoundUpToWord(frame.size()) / 8);
  chunk.used = frame.size();
  std::memcpy(chunk.data(), frame.data(), frame.size());
  bytes_ += frame.size();
  chunks_.push_front(std::move(chunk));
}

std::size_t FrameQueue::Gather(std::span<iovec> out, std::size_t skip) const {
  std::size_t count = 0;
  for (const Chunk& chunk : chunks_) {
    if (count == out.size()) break;
    const std::size_t unsent = chunk.used - chunk.sent, skipped = std::min(skip, unsent);
    skip -= skipped;
    if (skipped == unsent) continue;
    // writev(2) takes what it only reads as void*.
    out[count++] = {const_cast<std::byte*>(chunk.data()) + chunk.sent + skipped, unsent - skipped};
  }
  return count;
}

std::optional<SpillMark> FrameQueue::Sent(std::size_t bytes) {
  std::optional<SpillMark> done;
  bytes_ -= bytes;
  while (!chunks_.empty()) {
    Chunk& head = chunks_.front();
    std::size_t part = std::min(bytes, head.used - head.sent);
    head.sent += part;
    bytes -= part;
    if (head.sent < head.used) break;
    if (head.block) done = SpillMark{head.block->segment, head.block_end, 0};
    if (&head == tail_) {
      head.used = head.sent = 0;
      break;
    }
    if (!head.block && head.words.size() * 8 == kChunkBytes) spare_ = std::move(head);
    chunks_.pop_front();
  }
  return done;
}

std::size_t FrameQueue::Rewind() {
  if (chunks_.empty()) return 0;
  Chunk& head = chunks_.front();
  std::size_t start = 0;
  std::span<const std::byte> all(head.data(), head.used);
  while (start < head.sent) {
    std::size_t size = MeasureFrame(all.subspan(start)).bytes;
    if (start + size > head.sent) break;
    start += size;
  }
  std::size_t cut = head.sent - start;
  head.sent = start;
  bytes_ += cut;
  return cut;
}

std::uint64_t FrameQueue::CountEvents() const {
  std::uint64_t count = 0;
  for (const Chunk& chunk : chunks_) {
    std::span<const std::byte> rest(chunk.data(), chunk.used);
    for (std::size_t end = 0; !rest.empty();) {
      std::size_t size = MeasureFrame(rest).bytes;
      end += size;
      EventView event;
      count += end > chunk.sent && !(EventView::Bind(rest.first(size), &event) && TellsOfStream(event.type()));
      rest = rest.subspan(size);
    }
  }
  return count;
}

std::deque<FrameQueue::Chunk> FrameQueue::Take() {
  tail_ = nullptr;
  bytes_ = 0;
  return std::exchange(chunks_, {});
}

}  // namespace vexevt
