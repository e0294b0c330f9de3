// ZstdWalk: where the frames and blocks of zstd data begin and end (RFC 8878, section 3), told without decompressing.
// It says how much is whole of data that is cut off, which the library does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vexevt {

// Whether data begins as zstd's does: with a frame, or with one to be skipped. `bytes` are at least kZstdMagicBytes.
inline constexpr std::size_t kZstdMagicBytes = 4;
bool IsZstd(std::span<const std::byte> bytes);

class ZstdWalk {
 public:
  // Takes bytes up to the end of the block or frame that they lie in, and returns how many. 0: they are no zstd data.
  // `bytes` are some.
  std::size_t Take(std::span<const std::byte> bytes);

  std::uint64_t whole() const { return whole_; }  // offset behind the last whole block, or frame
  bool between_frames() const { return whole_ == offset_ && !within_frame_; }
  // Nothing is known to be missing: the end of a frame, or of a block where the frame does not tell its size or sum
  // beforehand. So ends what is being written.
  bool may_end() const { return between_frames() || (whole_ == offset_ && !closed_); }

 private:
  enum class Part : std::uint8_t { kMagic, kSkipSize, kSkipped, kDescriptor, kHeader, kBlock, kContent, kSum };

  void Expect(Part part, std::uint32_t bytes);
  bool End();
  void Whole(Part next, std::uint32_t bytes);

  Part part_ = Part::kMagic;
  std::uint32_t wanted_ = kZstdMagicBytes;  // bytes of the part that are to come
  std::uint32_t value_ = 0, shift_ = 0;     // of its bytes so far, little-endian
  std::uint64_t offset_ = 0, whole_ = 0;
  bool within_frame_ = false;
  bool closed_ = false;  // the frame tells its size or has a checksum
  bool summed_ = false;  // it has a checksum
  bool last_ = false;    // the block is its last
};

}  // namespace vexevt
