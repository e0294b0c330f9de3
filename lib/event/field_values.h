// FieldValues: the values of one event at the schema's offsets, as a reader of fields finds them one by one. They
// become a frame (encode.h), or an Event (UnpackFields). Bytes are borrowed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/event/event.h"
#include "lib/event/layout.h"

namespace vexevt {

struct FieldValues {
  std::array<std::uint64_t, layout::kDataWords> words{};   // the data section
  std::array<std::string_view, layout::kContext> bytes{};  // the pointers before the context
  Context context;
  std::vector<EventId> causes;
  std::vector<Attribute> attributes;

  template <typename T>
  T Get(unsigned offset) const {
    return Load<T>(reinterpret_cast<const std::byte*>(words.data()) + offset);
  }
  bool GetBit(unsigned bit) const { return Get<std::uint8_t>(bit / 8) >> (bit % 8) & 1; }
  EventId id() const { return {Get<std::uint64_t>(layout::kIdSource), Get<std::uint64_t>(layout::kIdSequence)}; }
  std::string_view Bytes(unsigned slot) const { return bytes[slot]; }

  template <typename T>
  void Set(unsigned offset, T value) {
    Store(reinterpret_cast<std::byte*>(words.data()) + offset, value);
  }
  // The lowest `width` bytes of `bits`: 2, 4 or 8.
  void SetBits(unsigned offset, unsigned width, std::uint64_t bits) {
    if (width == 8) {
      Set(offset, bits);
    } else if (width == 4) {
      Set(offset, static_cast<std::uint32_t>(bits));
    } else {
      Set(offset, static_cast<std::uint16_t>(bits));
    }
  }
  void SetBit(unsigned bit) { words[bit / 64] |= std::uint64_t{1} << bit % 64; }

  // As if new; what the lists have allocated stays.
  void Clear() {
    words = {};
    bytes = {};
    context = {};
    causes.clear();
    attributes.clear();
  }
};

}  // namespace vexevt
