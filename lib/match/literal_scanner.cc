#include "lib/match/literal_scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/match/path_statistics.h"

namespace vexevt {
namespace {

// Texts are scanned as one buffer: enough of them that their ends cost little, few enough to stay in the first-level
// cache.
constexpr std::size_t kChunkBytes = 16 * 1024;

}  // namespace

void LiteralScanner::Add(std::string_view text, std::uint32_t value) {
  const std::size_t size = std::min(text.size(), WindowFilter::kWindow);
  std::size_t rarest = 0;
  double least = 2;
  for (std::size_t at = 0; at + size <= text.size(); ++at) {
    const double frequency = BytesFrequency(text.substr(at, size));
    if (frequency < least) least = frequency, rarest = at;
  }
  std::uint32_t window = 0;
  std::memcpy(&window, text.data() + rarest, size);
  literals_.push_back({std::string(text), value, static_cast<std::uint32_t>(rarest), window,
                       static_cast<std::uint32_t>(0xffffffff) >> (32 - 8 * size)});
}

void LiteralScanner::Build() {
  if (literals_.empty()) return;
  const auto window = [](const Literal& literal) {
    return std::string_view(literal.text).substr(literal.at, WindowFilter::kWindow);
  };
  std::sort(literals_.begin(), literals_.end(),
            [&](const Literal& a, const Literal& b) { return window(a) < window(b); });
  for (std::size_t i = 0; i < literals_.size(); ++i)
    filter_.Add(i * WindowFilter::kBuckets / literals_.size(), window(literals_[i]));

  const std::size_t slots = std::bit_ceil(8 * literals_.size());
  shift_ = 32 - std::countr_zero(slots);
  std::stable_sort(literals_.begin(), literals_.end(),
                   [&](const Literal& a, const Literal& b) { return SlotOf(a.window) < SlotOf(b.window); });
  slots_.assign(slots + 1, 0);
  for (const Literal& literal : literals_) {
    ++slots_[SlotOf(literal.window) + 1];
    if (std::find(masks_.begin(), masks_.end(), literal.mask) == masks_.end()) masks_.push_back(literal.mask);
  }
  for (std::size_t slot = 0; slot < slots; ++slot) slots_[slot + 1] += slots_[slot];
}

// Drops the positions whose bytes are the window of no literal, or seldom; returns how many are left. Branches only
// where the processor foresees it: what comes next is too random for that.
std::size_t LiteralScanner::DropOthers(const char* buffer, std::uint32_t* positions, std::size_t count) const {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto bytes = Load<std::uint32_t>(buffer + positions[i]);
    bool known = false;
    for (const std::uint32_t mask : masks_) {
      const std::uint32_t slot = SlotOf(bytes & mask);
      known |= slots_[slot] != slots_[slot + 1];
    }
    positions[kept] = positions[i];
    kept += known ? 1 : 0;
  }
  return kept;
}

// Calls found(index of a literal) for each that `text` has its window of at `at`.
template <typename Found>
void LiteralScanner::Compare(std::string_view text, std::size_t at, std::uint32_t bytes, Found&& found) const {
  for (const std::uint32_t mask : masks_) {
    const std::uint32_t slot = SlotOf(bytes & mask);
    for (std::uint32_t i = slots_[slot]; i < slots_[slot + 1]; ++i) {
      const Literal& literal = literals_[i];
      if (literal.mask != mask || literal.window != (bytes & mask) || at < literal.at) continue;
      if (text.substr(at - literal.at).starts_with(literal.text)) found(i);
    }
  }
}

void LiteralScanner::Scan(std::span<const std::string_view> texts, Scratch& scratch) const {
  scratch.hits.clear();
  if (scratch.seen.size() < literals_.size()) scratch.seen.resize(literals_.size());
  for (std::size_t first = 0; first < texts.size();) {
    std::size_t last = first;
    std::size_t size = 0;
    do size += texts[last++].size();
    while (last < texts.size() && size + texts[last].size() <= kChunkBytes);
    if (scratch.buffer.size() < size + WindowFilter::kPadding) {
      scratch.buffer.resize(std::max(size, kChunkBytes) + WindowFilter::kPadding);
      scratch.positions.resize(scratch.buffer.size());
    }
    char* const buffer = scratch.buffer.data();
    char* end = buffer;
    for (std::size_t t = first; t < last; ++t) end = std::copy(texts[t].begin(), texts[t].end(), end);
    std::size_t count = filter_.Find(buffer, size, scratch.positions.data());
    count = DropOthers(buffer, scratch.positions.data(), count);

    std::size_t text = first;  // begins at `begin` of the buffer
    std::size_t begin = 0;
    for (const std::uint32_t position : std::span(scratch.positions).first(count)) {
      while (position >= begin + texts[text].size()) begin += texts[text++].size();
      Compare(texts[text], position - begin, Load<std::uint32_t>(buffer + position), [&](std::uint32_t literal) {
        if (std::exchange(scratch.seen[literal], scratch.texts + text + 1) == scratch.texts + text + 1) return;
        scratch.hits.push_back({static_cast<std::uint32_t>(text), literals_[literal].value});
      });
    }
    first = last;
  }
  scratch.texts += texts.size();
}

}  // namespace vexevt
