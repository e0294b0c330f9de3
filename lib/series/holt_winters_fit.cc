// How a model is fitted: a first state from the history's beginning, then weights by a compass search (Hooke, Jeeves:
// "Direct search solution of numerical and statistical problems", 1961) over the unit cube, in which the bounds that
// make the model stable are those of the cube.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "lib/series/holt_winters.h"

namespace vexevt {
namespace {

constexpr std::size_t kStartValues = 10;  // from which level and trend begin, without a season
constexpr double kLeastPhi = 0.8, kMostPhi = 0.98;
constexpr double kFirstStep = 0.2, kLastStep = 0.02;
constexpr double kStartAlphas[] = {0.1, 0.5, 0.9};

enum class Trend : std::uint8_t { kNone, kFades, kStays };
constexpr Trend kTrends[] = {Trend::kNone, Trend::kFades, Trend::kStays};

// A point of the cube: alpha, beta and gamma as parts of what the others leave to them, and phi.
using Point = std::array<double, 4>;
enum Axis : std::uint8_t { kAlpha, kBeta, kGamma, kPhi };

SmoothingWeights WeightsAt(const Point& point, Trend trend, bool season) {
  const double alpha = std::clamp(point[kAlpha], 1e-4, 1 - 1e-4);
  return {.alpha = alpha,
          .beta = trend == Trend::kNone ? 0 : alpha * point[kBeta],
          .gamma = season ? (1 - alpha) * point[kGamma] : 0,
          .phi = trend == Trend::kNone    ? 0
                 : trend == Trend::kStays ? 1
                                          : kLeastPhi + (kMostPhi - kLeastPhi) * point[kPhi]};
}

// Missing values as the last one before them.
std::vector<double> Filled(std::span<const double> history) {
  std::vector<double> filled;
  const auto first = std::ranges::find_if_not(history, [](double value) { return std::isnan(value); });
  double last = first == history.end() ? 0 : *first;
  for (const double value : history) {
    if (!std::isnan(value)) last = std::clamp(value, -kMostValue, kMostValue);
    filled.push_back(last);
  }
  return filled;
}

double Mean(std::span<const double> values) {
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  return mean;
}

// The slope of the least-squares line.
double Slope(std::span<const double> values) {
  const double middle = static_cast<double>(values.size() - 1) / 2, mean = Mean(values);
  double products = 0, squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(i) - middle;
    products += x * (values[i] - mean);
    squares += x * x;
  }
  return squares > 0 ? products / squares : 0;
}

}  // namespace

// The state in front of the first value, as if it had been seen.
void HoltWinters::Begin(std::span<const double> history) {
  const std::vector<double> values = Filled(history);
  const std::size_t m = season_.size();
  const std::span<const double> start = std::span(values).first(m > 0 ? 2 * m : std::min(kStartValues, values.size()));
  const double middle = static_cast<double>(start.size() - 1) / 2, mean = Mean(start);
  trend_ = 0;
  if (weights_.phi > 0) {
    trend_ = m > 0 ? (Mean(start.last(m)) - Mean(start.first(m))) / static_cast<double>(m) : Slope(start);
  }
  level_ = mean - trend_ * (middle + 1);
  for (std::size_t i = 0; i < m; ++i) {
    const double line = mean + trend_ * (static_cast<double>(i) + static_cast<double>(m) / 2 - middle);
    season_[i] = (start[i] + start[m + i]) / 2 - line;
  }
  now_ = seen_ = 0;
  mean_square_ = 0;
  begun_ = true;
}

struct HoltWinters::Search {
  std::span<const double> history;
  Trend trend;
  HoltWinters begun, model;  // in front of the history and behind it
  double best = std::numeric_limits<double>::infinity();
  Point point{};

  // Sum of squares of the errors.
  double ErrorsOf(const Point& at) {
    model = begun;
    model.weights_ = WeightsAt(at, trend, model.season() > 0);
    double sum = 0;
    for (const double value : history) {
      const double error = model.Learn(value);
      sum += error * error;
    }
    return sum;
  }

  bool Try(const Point& at) {
    const double errors = ErrorsOf(at);
    if (errors >= best) return false;
    best = errors;
    point = at;
    return true;
  }

  bool Matters(int axis) const {
    switch (axis) {
      case kBeta:
        return trend != Trend::kNone;
      case kGamma:
        return begun.season() > 0;
      case kPhi:
        return trend == Trend::kFades;
      default:
        return true;
    }
  }

  int axes() const { return Matters(kAlpha) + Matters(kBeta) + Matters(kGamma) + Matters(kPhi); }

  void Run() {
    for (const double alpha : kStartAlphas) Try({alpha, 0.1, 0.1, 0.5});
    for (double step = kFirstStep; step >= kLastStep;) {
      bool better = false;
      for (int axis = kAlpha; axis <= kPhi; ++axis) {
        if (!Matters(axis)) continue;
        for (const double way : {step, -step}) {
          Point at = point;
          at[static_cast<std::size_t>(axis)] = std::clamp(at[static_cast<std::size_t>(axis)] + way, 0.0, 1.0);
          better |= at != point && Try(at);
        }
      }
      if (!better) step /= 2;
    }
  }

  // AICc; errors below what the numbers' digits can tell are none. A season's states, which all have, are not counted.
  double Criterion(double largest) const {
    const double n = static_cast<double>(history.size());
    const double k = axes() + 2 + (trend != Trend::kNone);
    const double least = 1e-24 * largest * largest + std::numeric_limits<double>::min();
    const double rest = std::max(n - k - 1, 1.0);
    return n * std::log(std::max(best / n, least)) + 2 * k + 2 * k * (k + 1) / rest;
  }
};

HoltWinters HoltWinters::Fit(std::span<const double> history, std::uint32_t season) {
  HoltWinters fitted;
  double largest = -1;
  for (const double value : history) {
    if (!std::isnan(value)) largest = std::max(largest, std::min(std::abs(value), kMostValue));
  }
  if (largest < 0 || history.size() < 2) {
    for (const double value : history) fitted.Update(value);
    return fitted;
  }
  double least = std::numeric_limits<double>::infinity();
  const bool in_season = season > 1 && season <= kMostSeason && history.size() >= 2 * std::size_t{season};
  for (const Trend trend : kTrends) {
    Search search{.history = history, .trend = trend, .begun = {}, .model = {}};
    search.begun.season_.resize(in_season ? season : 0);
    search.begun.weights_.phi = trend == Trend::kNone ? 0 : 1;
    search.begun.Begin(history);
    search.Run();
    const double criterion = search.Criterion(largest);
    if (criterion >= least) continue;
    least = criterion;
    fitted = std::move(search.begun);
    fitted.weights_ = WeightsAt(search.point, trend, in_season);
  }
  for (const double value : history) fitted.Update(value);
  return fitted;
}

}  // namespace vexevt
