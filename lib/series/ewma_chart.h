// EwmaChart: values against the mean and the deviation of those before them, of which older ones count less (Roberts,
// "Control Chart Tests Based on Geometric Moving Averages", 1959). Comes to a new level within some twenty values. One
// that is far off is learnt as one at the edge, so that a spike does not hide the next.
//
// 40 bytes; a value costs some ns.
#pragma once

#include <cstdint>

#include "lib/base/packing.h"
#include "lib/series/judgement.h"

namespace vexevt {

class EwmaChart {
 public:
  explicit EwmaChart(double grain) : grain_(grain) {}

  // Judges the value, then learns it. NaN is a value that is missing.
  Judgement See(double value);

  void Save(Packer* packer) const;
  // Into one that has seen nothing. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  double grain_;
  double mean_ = 0, variance_ = 0;
  std::uint32_t seen_ = 0;
};

}  // namespace vexevt
