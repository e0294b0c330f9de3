#include "lib/plot/quantity.h"

#include <fmt/format.h>

#include <cmath>

#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr double kBeyondIntegers = 0x1p64;

std::string ShowMagnitude(double value, Quantity quantity) {
  const bool fits = value < kBeyondIntegers;
  const std::uint64_t rounded = fits ? static_cast<std::uint64_t>(value + 0.5) : 0;
  if (fits && quantity == Quantity::kBytes) return RoundedSize(rounded);
  if (fits && quantity == Quantity::kDuration) return RoundedDuration(rounded);
  if (fits && quantity == Quantity::kTime) return ShowTime(rounded);
  if (fits && value >= 999.5) return RoundedCount(rounded);
  return fmt::format("{:.3g}", value);
}

}  // namespace

std::string ShowQuantity(double value, Quantity quantity) {
  if (std::isnan(value)) return "-";
  return (value < 0 ? "-" : "") + ShowMagnitude(std::fabs(value), quantity);
}

std::string ShowTime(std::uint64_t ns) {
  std::string time = PrintTime(ns);
  time.pop_back();
  while (time.back() == '0') time.pop_back();
  if (time.back() == '.') time.pop_back();
  return time + "Z";
}

}  // namespace vexevt
