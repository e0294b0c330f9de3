#include "lib/match/affix_filter.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "lib/match/path_statistics.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxDistance = 28;
constexpr std::size_t kMaxProbes = 8;
constexpr double kTooLittle = 0.005;  // of texts admitted in vain: not worth another probe

}  // namespace

template <TrieDirection direction>
AffixFilter<direction>::AffixFilter(std::span<const std::string_view> keys) {
  if (keys.empty()) return;
  // costs[k][d]: which part of texts key k may admit in vain if it is probed at distance d. Texts are taken to have the
  // bytes as often as other keys do, and by chance; for what keys share, each answers in part.
  std::vector<std::vector<double>> costs(keys.size());
  for (std::size_t distance = 0; distance <= kMaxDistance; ++distance) {
    std::unordered_map<std::uint32_t, std::size_t> sharing;
    for (const std::string_view key : keys) {
      if (key.size() >= distance + kProbe) ++sharing[Probe(key, distance)];
    }
    for (std::size_t k = 0; k < keys.size(); ++k) {
      if (keys[k].size() < distance + kProbe) continue;
      const std::uint32_t probe = Probe(keys[k], distance);
      const auto shared_by = static_cast<double>(sharing[probe]);
      const double others = (shared_by - 1) / static_cast<double>(keys.size());
      const double chance =
          BytesFrequency({reinterpret_cast<const char*>(&probe), kProbe}) / static_cast<double>(distance + 1);
      costs[k].push_back((others + chance) / shared_by);
    }
  }
  admits_all_ = std::any_of(costs.begin(), costs.end(), [](const auto& cost) { return cost.empty(); });
  if (admits_all_) return;

  // One after another the distances that gain most, until every key is probed at one and more would gain too little.
  constexpr double kNotProbed = 1;
  std::vector<double> cost(keys.size(), kNotProbed);
  std::vector<std::size_t> probed_at(keys.size());
  for (;;) {
    std::vector<double> gain(kMaxDistance + 1);
    for (std::size_t k = 0; k < keys.size(); ++k) {
      for (std::size_t d = 0; d < costs[k].size(); ++d) gain[d] += std::max(cost[k] - costs[k][d], 0.0);
    }
    auto best = std::max_element(gain.begin(), gain.end());
    if (distances_.size() == kMaxProbes - 1) best = gain.begin();  // every key has bytes there
    if (*best < kTooLittle) break;
    const auto distance = static_cast<std::size_t>(best - gain.begin());
    for (std::size_t k = 0; k < keys.size(); ++k) {
      if (distance < costs[k].size() && costs[k][distance] < cost[k])
        cost[k] = costs[k][distance], probed_at[k] = distance;
    }
    distances_.push_back(static_cast<std::uint32_t>(distance));
    if (distances_.size() == kMaxProbes) break;
  }
  std::erase_if(distances_, [&](std::uint32_t distance) {
    return std::find(probed_at.begin(), probed_at.end(), distance) == probed_at.end();
  });
  std::sort(distances_.begin(), distances_.end());

  const std::size_t slots = std::clamp<std::size_t>(std::bit_ceil(keys.size() * 64), 1 << 15, 1 << 24);
  slots_.assign(slots / 64, 0);
  shift_ = 32 - std::countr_zero(slots);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const auto at = std::lower_bound(distances_.begin(), distances_.end(), probed_at[k]) - distances_.begin();
    const std::size_t slot = SlotOf(static_cast<std::size_t>(at), Probe(keys[k], probed_at[k]));
    slots_[slot / 64] |= std::uint64_t{1} << (slot % 64);
  }
}

template class AffixFilter<TrieDirection::kForward>;
template class AffixFilter<TrieDirection::kBackward>;

}  // namespace vexevt
