#include "lib/series/trend_line.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lib/series/held_value.h"

namespace vexevt {
namespace {

// Reorders them. There is one at least.
double Median(std::vector<double>* values) {
  const auto middle = values->begin() + static_cast<std::ptrdiff_t>(values->size() / 2);
  std::nth_element(values->begin(), middle, values->end());
  if (values->size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values->begin(), middle)) / 2;
}

}  // namespace

TrendLine FitTrendLine(std::span<const double> history) {
  struct Place {
    double x, y;  // x: 0 for the last value, negative before it
  };
  const std::span<const double> values = history.last(std::min(history.size(), kTrendValues));
  std::vector<Place> places;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    places.push_back({static_cast<double>(i) - static_cast<double>(values.size() - 1), HeldValue(values[i])});
  }
  TrendLine line;
  if (places.empty()) return line;
  std::vector<double> medians;
  medians.reserve(places.size() * (places.size() - 1) / 2);
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      medians.push_back((places[i].y - places[j].y) / (places[i].x - places[j].x));
    }
  }
  if (!medians.empty()) line.slope = Median(&medians);
  medians.clear();
  for (const Place& place : places) medians.push_back(place.y - line.slope * place.x);
  line.last = Median(&medians);
  return line;
}

}  // namespace vexevt
