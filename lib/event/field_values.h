// FieldValues: the values of one event at the schema's offsets, as a reader of fields finds them one by one, until
// UnpackFields takes them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/event/layout.h"

namespace vexevt {

struct FieldValues {
  std::array<std::byte, layout::kDataWords * 8> data{};
  std::array<std::string_view, layout::kContext> bytes{};

  template <typename T>
  T Get(unsigned offset) const {
    return Load<T>(data.data() + offset);
  }
  bool GetBit(unsigned bit) const { return Get<std::uint8_t>(bit / 8) >> (bit % 8) & 1; }
  std::string_view Bytes(unsigned slot) const { return bytes[slot]; }

  // The lowest `width` bytes of `bits`.
  void Set(unsigned offset, unsigned width, std::uint64_t bits) {
    std::byte* at = data.data() + offset;
    if (width == 8) {
      Store(at, bits);
    } else if (width == 4) {
      Store(at, static_cast<std::uint32_t>(bits));
    } else {
      Store(at, static_cast<std::uint16_t>(bits));
    }
  }
  void SetBit(unsigned bit) {
    Store(data.data() + bit / 8, static_cast<std::uint8_t>(Get<std::uint8_t>(bit / 8) | 1 << bit % 8));
  }
};

}  // namespace vexevt
