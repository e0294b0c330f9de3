// The keys of plain lines of JSON (json_plain.h), and how one is told from the text at hand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/event/field.h"

namespace vexevt {

// What stands behind a key.
enum class PlainKind : std::uint8_t {
  kBegin,  // of the line: no key at all
  kText,
  kSession,
  kTransaction,
  kWhole,
  kSigned,
  kReal,
  kTime,
  kType,
  kBoundary,
  kPriority,
  kMode,
  kDevice,
  kErrno,
  kId,
  kTrace,
  kHex,
  kSpan,
  kBit,
  kFlags,
  kCauses,
  kAttributes,
  kObject,
};

struct PlainKey {
  std::array<std::uint64_t, 2> text{}, mask{};  // `"pid":`, and which of 16 bytes are it
  std::uint8_t index = 0;                       // in PlainKeys
  std::uint8_t size = 0;
  std::uint8_t width = 0;
  PlainKind kind = PlainKind::kBegin;
  std::uint16_t offset = 0;  // of the data section, or a pointer, or a bit
  std::uint16_t payload = kAnyPayload;
  std::uint16_t scope = kAnyPayload;  // the payload in whose object it stands; kAnyPayload: in none
  std::uint16_t flag = 0;
  std::uint8_t next = 0;  // in its slot

  bool StandsAt(const char* at) const {
    return (((Load<std::uint64_t>(at) ^ text[0]) & mask[0]) | ((Load<std::uint64_t>(at + 8) ^ text[1]) & mask[1])) == 0;
  }
};

inline constexpr std::size_t kMostPlainKeys = 128;

// All of them, in the order in which they are written. The first, 0, is none.
class PlainKeys {
 public:
  PlainKeys();

  const PlainKey& operator[](std::size_t index) const { return keys_[index]; }
  std::uint8_t type() const { return type_; }
  std::uint8_t flags() const { return flags_; }

  // The one that stands `at` a place; 0: none.
  std::uint8_t Find(const char* at, std::uint16_t scope) const {
    std::uint8_t index = first_[SlotOf(at)];
    while (index != 0 && !(keys_[index].StandsAt(at) && keys_[index].scope == scope)) index = keys_[index].next;
    return index;
  }

 private:
  // By the first four characters, which even `"k":` has.
  static std::size_t SlotOf(const char* at) { return Load<std::uint32_t>(at) * 0x9e3779b1u >> 24; }
  void Add(std::string_view name, PlainKey key);

  std::array<PlainKey, kMostPlainKeys> keys_;
  std::uint8_t size_ = 1;
  std::array<std::uint8_t, 256> first_{};  // of the keys in a slot, which are chained
  std::uint8_t type_ = 0, flags_ = 0;
};

}  // namespace vexevt
