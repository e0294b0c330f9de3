// HoltWinters: what comes next in a row of numbers, by exponential smoothing: a level, a trend that may fade, and a
// season, added up. The form that corrects errors, ETS(A,A,A) in Hyndman, Athanasopoulos: "Forecasting: principles and
// practice", 3rd edition, chapter 8:
//
//   forecast = level + phi * trend + season[now]          error = value - forecast
//   level += phi * trend + alpha * error      trend = phi * trend + beta * error      season[now] += gamma * error
//
// An update costs some nanoseconds whatever the season. Numbers beyond kMostValue are held to it, so that no sum
// overflows; NaN is a value that is missing, which leaves the state to go on as it was. Not for two threads at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/base/packing.h"
#include "lib/series/held_value.h"

namespace vexevt {

inline constexpr std::uint32_t kMostSeason = 4'096;  // values

struct SmoothingWeights {
  double alpha = 0, beta = 0, gamma = 0;  // 0 to 1
  double phi = 0;                         // 0: no trend; below 1: one that fades; 1: one that stays
};

class HoltWinters {
 public:
  // Nothing is known: the first value is the forecast of all that come.
  HoltWinters() = default;

  // The model that forecasts `history`, the oldest first, best, one step each: weights by a search from a few starts,
  // no trend, one that fades or one that stays by the corrected information criterion (AICc). `season`: so many
  // values; 0 or 1 for none, which is also taken where history has less than two. The same history gives the same
  // model. Takes some 100 us for 256 values.
  static HoltWinters Fit(std::span<const double> history, std::uint32_t season);

  void Update(double value);
  // Of the value `ahead` steps from the last one, 1 or more.
  double Predict(std::uint32_t ahead = 1) const;

  // Root mean square of the errors of the last hundred or so one-step forecasts; 0 before the first.
  double ErrorScale() const;
  const SmoothingWeights& weights() const { return weights_; }
  std::uint32_t season() const { return static_cast<std::uint32_t>(season_.size()); }  // 0: none

  void Save(Packer* packer) const;
  // Replaces the model. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  struct Search;

  double SeasonAt(std::uint32_t ahead) const {
    return season_.empty() ? 0 : season_[(now_ + std::size_t{ahead} - 1) % season_.size()];
  }
  void Begin(std::span<const double> history);
  double Learn(double value);  // the error of the forecast; 0 where there was none

  SmoothingWeights weights_{.alpha = 0.3};
  double level_ = 0, trend_ = 0;
  std::vector<double> season_;
  std::uint32_t now_ = 0;  // the place in season_ of the next value
  std::uint32_t seen_ = 0;
  double mean_square_ = 0;  // of errors
  bool begun_ = false;      // there is a level
};

}  // namespace vexevt
