// SeasonalResidual: values against what a HoltWinters model forecasts from those before them. For rows that rise and
// fall again and again, as days and weeks do: what is ordinary at noon is not at night.
//
// The model is fitted anew after 64 values (two periods, where that is given), twice as many, and so on up to 1,024
// (four periods), then each time that so many have come. The season is looked for at each fit where it is not given.
// A value that is far off is learnt as one at the edge. Up to 8 KB, or 32 bytes a value of the period; a value costs
// some 500 ns, fits included.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/packing.h"
#include "lib/series/holt_winters.h"
#include "lib/series/judgement.h"

namespace vexevt {

class SeasonalResidual {
 public:
  // `period`: values, kMostSeason at most; 0: it is looked for, up to a third of the values that are remembered.
  SeasonalResidual(double grain, std::uint32_t period);

  // Judges the value, then learns it. NaN is a value that is missing: time goes on.
  Judgement See(double value);

  std::uint32_t season() const { return model_.season(); }  // 0: none was found so far

  void Save(Packer* packer) const;
  // Into one that has seen nothing. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  void Remember(double value);
  void Fit();

  double grain_;
  std::uint32_t period_;
  std::uint32_t most_;          // values that are remembered
  std::vector<double> values_;  // a ring, once it is full
  std::uint32_t oldest_ = 0;
  std::uint32_t until_fit_;  // values
  HoltWinters model_;
  std::uint32_t known_ = 0;  // values that were not missing, up to kWarmUp
};

}  // namespace vexevt
