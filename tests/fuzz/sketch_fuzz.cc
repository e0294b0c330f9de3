// Bytes of sketches, as another host sends them: refused, or taken up and saved again as the same bytes. What was taken
// up answers, takes more, and merges. The first byte says which sketch.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/sketch/count_min.h"
#include "lib/sketch/hyper_log_log.h"
#include "lib/sketch/item_hash.h"
#include "lib/sketch/quantile_sketch.h"
#include "lib/sketch/space_saving.h"
#include "lib/sketch/testing/draws.h"

namespace vexevt {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Calls `use` on the sketch of the bytes, which it may change.
template <typename Sketch, typename Use>
void Try(const Sketch& empty, std::string_view bytes, const Use& use) {
  Sketch sketch = empty;
  Unpacker unpacker(bytes);
  if (!sketch.Load(&unpacker)) return Require(SavedSketch(sketch) == SavedSketch(empty));
  if (unpacker.done()) Require(SavedSketch(sketch) == bytes);
  Sketch merged = empty;
  merged.Merge(sketch);
  Require(SavedSketch(merged) == SavedSketch(sketch));
  use(sketch);
  merged.Merge(sketch);
  use(merged);
  const std::string saved = SavedSketch(merged);
  Unpacker again(saved);
  Require(sketch.Load(&again) && again.done() && SavedSketch(sketch) == saved);
}

void UseDistinct(HyperLogLog& sketch) {
  for (std::uint64_t i = 0; i < 100; ++i) sketch.Add(ItemHash(i));
  Require(sketch.Estimate() > 0);
}

void UseFrequencies(CountMin& sketch) {
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::uint64_t hash = ItemHash(i), before = sketch.Estimate(hash);
    sketch.Add(hash, i + 1);
    Require(sketch.Estimate(hash) > before || before == ~std::uint64_t{0});
    Require(sketch.Estimate(hash) <= sketch.total());
  }
}

void UseQuantiles(QuantileSketch& sketch) {
  for (const double value : {-1e300, -5.0, 0.0, 1e-300, 5.0, 1e300}) sketch.Add(value, 20);
  double last = sketch.At(0).value;
  for (double q = 0; q <= 1; q += 0.125) {
    const double value = sketch.At(q).value;
    Require(std::isfinite(value) && value >= last);
    last = value;
  }
}

void UseTop(SpaceSaving& sketch) {
  for (std::uint64_t i = 0; i < 20; ++i) sketch.Add(std::string(i % 7, 'a'), i + 1);
  std::uint64_t last = ~std::uint64_t{0};
  for (const SpaceSaving::Item& item : sketch.Top(8)) {
    Require(item.error <= item.count && item.count <= last && item.count <= sketch.total());
    last = item.count;
  }
}

}  // namespace
}  // namespace vexevt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'd':
      Try(HyperLogLog(10), bytes, UseDistinct);
      break;
    case 'f':
      Try(CountMin(), bytes, UseFrequencies);
      break;
    case 'q':
      Try(QuantileSketch(0.02, 256), bytes, UseQuantiles);
      break;
    case 't':
      Try(SpaceSaving(4), bytes, UseTop);
      break;
    default:
      break;
  }
  return 0;
}
