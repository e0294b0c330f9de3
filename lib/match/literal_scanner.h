// Which of many literals do the texts of a batch hold, anywhere in them: a filter over all the bytes finds where a
// literal's rarest bytes may stand, a table which literals these are, and a comparison decides. Costs some ns a text
// for tens of literals, and grows slowly from there. For lib/match itself. Filled by Add, then Build once; immutable
// after, a Scratch per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/match/window_filter.h"

namespace vexevt {

class LiteralScanner {
 public:
  struct Hit {
    std::uint32_t text;
    std::uint32_t value;
  };

  struct Scratch {
    std::vector<Hit> hits;  // of the last scan, by text; each value once a text
    std::string buffer;
    std::vector<std::uint32_t> positions;
    std::vector<std::uint64_t> seen;  // by literal: the last text that was found to hold it, numbered by
    std::uint64_t texts = 0;          // how many were scanned before
  };

  explicit LiteralScanner(bool vectors = WindowFilter::HasVectors()) : filter_(vectors) {}

  void Add(std::string_view literal, std::uint32_t value);  // not empty
  void Build();

  bool empty() const { return literals_.empty(); }

  void Scan(std::span<const std::string_view> texts, Scratch& scratch) const;

 private:
  struct Literal {
    std::string text;
    std::uint32_t value;
    std::uint32_t at;      // where its window stands in it
    std::uint32_t window;  // those bytes, the others of the four zero
    std::uint32_t mask;    // of them
  };

  std::size_t DropOthers(const char* buffer, std::uint32_t* positions, std::size_t count) const;
  template <typename Found>
  void Compare(std::string_view text, std::size_t at, std::uint32_t bytes, Found&& found) const;
  std::uint32_t SlotOf(std::uint32_t window) const { return (window * 0x9e3779b1u) >> shift_; }

  WindowFilter filter_;
  std::vector<Literal> literals_;     // by slot
  std::vector<std::uint32_t> slots_;  // slot s is literals_[slots_[s]] up to slots_[s + 1]
  int shift_ = 0;
  std::vector<std::uint32_t> masks_;  // that literals have
};

}  // namespace vexevt
