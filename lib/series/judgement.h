// Judgement: what a detector makes of a value, by those that it has seen before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace vexevt {

// Values before which a detector judges none.
inline constexpr std::uint32_t kWarmUp = 16;

struct Judgement {
  bool known = false;  // false: too little was seen yet, or the value is missing
  // How far off it is: 1 at the edge of what was expected, 2 twice as far from its middle. Of a change: how much speaks
  // for one, which is sure enough from 1 on.
  double score = 0;
  // What was expected, by the edges; NaN of a forest, which judges several values at once (Detector::JudgeEach).
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();

  bool anomalous() const { return known && score > 1; }
};

// What is made of the values of a point one by one, each in the light of the others.
struct EachJudgement {
  std::vector<Judgement> values;
  std::size_t odd = 0;  // the one that, more than any other, doesn't go with the rest
};

// A standard deviation that is never 0: as it is, or the grain, or a thousandth of the middle. `grain`: differences of
// less than this say nothing, as of numbers of things, which differ by 1 at least.
double LeastDeviation(double middle, double deviation, double grain);

// By what is expected and the standard deviation from it.
Judgement JudgeByDeviation(double value, double middle, double deviation, double grain);

}  // namespace vexevt
