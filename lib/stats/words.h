// The exact part of a group's state: numbers in words of 64 bits, from zeros on. In front stands how many numbers there
// were, without which zeros mean nothing.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/stats/cell.h"

namespace vexevt {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

inline double AsReal(NumberDomain domain, std::uint64_t bits) {
  switch (domain) {
    case NumberDomain::kUnsigned:
      return static_cast<double>(bits);
    case NumberDomain::kSigned:
      return static_cast<double>(static_cast<std::int64_t>(bits));
    default:
      return std::bit_cast<double>(bits);
  }
}

inline double LoadReal(const std::uint64_t* word) { return Load<double>(word); }

inline Int128 LoadSum(const std::uint64_t* words) { return Load<Int128>(words); }
// States that were read from elsewhere can have any sum: it goes round.
inline void StoreSum(Int128 a, Int128 b, std::uint64_t* words) {
  Store(words, static_cast<Uint128>(a) + static_cast<Uint128>(b));
}

// Neumaier's sum: what is lost in each addition is summed up beside it.
inline void AddReal(double value, std::uint64_t* words) {
  const double sum = LoadReal(words);
  const double next = sum + value;
  if (std::isfinite(next)) {
    const double lost = std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
    Store(words + 1, LoadReal(words + 1) + lost);
  }
  Store(words, next);
}

inline double RealSum(const std::uint64_t* words) {
  const double sum = LoadReal(words);
  return std::isfinite(sum) ? sum + LoadReal(words + 1) : sum;
}

// Welford's update of mean and squared differences.
inline void AddToVariance(double value, std::uint64_t* words) {
  const double n = static_cast<double>(++words[0]), mean = LoadReal(words + 1), step = value - mean;
  const double next = mean + step / n;
  Store(words + 1, next);
  Store(words + 2, LoadReal(words + 2) + step * (value - next));
}

// Chan, Golub, LeVeque: "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
inline void MergeVariance(std::uint64_t* into, const std::uint64_t* from) {
  if (from[0] == 0) return;
  const double a = static_cast<double>(into[0]), b = static_cast<double>(from[0]), n = a + b;
  const double step = LoadReal(from + 1) - LoadReal(into + 1);
  Store(into + 2, LoadReal(into + 2) + LoadReal(from + 2) + step * step * (a * b / n));
  Store(into + 1, LoadReal(into + 1) + step * (b / n));
  into[0] += from[0];
}

inline bool Less(NumberDomain domain, std::uint64_t a, std::uint64_t b) {
  switch (domain) {
    case NumberDomain::kUnsigned:
      return a < b;
    case NumberDomain::kSigned:
      return static_cast<std::int64_t>(a) < static_cast<std::int64_t>(b);
    default:
      return std::bit_cast<double>(a) < std::bit_cast<double>(b);
  }
}

// The least of n numbers, or the greatest, is `bits`.
inline void KeepExtreme(const Cell& cell, std::uint64_t n, std::uint64_t bits, std::uint64_t* words) {
  if (n == 0) return;
  const bool better =
      cell.kind == AggregateKind::kMin ? Less(cell.domain, bits, words[1]) : Less(cell.domain, words[1], bits);
  if (words[0] == 0 || better) words[1] = bits;
  words[0] += n;
}

// n points in time lie from first_ns to last_ns.
inline void KeepSpan(std::uint64_t n, std::uint64_t first_ns, std::uint64_t last_ns, std::uint64_t* words) {
  if (n == 0) return;
  words[1] = words[0] == 0 ? first_ns : std::min(words[1], first_ns);
  words[2] = words[0] == 0 ? last_ns : std::max(words[2], last_ns);
  words[0] += n;
}

inline void AddSum(NumberDomain domain, std::uint64_t bits, std::uint64_t* words) {
  if (domain == NumberDomain::kReal) return AddReal(std::bit_cast<double>(bits), words);
  const Int128 value =
      domain == NumberDomain::kSigned ? Int128{static_cast<std::int64_t>(bits)} : static_cast<Int128>(bits);
  StoreSum(LoadSum(words), value, words);
}

inline void MergeSum(NumberDomain domain, std::uint64_t* into, const std::uint64_t* from) {
  if (domain != NumberDomain::kReal) return StoreSum(LoadSum(into), LoadSum(from), into);
  AddReal(LoadReal(from), into);
  Store(into + 1, LoadReal(into + 1) + LoadReal(from + 1));
}

inline double SumAsReal(NumberDomain domain, const std::uint64_t* words) {
  return domain == NumberDomain::kReal ? RealSum(words) : static_cast<double>(LoadSum(words));
}

}  // namespace vexevt
