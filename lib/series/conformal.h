// Conformal: how far from its forecasts a row's values come to lie, so that an interval of that width holds the share
// of them that it says, whatever the model and however its errors are distributed (Vovk, Gammerman, Shafer: split
// conformal prediction). The share is kept while errors change, too: each miss makes the next intervals wider, each
// hit narrower (Gibbs, Candes: "Adaptive conformal inference under distribution shift", 2021).
//
// Of forecasts a fixed number of steps ahead, each made before its value was known. Not for two threads at once.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "lib/base/packing.h"

namespace vexevt {

// The shares of values that intervals are made to hold.
enum class Coverage : std::uint8_t { k80, k95 };
inline constexpr std::array kCoverages = {0.80, 0.95};

// Half an interval's width for each of Coverage; infinite while errors are too few to say: 4 for 80 %, 19 for 95 %.
using Margins = std::array<double, kCoverages.size()>;
inline constexpr Margins kNoMargins = {std::numeric_limits<double>::infinity(),
                                       std::numeric_limits<double>::infinity()};

class Conformal {
 public:
  static constexpr std::size_t kErrors = 128;  // the last ones, by which margins go

  // `ahead`: 1 or more.
  explicit Conformal(std::uint32_t ahead) : ahead_(ahead), missed_share_{1 - kCoverages[0], 1 - kCoverages[1]} {}
  std::uint32_t ahead() const { return ahead_; }

  // For each step: the value that came, or NaN where it is missing, and what is forecast now of the one `ahead` steps
  // later, or NaN for none.
  void Update(double value, double forecast);

  // Of the forecast that was given last.
  const Margins& margins() const { return margins_; }

  void Save(Packer* packer) const;
  // Into one of the same `ahead`. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  struct Promise {
    double forecast;
    Margins margins;
  };

  void Check(const Promise& promise, double value);
  double MarginOf(double missed_share, double least_share) const;

  std::uint32_t ahead_;
  std::vector<Promise> promises_;  // a ring once `ahead_` are there
  std::size_t next_promise_ = 0;
  std::vector<double> errors_;  // without their sign; a ring once kErrors are there
  std::size_t next_error_ = 0;
  std::array<double, kCoverages.size()> missed_share_;  // that intervals are made for, to miss 1 - coverage in the end
  Margins margins_ = kNoMargins;
};

}  // namespace vexevt
