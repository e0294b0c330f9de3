#include "lib/series/season.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vexevt {
namespace {

constexpr std::size_t kLeastSeasons = 3;
constexpr double kLeastLikeness = 0.3;  // of the peak, and of it above the trough in front of it
constexpr double kNearHighest = 0.85;   // a season of twice the length is about as like
constexpr double kBeyondChance = 4;     // standard deviations of noise's autocorrelation, 1 / sqrt(n) of n pairs

// Less the least-squares line through them; missing ones lie on it.
std::vector<double> WithoutTrend(std::span<const double> values) {
  double n = 0, sum_x = 0, sum_y = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    n += 1;
    sum_x += static_cast<double>(i);
    sum_y += values[i];
  }
  const double mean_x = n > 0 ? sum_x / n : 0, mean_y = n > 0 ? sum_y / n : 0;
  double products = 0, squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const double x = static_cast<double>(i) - mean_x;
    products += x * (values[i] - mean_y);
    squares += x * x;
  }
  const double slope = squares > 0 ? products / squares : 0;
  std::vector<double> rest(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) rest[i] = values[i] - mean_y - slope * (static_cast<double>(i) - mean_x);
  }
  return rest;
}

}  // namespace

std::uint32_t FindSeason(std::span<const double> values) {
  const std::size_t n = values.size(), longest = n / kLeastSeasons;
  if (longest < 2) return 0;
  const std::vector<double> rest = WithoutTrend(values);
  double power = 0;
  for (const double value : rest) power += value * value;
  if (!(power > 0 && std::isfinite(power))) return 0;
  std::vector<double> likeness(longest + 2);
  for (std::size_t lag = 0; lag < likeness.size(); ++lag) {
    double products = 0;
    for (std::size_t i = lag; i < n; ++i) products += rest[i] * rest[i - lag];
    likeness[lag] = products / power * static_cast<double>(n) / static_cast<double>(n - lag);
  }
  double trough = likeness[1], highest = 0;
  std::vector<std::size_t> peaks;
  for (std::size_t lag = 2; lag <= longest; ++lag) {
    const double at = likeness[lag];
    const double least = std::max(kLeastLikeness, kBeyondChance / std::sqrt(static_cast<double>(n - lag)));
    trough = std::min(trough, at);
    if (at < least || at - trough < kLeastLikeness || at < likeness[lag - 1] || at < likeness[lag + 1]) continue;
    peaks.push_back(lag);
    highest = std::max(highest, at);
  }
  for (const std::size_t lag : peaks) {
    if (likeness[lag] >= kNearHighest * highest) return static_cast<std::uint32_t>(lag);
  }
  return 0;
}

}  // namespace vexevt
