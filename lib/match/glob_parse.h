// A glob's text taken apart: braces multiplied out into branches, each branch a row of one-byte units with gaps between
// them. For lib/match itself; others use glob.h, which says what a glob means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/match/byte_set.h"

namespace vexevt {

// What may stand between two units.
enum class GlobGap : std::uint8_t {
  kNone,
  kStar,  // '*': any bytes but '/'
  kDirs,  // "**/" at the start or after a '/': nothing, or any bytes that end with '/'
  kDeep,  // '**': any bytes
};

struct GlobUnit {
  GlobGap gap = GlobGap::kNone;  // what stands before the unit
  bool literal = false;          // the unit is exactly `byte`
  unsigned char byte = 0;        // when literal
  ByteSet set;                   // what the unit accepts, literal or not
};

struct GlobBranch {
  std::vector<GlobUnit> units;
  GlobGap tail = GlobGap::kNone;  // what stands after the last unit
};

// The branches in the order of their alternatives; at least one. An error names the column, counted in bytes from 1.
Result<std::vector<GlobBranch>> ParseGlob(std::string_view glob);

// The branch as a regex without anchors, in the syntax that RE2 and Hyperscan share; '.' is meant to match every byte.
std::string BranchRegex(const GlobBranch& branch);

}  // namespace vexevt
