// The automaton of a sequence: Glushkov's, which has a position for each place where a step stands, and no other
// states. Groups that repeat are written out, each round with positions of its own, so that one that repeats without
// end is a circle of two rounds. What is taken in any order stays one set of positions, whose partial matches wait for
// those that they have not taken.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "lib/base/status.h"
#include "lib/correlate/pattern.h"

namespace vexevt {

constexpr std::uint64_t BitOf(std::uint32_t index) { return std::uint64_t{1} << index; }

// Calls `each(index)` for the bits that are set.
template <typename Each>
void ForBits(std::uint64_t bits, Each each) {
  for (; bits != 0; bits &= bits - 1) each(static_cast<std::uint32_t>(std::countr_zero(bits)));
}

// A step that must not happen behind a position: before those positions, and, `at_end`, before the time is over.
struct Absence {
  std::uint32_t step = 0;
  std::uint64_t before = 0;
  bool at_end = false;
};

struct StepPosition {
  std::uint32_t step = 0;
  // How many events are taken here, or, of a step in any order, by all of its `members`.
  std::uint32_t least = 1, most = 1;
  std::uint64_t members = 0;  // a bit for each position that may come until `most` are taken: itself, or the choice
  Contiguity link = Contiguity::kRelaxed, inner = Contiguity::kRelaxed;  // to what is before it; to another member
  std::uint64_t next = 0;                                                // what may come once `least` are taken
  bool complete = false;                                                 // or nothing more
  std::vector<Absence> absences;
};

struct Automaton {
  std::vector<StepPosition> positions;
  std::uint64_t first = 0;  // that a match may begin with
};

// Of a pattern that has been checked. A failure's message is "COLUMN: what is wrong".
Result<Automaton> BuildAutomaton(const Pattern& pattern);

}  // namespace vexevt
