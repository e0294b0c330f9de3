// Which rules admit a code of 16 bits: an event's type, its boundary. A row of bits for each class of codes that all
// rules treat alike. Immutable: safe to read from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/expr/range_set.h"

namespace vexevt {

class CodeIndex {
 public:
  CodeIndex() = default;
  explicit CodeIndex(std::span<const RangeSet* const> rules);  // rule i admits the codes of rules[i], 0 … 0xffff

  std::size_t classes() const { return words_ == 0 ? 0 : rows_.size() / words_; }
  std::uint16_t ClassOf(std::uint16_t code) const { return class_of_[code]; }
  const std::uint64_t* Row(std::uint16_t of_class) const {
    return rows_.data() + of_class * words_;
  }  // (rules + 63) / 64 words

 private:
  std::size_t words_ = 0;
  std::vector<std::uint16_t> class_of_;  // of each code
  std::vector<std::uint64_t> rows_;
};

}  // namespace vexevt
