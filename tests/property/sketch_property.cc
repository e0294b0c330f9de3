// Sketches in parts, as of many hosts: however values are dealt out, in whatever order parts are merged, and through
// bytes, the answer is that of one run, or within the bound of one.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "lib/sketch/count_min.h"
#include "lib/sketch/hyper_log_log.h"
#include "lib/sketch/item_hash.h"
#include "lib/sketch/quantile_sketch.h"
#include "lib/sketch/space_saving.h"
#include "lib/sketch/testing/draws.h"

namespace vexevt {
namespace {

// Deals `values` out to some sketches like `empty`, and merges them in any order, each through its bytes.
template <typename Sketch, typename Value, typename Add>
Sketch InParts(const Sketch& empty, const std::vector<Value>& values, const Add& add) {
  std::vector<Sketch> parts(*rc::gen::inRange<std::size_t>(1, 6), empty);
  for (const Value& value : values) add(parts[*rc::gen::inRange<std::size_t>(0, parts.size())], value);
  while (parts.size() > 1) {
    const auto from = *rc::gen::inRange<std::size_t>(1, parts.size());
    const auto to = *rc::gen::inRange<std::size_t>(0, from);
    const std::string bytes = SavedSketch(parts[from]);
    Sketch loaded = empty;
    Unpacker unpacker(bytes);
    RC_ASSERT(loaded.Load(&unpacker) && unpacker.done());
    RC_ASSERT(SavedSketch(loaded) == bytes);
    parts[to].Merge(loaded);
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(from));
  }
  return parts[0];
}

template <typename Sketch, typename Value, typename Add>
Sketch InOne(Sketch sketch, const std::vector<Value>& values, const Add& add) {
  for (const Value& value : values) add(sketch, value);
  return sketch;
}

RC_GTEST_PROP(Sketch, DistinctInPartsIsAsInOne, ()) {
  // Up to 96 values are sparse.
  const auto values = *rc::gen::resize(300, rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange(0u, 400u)));
  const auto add = [](HyperLogLog& sketch, std::uint64_t value) { sketch.Add(ItemHash(value)); };
  const HyperLogLog empty(10);
  RC_ASSERT(SavedSketch(InParts(empty, values, add)) == SavedSketch(InOne(empty, values, add)));
}

RC_GTEST_PROP(Sketch, FrequenciesInPartsAreAsInOneAndNeverTooLow, ()) {
  // Some values stand for 300 each, so that parts are exact, or not.
  const auto values = *rc::gen::resize(60, rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange(0u, 40u)));
  const bool many = *rc::gen::arbitrary<bool>();
  const auto add = [&](CountMin& sketch, std::uint64_t value) {
    for (std::uint64_t i = 0; i < (many ? 300 : 1); ++i) sketch.Add(ItemHash(value << 32 | i), value + 1);
  };
  const CountMin one = InOne(CountMin(), values, add);
  RC_ASSERT(SavedSketch(InParts(CountMin(), values, add)) == SavedSketch(one));
  std::map<std::uint64_t, std::uint64_t> exact;
  for (const std::uint64_t value : values) exact[value] += value + 1;
  for (const auto& [value, count] : exact) {
    const std::uint64_t estimate = one.Estimate(ItemHash(value << 32));
    RC_ASSERT(estimate >= count && (!one.exact() || estimate == count));
  }
}

RC_GTEST_PROP(Sketch, QuantilesInPartsAreAsInOneAndWithinTheBound, ()) {
  const auto values = *rc::gen::resize(150, rc::gen::arbitrary<std::vector<double>>());
  const auto add = [](QuantileSketch& sketch, double value) { sketch.Add(value); };
  const QuantileSketch empty(0.02, *rc::gen::element(16u, 4096u));
  const QuantileSketch one = InOne(empty, values, add);
  RC_ASSERT(SavedSketch(InParts(empty, values, add)) == SavedSketch(one));

  std::vector<double> sorted = values;
  std::erase_if(sorted, [](double value) { return !std::isfinite(value); });
  std::sort(sorted.begin(), sorted.end());
  RC_ASSERT(one.count() == sorted.size());
  RC_ASSERT(one.refused() == values.size() - sorted.size());
  for (const double q : {0.0, 0.1, 0.5, 0.9, 1.0}) {
    if (sorted.empty()) break;
    const double exact = sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
    const auto [value, error] = one.At(q);
    if (std::isinf(error)) {
      RC_ASSERT(std::abs(exact) <= std::abs(value) * 1.03);  // it is nearer to 0
    } else {
      RC_ASSERT(std::abs(value - exact) <= error * 1.000001 * std::abs(exact) + 1e-300);
    }
  }
}

RC_GTEST_PROP(Sketch, HeavyHittersInPartsAreWithinTheBound, ()) {
  struct Seen {
    std::uint64_t key, weight;
  };
  const auto keys = *rc::gen::resize(200, rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange(0u, 30u)));
  const bool weighted = *rc::gen::arbitrary<bool>();
  std::vector<Seen> values;
  std::map<std::string, std::uint64_t> exact;
  std::uint64_t total = 0;
  for (const std::uint64_t key : keys) {
    values.push_back({key * key % 31, weighted ? *rc::gen::inRange<std::uint64_t>(1, 1000) : 1});
    exact[std::to_string(values.back().key)] += values.back().weight;
    total += values.back().weight;
  }
  const auto add = [](SpaceSaving& sketch, const Seen& seen) { sketch.Add(std::to_string(seen.key), seen.weight); };
  const SpaceSaving empty(*rc::gen::inRange<std::uint32_t>(1, 12));
  const SpaceSaving merged = InParts(empty, values, add);

  RC_ASSERT(merged.total() == total);
  RC_ASSERT(merged.ErrorBound() <= total / merged.capacity());
  for (const SpaceSaving::Item& item : merged.Top(merged.capacity())) {
    const auto found = exact.find(std::string(item.key));
    RC_ASSERT(found != exact.end());
    RC_ASSERT(item.count >= found->second && item.count - item.error <= found->second);
    exact.erase(found);
  }
  for (const auto& [key, weight] : exact) RC_ASSERT(weight <= merged.ErrorBound());
}

}  // namespace
}  // namespace vexevt
