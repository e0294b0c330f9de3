// From what a sentence tells to the keys of a [[pattern]]. For lib/ask itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/ask/deed.h"
#include "lib/ask/word_reader.h"

namespace vexevt {

struct AskedPattern {
  std::vector<Deed> deeds;  // at least one
  std::optional<std::uint64_t> within_ns, suppress_ns;
  std::string severity;
  bool any_order = false;
  std::size_t begin = 0, end = 0;  // words that tell what is looked for
};

struct WrittenPattern {
  std::string match;
  std::vector<std::string> by;
  std::optional<std::uint64_t> within_ns;
};

// nullopt: it makes no pattern, and was denied at its place.
std::optional<WrittenPattern> WritePattern(WordReader& words, AskedPattern asked);

}  // namespace vexevt
