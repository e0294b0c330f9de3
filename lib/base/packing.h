// Packer and Unpacker: plain values as bytes, one behind the other, for state that goes to a file and comes back.
// Nothing says what stands where: who reads asks for what was written. Little-endian.
//
// An Unpacker bears any bytes. What is asked of it beyond their end is a value of zeros and makes ok() false from there
// on, so that a row of values needs one look at the end. What the values mean is for the caller to check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "lib/base/bytes.h"

namespace vexevt {

// Values whose bytes are all that they are: no padding, no pointers.
template <typename T>
inline constexpr bool kPackable =
    !std::is_pointer_v<T> && (std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>);

class Packer {
 public:
  template <typename T>
  void Put(const T& value) {
    static_assert(kPackable<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  // As Unpacker::GetCount expects it.
  void PutCount(std::size_t count) { Put(std::uint64_t{count}); }
  // 7 bits a byte, the low ones first, the top bit set on all but the last (LEB128): small numbers are short.
  void PutVarint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) Put(static_cast<std::uint8_t>(value | 0x80));
    Put(static_cast<std::uint8_t>(value));
  }
  void PutText(std::string_view text) {
    PutCount(text.size());
    bytes_ += text;
  }

  // As they are, without their length.
  void PutRaw(std::string_view bytes) { bytes_ += bytes; }
  // Room for a number that is known only once what comes behind it is there.
  std::size_t Leave() {
    Put(std::uint64_t{0});
    return bytes_.size();
  }
  void Fill(std::size_t left, std::uint64_t value) { Store(bytes_.data() + left - sizeof value, value); }
  // What was put since Leave, as a text.
  void EndText(std::size_t left) { Fill(left, bytes_.size() - left); }

  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T Get() {
    static_assert(kPackable<T>);
    if (rest_.size() < sizeof(T)) {
      Fail();
      return T();
    }
    const char* const at = rest_.data();
    rest_.remove_prefix(sizeof(T));
    if constexpr (std::is_same_v<T, bool>) {
      return *at != 0;
    } else {
      return Load<T>(at);
    }
  }
  // How many things follow, each of `least_bytes` at least: never more than there is room for, so that it may be used
  // to make room for them.
  std::size_t GetCount(std::size_t least_bytes) {
    const auto count = Get<std::uint64_t>();
    if (count <= rest_.size() / least_bytes) return count;
    Fail();
    return 0;
  }
  // In the shortest form alone, so that a number has one form.
  std::uint64_t GetVarint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = Get<std::uint8_t>();
      const std::uint64_t bits = byte & 0x7f;
      if ((bits << shift) >> shift != bits) break;
      value |= bits << shift;
      if (byte >= 0x80) continue;
      if (byte == 0 && shift > 0) break;
      return value;
    }
    Fail();
    return 0;
  }
  // Borrows from the bytes.
  std::string_view GetText() {
    const std::size_t size = GetCount(1);
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

  void Fail() {
    ok_ = false;
    rest_ = {};
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace vexevt
