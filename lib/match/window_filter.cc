#include "lib/match/window_filter.h"

#include <bit>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace vexevt {

void WindowFilter::Add(std::size_t bucket, std::string_view window) {
  const auto bit = static_cast<std::uint8_t>(1u << bucket);
  for (std::size_t i = 0; i < kWindow; ++i) {
    for (unsigned half = 0; half < 16; ++half) {
      const bool any = i >= window.size();
      const unsigned byte = any ? 0 : static_cast<unsigned char>(window[i]);
      if (any || byte % 16 == half) low_[i][half] |= bit;
      if (any || byte / 16 == half) high_[i][half] |= bit;
    }
  }
}

std::size_t WindowFilter::FindPortably(const char* text, std::size_t size, std::uint32_t* positions) const {
  std::size_t count = 0;
  for (std::size_t at = 0; at < size; ++at) {
    unsigned buckets = 0xff;
    for (std::size_t i = 0; i < kWindow && buckets != 0; ++i) {
      const auto byte = static_cast<unsigned char>(text[at + i]);
      buckets &= low_[i][byte % 16] & high_[i][byte / 16];
    }
    positions[count] = static_cast<std::uint32_t>(at);
    count += buckets != 0 ? 1 : 0;
  }
  return count;
}

#ifdef __x86_64__

namespace {

[[gnu::target("avx2")]] __m256i Twice(const std::uint8_t* table) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

// For each of 32 bytes the buckets that admit it.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i Admit(const char* bytes, __m256i low, __m256i high) {
  const __m256i halves = _mm256_set1_epi8(15);
  const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i lower = _mm256_shuffle_epi8(low, _mm256_and_si256(text, halves));
  const __m256i upper = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(text, 4), halves));
  return _mm256_and_si256(lower, upper);
}

}  // namespace

bool WindowFilter::HasVectors() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
}

[[gnu::target("avx2,bmi,popcnt")]] std::size_t WindowFilter::FindByVectors(const char* text, std::size_t size,
                                                                           std::uint32_t* positions) const {
  static_assert(kWindow == 4);
  const __m256i low0 = Twice(low_[0]), low1 = Twice(low_[1]), low2 = Twice(low_[2]), low3 = Twice(low_[3]);
  const __m256i high0 = Twice(high_[0]), high1 = Twice(high_[1]), high2 = Twice(high_[2]), high3 = Twice(high_[3]);
  std::uint32_t* end = positions;
  for (std::size_t at = 0; at < size; at += 32) {
    const char* const bytes = text + at;
    const __m256i first = _mm256_and_si256(Admit(bytes, low0, high0), Admit(bytes + 1, low1, high1));
    const __m256i second = _mm256_and_si256(Admit(bytes + 2, low2, high2), Admit(bytes + 3, low3, high3));
    const __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(first, second), _mm256_setzero_si256());
    auto left = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
    if (size - at < 32) left &= (std::uint32_t{1} << (size - at)) - 1;
    // Four at once, whether there are as many or not: a branch for each would be mispredicted.
    std::uint32_t* next = end;
    end += std::popcount(left);
    do {
      for (int i = 0; i < 4; ++i, left = _blsr_u32(left)) *next++ = static_cast<std::uint32_t>(at) + _tzcnt_u32(left);
    } while (left != 0);
  }
  return static_cast<std::size_t>(end - positions);
}

#else

bool WindowFilter::HasVectors() { return false; }
std::size_t WindowFilter::FindByVectors(const char* text, std::size_t size, std::uint32_t* positions) const {
  return FindPortably(text, size, positions);
}

#endif

std::size_t WindowFilter::Find(const char* text, std::size_t size, std::uint32_t* positions) const {
  return vectors_ ? FindByVectors(text, size, positions) : FindPortably(text, size, positions);
}

}  // namespace vexevt
