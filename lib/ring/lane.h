// The protocol between the one writer of a lane and its readers, apart from where the memory comes from: a seqlock over
// a log. The writer says how far it may write (reserved), writes, and says how far it has written (published). A reader
// copies what is published, and then looks whether the writer was allowed to overwrite some of it meanwhile.
//
// Templates, so that a test can run the same code on stepped cells through every interleaving (lane_model_test.cc).
// Cells has the members of LaneCells. Words is the data: Load(position, i) and Store(position, i, value) reach the i-th
// word from a byte position on, Load with acquire and Store with release order, which costs nothing on x86-64 and makes
// the copies race-free by the letter; PrepareToStore is a hint of where the next stores go.
//
// Neither side believes the other: each keeps its positions to itself, and what it loads decides no more than how much
// it copies of its own lane.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <span>

#include "lib/ring/layout.h"

namespace vexevt {

template <typename Cells, typename Words, unsigned kSegments = 64>
class LaneWriter {
 public:
  // Goes on where the last writer stopped; what that one had not published is overwritten. `lane_bytes` is a multiple
  // of 8 * kSegments.
  LaneWriter(Cells* cells, Words words, std::uint64_t lane_bytes)
      : cells_(cells),
        words_(words),
        lane_bytes_(lane_bytes),
        segment_(lane_bytes / kSegments),
        position_(cells->published.load(std::memory_order_relaxed) & ~std::uint64_t{7}),
        events_(cells->events.load(std::memory_order_relaxed)) {
    // Never less than before: the last writer may have begun to overwrite that much.
    const std::uint64_t ahead = cells->reserved.load(std::memory_order_relaxed) - position_;
    reserved_ = RoundUp(position_ + std::min(ahead, lane_bytes));
    border_ = RoundUp(position_);
    starts_.fill(position_);
  }

  // How far Append would reserve for a batch of so many bytes: the lane's data from that less lane_bytes on is kept.
  std::uint64_t ReservedFor(std::uint64_t bytes) const {
    const std::uint64_t end = position_ + sizeof(BatchHeader) + bytes;
    return end <= reserved_ ? reserved_ : RoundUp(end);
  }

  // `frames`: at most MaxBatchBytes, in words.
  void Append(std::span<const std::uint64_t> frames, std::uint32_t events, std::uint64_t stamp) {
    const auto bytes = static_cast<std::uint32_t>(frames.size_bytes());
    const std::uint64_t end = position_ + sizeof(BatchHeader) + bytes;
    if (end > reserved_) Reserve(end);
    words_.Store(position_, 0, bytes | std::uint64_t{events} << 32);
    words_.Store(position_, 1, events_);
    words_.Store(position_, 2, stamp);
    for (std::size_t i = 0; i < frames.size(); ++i) words_.Store(position_, kBatchHeaderWords + i, frames[i]);
    for (; border_ <= end; border_ += segment_) Start(border_) = border_ == position_ ? position_ : end;
    position_ = end;
    events_ += events;
    cells_->events.store(events_, std::memory_order_relaxed);
    // Partner: LaneReader::Copy, and, as all seq_cst ones, whoever is about to sleep (sleep.h).
    cells_->published.store(end, std::memory_order_seq_cst);
    words_.PrepareToStore(end);
  }

  std::uint64_t position() const { return position_; }

 private:
  std::uint64_t RoundUp(std::uint64_t position) const { return (position + segment_ - 1) / segment_ * segment_; }
  std::uint64_t& Start(std::uint64_t border) { return starts_[border / segment_ % kSegments]; }

  // From border to border, so that readers seldom lose the cache line of `reserved`.
  void Reserve(std::uint64_t end) {
    reserved_ = RoundUp(end);
    if (reserved_ > lane_bytes_) cells_->oldest.store(Start(reserved_ - lane_bytes_), std::memory_order_relaxed);
    // Before any of the data that it allows: those are release stores. Partner: LaneReader::Copy.
    cells_->reserved.store(reserved_, std::memory_order_relaxed);
  }

  Cells* cells_;
  Words words_;
  std::uint64_t lane_bytes_;
  std::uint64_t segment_;
  std::uint64_t position_;  // of the next batch
  std::uint64_t events_;
  std::uint64_t reserved_ = 0;                   // a border between segments
  std::uint64_t border_ = 0;                     // the next whose Start is not known: at or behind position_
  std::array<std::uint64_t, kSegments> starts_;  // of the first batch at or behind each border of the last lap
};

enum class LaneState : unsigned char {
  kIdle,     // nothing new
  kCopied,   // some was copied
  kOverrun,  // what was there is gone: position() is where what remains begins, which may be gone too by now
};

template <typename Cells, typename Words>
class LaneReader {
 public:
  // From the oldest batch that is there.
  LaneReader(Cells* cells, Words words, std::uint64_t lane_bytes)
      : cells_(cells), words_(words), lane_bytes_(lane_bytes) {
    MoveToOldest();
  }

  // Copies from position() on into `to` as much as is there and fits. It is sound: whole but perhaps for the last
  // batch.
  LaneState Copy(std::span<std::uint64_t> to, std::size_t* copied) {
    // Partner: the release of LaneWriter::Append.
    const std::uint64_t behind = cells_->published.load(std::memory_order_acquire) - position_;
    if (behind == 0) return LaneState::kIdle;
    if (behind > lane_bytes_ || behind % 8 != 0) return MoveToOldest();
    const std::size_t words = std::min<std::size_t>(behind / 8, to.size());
    for (std::size_t i = 0; i < words; ++i) to[i] = words_.Load(position_, i);
    // Behind all the loads, which acquire. If one of them saw a word of a later lap, it also sees what that lap had
    // reserved before. Partner: LaneWriter::Reserve.
    if (cells_->reserved.load(std::memory_order_relaxed) - position_ > lane_bytes_) return MoveToOldest();
    *copied = words;
    return LaneState::kCopied;
  }

  // Of whole batches that Copy gave.
  void Advance(std::uint64_t bytes) { position_ += bytes; }

  // Leaves what can't be understood: to what will be published next.
  void Skip() { position_ = cells_->published.load(std::memory_order_acquire) & ~std::uint64_t{7}; }

  // kBlock: where the reader is let in.
  void MoveTo(std::uint64_t position) { position_ = position; }

  std::uint64_t position() const { return position_; }

 private:
  LaneState MoveToOldest() {
    const std::uint64_t before = position_;
    const std::uint64_t oldest = cells_->oldest.load(std::memory_order_acquire);
    Skip();
    const std::uint64_t published = position_;
    // Not twice to the same place: it is told late that it was overwritten.
    if (oldest % 8 == 0 && published - oldest <= lane_bytes_ && oldest != before) position_ = oldest;
    return LaneState::kOverrun;
  }

  Cells* cells_;
  Words words_;
  std::uint64_t lane_bytes_;
  std::uint64_t position_ = ~std::uint64_t{0};
};

}  // namespace vexevt
