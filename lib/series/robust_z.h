// RobustZ: values against the median of those before them, by their median distance from it. Nearly half of what it has
// seen lately may be out of the ordinary, and it still knows what is ordinary. For rows without a season.
//
// Remembers 64 values, in 1 KB; a value costs some 100 ns.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/packing.h"
#include "lib/series/judgement.h"

namespace vexevt {

class RobustZ {
 public:
  explicit RobustZ(double grain) : grain_(grain) {}

  // Judges the value, then learns it. NaN is a value that is missing.
  Judgement See(double value);

  void Save(Packer* packer) const;
  // Into one that has seen nothing. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  void Learn(double value);

  double grain_;
  std::vector<double> values_;  // a ring, once it is full
  std::vector<double> sorted_;
  std::uint32_t oldest_ = 0;
};

}  // namespace vexevt
