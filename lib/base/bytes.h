// Little-endian loads and stores at any address: Cap'n Proto's byte order (https://capnproto.org/encoding.html).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace vexevt {

static_assert(std::endian::native == std::endian::little,
              "vexevt reads frames in place and so runs on little-endian machines");

template <typename T>
T Load(const void* address) {
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}

template <typename T>
void Store(void* address, T value) {
  std::memcpy(address, &value, sizeof value);
}

inline std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::span<const std::byte> AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline constexpr std::size_t RoundUpToWord(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

}  // namespace vexevt
