// TypeIndex: of many conditions, those that may hold for an event of a type, so that most events meet none.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/event/type.h"
#include "lib/expr/expression.h"

namespace vexevt {

class TypeIndex {
 public:
  // Condition `index`, none below those before it; `alone` is what it says of the event alone, nullptr: nothing.
  void Add(std::uint32_t index, const Expression* alone) {
    if (of_type_.empty()) of_type_.resize(kCodes);
    others_.push_back(index);
    for (std::uint32_t code = 0; code < kCodes; ++code) {
      if (alone == nullptr || alone->requirement().types.Contains(code)) of_type_[code].push_back(index);
    }
  }

  // Ascending.
  std::span<const std::uint32_t> Of(EventType type) const {
    if (of_type_.empty()) return {};
    return type < kCodes ? of_type_[type] : others_;
  }

 private:
  static constexpr std::uint32_t kCodes = 0x2000;  // those of families that do not exist yet meet all

  std::vector<std::vector<std::uint32_t>> of_type_;
  std::vector<std::uint32_t> others_;
};

}  // namespace vexevt
