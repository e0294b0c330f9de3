#include "lib/io/zstd_walk.h"

#include <algorithm>

#include "lib/base/bytes.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kMagic = 0xfd2fb528;
constexpr std::uint32_t kSkippable = 0x184d2a50;  // to 0x184d2a5f
constexpr std::uint32_t kMaxBlockBytes = 128 << 10;

bool IsSkippable(std::uint32_t magic) { return (magic & ~std::uint32_t{15}) == kSkippable; }

}  // namespace

bool IsZstd(std::span<const std::byte> bytes) {
  auto magic = Load<std::uint32_t>(bytes.data());
  return magic == kMagic || IsSkippable(magic);
}

std::size_t ZstdWalk::Take(std::span<const std::byte> bytes) {
  std::span<const std::byte> rest = bytes;
  do {
    auto taken = static_cast<std::uint32_t>(std::min<std::size_t>(wanted_, rest.size()));
    if (part_ != Part::kSkipped && part_ != Part::kContent && part_ != Part::kHeader) {
      for (std::byte byte : rest.first(taken)) {
        value_ |= std::to_integer<std::uint32_t>(byte) << shift_;
        shift_ += 8;
      }
    }
    rest = rest.subspan(taken);
    offset_ += taken;
    wanted_ -= taken;
    while (wanted_ == 0) {
      if (!End()) return 0;
    }
  } while (!rest.empty() && whole_ != offset_);
  return bytes.size() - rest.size();
}

void ZstdWalk::Expect(Part part, std::uint32_t bytes) {
  part_ = part;
  wanted_ = bytes;
  value_ = shift_ = 0;
}

// What was taken so far is whole.
void ZstdWalk::Whole(Part next, std::uint32_t bytes) {
  within_frame_ = next != Part::kMagic;
  whole_ = offset_;
  Expect(next, bytes);
}

// All of a part was taken: what comes next.
bool ZstdWalk::End() {
  std::uint32_t value = value_;
  switch (part_) {
    case Part::kMagic:
      if (value == kMagic) {
        Expect(Part::kDescriptor, 1);
        return true;
      }
      Expect(Part::kSkipSize, 4);
      return IsSkippable(value);
    case Part::kSkipSize:
      Expect(Part::kSkipped, value);
      return true;
    case Part::kSkipped:
    case Part::kSum:
      Whole(Part::kMagic, kZstdMagicBytes);
      return true;
    case Part::kDescriptor: {
      constexpr std::uint32_t kIdBytes[] = {0, 1, 2, 4}, kSizeBytes[] = {0, 2, 4, 8};
      bool single_segment = (value >> 5 & 1) != 0;
      std::uint32_t size_bytes = value >> 6 == 0 && single_segment ? 1 : kSizeBytes[value >> 6];
      summed_ = (value >> 2 & 1) != 0;
      closed_ = summed_ || size_bytes > 0;
      Expect(Part::kHeader, (single_segment ? 0 : 1) + kIdBytes[value & 3] + size_bytes);
      return true;
    }
    case Part::kHeader:
      Whole(Part::kBlock, 3);
      return true;
    case Part::kBlock: {
      constexpr std::uint32_t kRepeated = 1;  // one byte, so often
      last_ = (value & 1) != 0;
      std::uint32_t type = value >> 1 & 3, size = value >> 3;
      Expect(Part::kContent, type == kRepeated ? 1 : size);
      return type <= 2 && size <= kMaxBlockBytes;
    }
    case Part::kContent:
      if (last_ && summed_) {
        Whole(Part::kSum, 4);
      } else if (last_) {
        Whole(Part::kMagic, kZstdMagicBytes);
      } else {
        Whole(Part::kBlock, 3);
      }
      return true;
  }
  return false;
}

}  // namespace vexevt
