// EventView: reads one event in place, at fixed offsets.
//
// A view is made once per frame, by Bind, which checks everything that the accessors will rely upon: after it no
// accessor can fail or leave the frame, however hostile the bytes. It costs a few nanoseconds; Cap'n Proto's reader
// about 90. What is well formed but unusual (several segments, far pointers) Bind refuses and Flatten (flatten.h) turns
// into a plain frame first.
//
// A view borrows the frame: it is valid as long as those bytes are, and unchanged. It is a small value, cheap to copy;
// reading it from several threads is safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"
#include "lib/event/event.h"
#include "lib/event/layout.h"

namespace vexevt {

enum class FrameState : std::uint8_t {
  kOk,
  kShort,     // more bytes are needed
  kTooLarge,  // over kMaxFrameBytes or kMaxSegments: not a frame of ours
};

inline constexpr std::uint32_t kMaxSegments = 64;

struct FrameSize {
  FrameState state;
  std::size_t bytes;  // kOk: of the frame; kShort: at least so many are needed
};

// How long the frame at the start of `bytes` is, by its segment table; the frame itself may end beyond `bytes`.
inline FrameSize MeasureFrame(std::span<const std::byte> bytes);

class EventView {
 public:
  EventView() = default;

  // `frame` is one whole frame, 8-byte aligned, as MeasureFrame says. False: not a plain, well-formed event.
  static bool Bind(std::span<const std::byte> frame, EventView* view) {
    return BindCanonical(frame, view) || BindFallback(frame, view);
  }

  std::span<const std::byte> frame() const { return {frame_, frame_bytes_}; }

  EventId id() const { return {Get<std::uint64_t>(layout::kIdSource), Get<std::uint64_t>(layout::kIdSequence)}; }
  std::uint64_t wall_ns() const { return Get<std::uint64_t>(layout::kWallNs); }
  std::uint64_t mono_ns() const { return Get<std::uint64_t>(layout::kMonoNs); }
  // The hybrid logical clock, derived from the wall clock where the event doesn't carry one.
  std::uint64_t hlc() const {
    std::uint64_t stored = Get<std::uint64_t>(layout::kHlc);
    return stored ? stored : wall_ns() & ~std::uint64_t{0xffff};
  }
  EventType type() const { return Get<EventType>(layout::kType); }
  Boundary boundary() const { return Get<Boundary>(layout::kBoundary); }
  Priority priority() const { return Get<Priority>(layout::kPriority); }
  std::uint16_t flags() const { return Get<std::uint16_t>(layout::kFlags); }
  std::uint32_t pid() const { return Get<std::uint32_t>(layout::kPid); }
  std::uint16_t payload_tag() const { return Get<std::uint16_t>(layout::kPayloadTag); }
  bool has_fs() const { return payload_tag() == layout::kPayloadFsTagValue; }
  std::string_view path() const { return has_fs() ? Bytes(layout::kPayloadFsPath) : std::string_view{}; }
  std::string_view path2() const { return has_fs() ? Bytes(layout::kPayloadFsPath2) : std::string_view{}; }
  std::string_view comm() const { return Bytes(layout::kComm); }
  std::string_view host() const { return Bytes(layout::kHost); }
  std::string_view tenant() const { return Bytes(layout::kTenant); }

  // A data field at a byte offset of layout.h; zero where the frame's data section is too short to hold it.
  template <typename T>
  T Get(unsigned offset) const {
    return offset + sizeof(T) <= data_bytes_ ? Load<T>(data_ + offset) : T{};
  }
  bool GetBit(unsigned bit) const { return Get<std::uint8_t>(bit / 8) >> (bit % 8) & 1; }

  // A Data field by the index of its pointer; empty where null.
  std::string_view Bytes(unsigned slot) const {
    return slot < pointers_ ? BytesAt(data_ + data_bytes_ + 8 * slot) : std::string_view{};
  }

  // Context, one field at a time: a byte offset, a pointer's index.
  std::uint64_t ContextWord(unsigned offset) const;
  std::string_view ContextBytes(unsigned slot) const;

  std::size_t cause_count() const;
  EventId cause(std::size_t index) const;  // index < cause_count()
  std::size_t attribute_count() const;
  Attribute attribute(std::size_t index) const;  // index < attribute_count()

 private:
  // What vexevt writes and nearly every frame is: canonical, and only Data after the fixed fields. There each object
  // begins where the one before it ended, so one comparison checks a pointer's kind and place, and one at the end all
  // the bounds.
  static bool BindCanonical(std::span<const std::byte> frame, EventView* view) {
    if (frame.size() < 16 || frame.size() > kMaxFrameBytes) return false;
    const std::byte* segment = frame.data() + 8;
    std::uint64_t words = frame.size() / 8 - 1;
    auto root = Load<std::uint64_t>(segment);
    std::uint64_t data_words = root >> 32 & 0xffff, pointers = root >> 48;
    // One segment of that size, and the root right behind its pointer.
    if (Load<std::uint64_t>(frame.data()) != words << 32 || frame.size() % 8 != 0 ||
        static_cast<std::uint32_t>(root) != 0 || data_words > kMaxDataWords || pointers > layout::kContext) {
      return false;
    }
    std::uint64_t at = 1 + data_words;   // the pointer's place, in words of the segment
    std::uint64_t next = at + pointers;  // where the next object has to begin
    if (next > words) return false;
    for (std::uint64_t end = next; at < end; ++at) {
      auto pointer = Load<std::uint64_t>(segment + 8 * at);
      if (pointer == 0) continue;
      constexpr std::uint64_t kByteList = 1 | std::uint64_t{2} << 32, kKindAndOffset = (std::uint64_t{1} << 35) - 1;
      if ((pointer & kKindAndOffset) != ((next - at - 1) << 2 | kByteList)) return false;
      next += ((pointer >> 35) + 7) / 8;
    }
    if (next > words) return false;
    view->Set(frame, segment + 8, data_words, pointers);
    return true;
  }
  static bool BindFallback(std::span<const std::byte> frame, EventView* view);

  void Set(std::span<const std::byte> frame, const std::byte* data, std::uint64_t data_words, std::uint64_t pointers) {
    frame_ = frame.data();
    frame_bytes_ = static_cast<std::uint32_t>(frame.size());
    data_ = data;
    data_bytes_ = static_cast<std::uint16_t>(data_words * 8);
    pointers_ = static_cast<std::uint16_t>(pointers);
  }

  // A newer writer's data beyond what this schema knows is kept in the frame and not looked at.
  static constexpr std::uint64_t kMaxDataWords = 0xffff / 8;

  static std::string_view BytesAt(const std::byte* pointer) {
    auto value = Load<std::uint64_t>(pointer);
    if (value == 0) return {};
    auto words = static_cast<std::int32_t>(static_cast<std::uint32_t>(value)) >> 2;
    return {reinterpret_cast<const char*>(pointer + 8) + std::ptrdiff_t{words} * 8,
            static_cast<std::size_t>(value >> 35)};
  }

  const std::byte* frame_ = nullptr;
  const std::byte* data_ = nullptr;
  std::uint32_t frame_bytes_ = 0;
  std::uint16_t data_bytes_ = 0;
  std::uint16_t pointers_ = 0;
};

inline FrameSize MeasureFrame(std::span<const std::byte> bytes) {
  if (bytes.size() < 8) return {FrameState::kShort, 8};
  auto segments = Load<std::uint32_t>(bytes.data());
  auto words = Load<std::uint32_t>(bytes.data() + 4);
  if (segments == 0 && words <= (kMaxFrameBytes - 8) / 8) [[likely]]
    return {FrameState::kOk, 8 + std::size_t{words} * 8};
  if (segments == 0 || segments >= kMaxSegments) return {FrameState::kTooLarge, 0};
  std::size_t header = RoundUpToWord(4 + (std::size_t{segments} + 1) * 4);
  if (bytes.size() < header) return {FrameState::kShort, header};
  std::size_t size = header;
  for (std::uint32_t i = 0; i <= segments; ++i) {
    size += std::size_t{Load<std::uint32_t>(bytes.data() + 4 + 4 * std::size_t{i})} * 8;
    if (size > kMaxFrameBytes) return {FrameState::kTooLarge, 0};
  }
  return {FrameState::kOk, size};
}

}  // namespace vexevt
