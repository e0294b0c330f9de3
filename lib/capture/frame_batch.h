// FrameBatch: frames back to back in one buffer, which a source fills and its reader empties. Reused for ever: after
// the first few batches nothing is allocated.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"

namespace vexevt {

class FrameBatch {
 public:
  // Sources stop adding once a batch is full: large enough that a write(2) of it is cheap for each event, small enough
  // to stay in the second-level cache.
  static constexpr std::size_t kFullBytes = std::size_t{128} << 10;

  // Room for `bytes` more, 8-byte aligned; valid until the next Reserve. What was reserved and not committed is
  // nothing.
  std::byte* Reserve(std::size_t bytes) {
    if (capacity_ - size_ < bytes) Grow(bytes);
    return data() + size_;
  }
  void Commit(std::size_t bytes) { size_ += bytes; }

  void Append(std::span<const std::byte> frame) {
    std::copy(frame.begin(), frame.end(), Reserve(frame.size()));
    Commit(frame.size());
  }
  void Append(const Event& event) { Commit(Encode(event, Reserve(EncodedBound(event)))); }

  bool full() const { return size_ >= kFullBytes; }
  bool empty() const { return size_ == 0; }
  std::span<const std::byte> frames() const { return {data(), size_}; }
  void Clear() { size_ = 0; }

 private:
  std::byte* data() const { return reinterpret_cast<std::byte*>(words_.get()); }

  void Grow(std::size_t bytes) {
    std::size_t capacity = std::max({kFullBytes + kFullBytes / 2, capacity_ * 2, RoundUpToWord(size_ + bytes)});
    auto words = std::make_unique_for_overwrite<std::uint64_t[]>(capacity / 8);
    std::copy_n(data(), size_, reinterpret_cast<std::byte*>(words.get()));
    words_ = std::move(words);
    capacity_ = capacity;
  }

  std::unique_ptr<std::uint64_t[]> words_;  // words: frames are 8-byte aligned
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace vexevt
