// ItemKey: a value of an event as bytes, so that equal values of one field have equal keys, on every host. Texts are as
// they are, other values of fields are their 8 or 16 bytes, those of attributes their text: 5, 0.5, true.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "lib/base/bytes.h"
#include "lib/event/column.h"

namespace vexevt {

class ItemKey {
 public:
  // False: the event has none. Borrows what `value` does.
  bool Set(const Column& column, const FieldValue& value) {
    return std::visit([&](const auto& held) { return Take(column, held); }, value);
  }
  std::string_view bytes() const { return {text_ != nullptr ? text_ : bytes_, size_}; }

 private:
  bool Take(const Column&, std::monostate) { return false; }
  bool Take(const Column&, std::string_view text) {
    text_ = text.data();
    size_ = text.size();
    return true;
  }
  bool Take(const Column&, const Wide& value) { return TakeBytes(value); }
  bool Take(const Column& column, bool value) {
    if (column.field == nullptr) return Take(column, std::string_view(value ? "true" : "false"));
    return TakeBytes(std::uint64_t{value});
  }
  template <typename Number>
  bool Take(const Column& column, Number value) {
    if (column.field != nullptr) return TakeBytes(value + Number{0});  // -0 is 0
    text_ = nullptr;
    size_ = static_cast<std::size_t>(std::to_chars(bytes_, bytes_ + sizeof bytes_, value).ptr - bytes_);
    return true;
  }
  template <typename Value>
  bool TakeBytes(const Value& value) {
    text_ = nullptr;
    size_ = sizeof value;
    Store(bytes_, value);
    return true;
  }

  const char* text_ = nullptr;
  std::size_t size_ = 0;
  char bytes_[32];
};

}  // namespace vexevt
