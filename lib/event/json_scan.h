// Digits and marks of a text, eight or sixteen bytes at a time (bit tricks as in Warren, Hacker's Delight, 6-1). What
// is scanned has kScanPadding readable bytes behind it.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/base/bytes.h"

namespace vexevt {

inline constexpr std::size_t kScanPadding = 64;

// One bit a byte of 64 bytes, the first the lowest.
struct ScanMarks {
  std::uint64_t quotes = 0;
  std::uint64_t odd = 0;  // backslashes, control characters (but for DEL), and what is not ASCII
};

inline ScanMarks ScanBytes(const char* text) {
  ScanMarks marks;
#ifdef __SSE2__
  auto bits = [](__m128i where, unsigned at) {
    return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(where))} << at;
  };
  for (unsigned at = 0; at < 64; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
    const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const __m128i others = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));  // signed
    marks.quotes |= bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), at);
    marks.odd |= bits(_mm_or_si128(backslashes, others), at);
  }
#else
  for (unsigned at = 0; at < 64; ++at) {
    const auto byte = static_cast<signed char>(text[at]);
    marks.quotes |= std::uint64_t{byte == '"'} << at;
    marks.odd |= std::uint64_t{byte == '\\' || byte < ' '} << at;
  }
#endif
  return marks;
}

// The decimal number of at most 8 digits at the front of `text`, and how many digits it has.
struct ScannedDigits {
  std::uint64_t value;
  unsigned count;
};

inline ScannedDigits ScanEightDigits(const char* text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t digits = Load<std::uint64_t>(text) ^ '0' * kOnes;
  const std::uint64_t others = (digits | (digits + 0x76 * kOnes)) & 0x80 * kOnes;  // the first is marked rightly
  const auto count = static_cast<unsigned>(std::countr_zero(others)) / 8;
  if (count == 0) return {0, 0};
  digits <<= (8 - count) * 8;
  digits = digits * 10 + (digits >> 8);  // pairs, in every second byte
  constexpr std::uint64_t kPairs = 0x000000ff000000ff;
  digits = ((digits & kPairs) * (100 + (std::uint64_t{1'000'000} << 32)) +
            ((digits >> 16) & kPairs) * (1 + (std::uint64_t{10'000} << 32))) >>
           32;
  return {digits, count};
}

inline constexpr std::uint64_t kPowersOfTen[] = {1,       10,        100,        1'000,      10'000,
                                                 100'000, 1'000'000, 10'000'000, 100'000'000};

// A whole number as JSON has it, of at most 19 digits; its end, or nullptr where there is none.
inline const char* ScanNumber(const char* text, std::uint64_t* value) {
  ScannedDigits part = ScanEightDigits(text);
  *value = part.value;
  if (part.count == 0 || (part.count > 1 && *text == '0')) return nullptr;
  const char* end = text + part.count;
  if (part.count < 8) return end;
  part = ScanEightDigits(end);
  *value = *value * kPowersOfTen[part.count] + part.value;
  end += part.count;
  if (part.count < 8) return end;
  part = ScanEightDigits(end);
  if (part.count > 3) return nullptr;
  *value = *value * kPowersOfTen[part.count] + part.value;
  return end + part.count;
}

// Eight hexadecimal digits in lower case.
inline std::optional<std::uint32_t> ScanHex(const char* text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x80 * kOnes;
  const auto word = Load<std::uint64_t>(text);
  const std::uint64_t digits = (word + 0x50 * kOnes) & ~(word + 0x46 * kOnes);
  const std::uint64_t letters = (word + 0x1f * kOnes) & ~(word + 0x19 * kOnes);
  if (((digits | letters) & ~word & kHigh) != kHigh) return {};
  std::uint64_t value = (word & 0x0f * kOnes) + 9 * (word >> 6 & kOnes);
  value = (value << 4 | value >> 8) & 0x00ff00ff00ff00ff;
  value = (value | value >> 8) & 0x0000ffff0000ffff;
  return __builtin_bswap32(static_cast<std::uint32_t>(value | value >> 16));
}

// Sixteen of them.
inline bool ScanHex64(const char* text, std::uint64_t* value) {
  const auto high = ScanHex(text), low = ScanHex(text + 8);
  if (!high || !low) return false;
  *value = std::uint64_t{*high} << 32 | *low;
  return true;
}

}  // namespace vexevt
