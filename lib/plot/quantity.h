// Numbers as a picture shows them. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

namespace vexevt {

// What a number is: how it is written, and which numbers are round.
enum class Quantity : std::uint8_t {
  kNumber,
  kBytes,
  kDuration,  // ns
  kTime,      // ns since 1970
};

// In a few characters: 1.46M, 250ms, -3. NaN, which stands for none, is "-". Times are UTC, without zeros at their end.
std::string ShowQuantity(double value, Quantity quantity);

// 2026-11-23T12:00:00.5Z: UTC, without zeros at its end.
std::string ShowTime(std::uint64_t ns);

}  // namespace vexevt
