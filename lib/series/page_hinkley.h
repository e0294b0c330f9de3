// PageHinkley: whether the mean of a row has changed, upwards or downwards (Page, "Continuous Inspection Schemes",
// 1954; Hinkley, "Inference about the change-point from cumulative sum tests", 1971). Differences from the mean since
// the last change are summed up, less what drifts may have; a sum that grows far tells of a change, and everything
// begins anew. One spike is none.
//
// Shifts by two standard deviations are told within some ten values. 60 bytes; a value costs some ns.
#pragma once

#include <cstdint>

#include "lib/base/packing.h"
#include "lib/series/judgement.h"

namespace vexevt {

class PageHinkley {
 public:
  explicit PageHinkley(double grain) : grain_(grain) {}

  // Learns the value and says whether, with it, there has been a change. NaN is a value that is missing.
  Judgement See(double value);

  void Save(Packer* packer) const;
  // Into one that has seen nothing. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  double grain_;
  double mean_ = 0, squares_ = 0;  // of the values since the last change, and their squared differences from the mean
  double up_ = 0, down_ = 0;       // in standard deviations
  std::uint64_t seen_ = 0;         // since the last change
};

}  // namespace vexevt
