// StreamReader over any bytes: split anywhere it gives the same events and the same error as read at once.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "lib/io/byte_source.h"
#include "lib/stream/reader.h"

namespace {

using namespace vexevt;

// The first byte of `bytes` seeds the sizes of the pieces.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::span<const std::byte> bytes, std::uint32_t seed) : rest_(bytes), seed_(seed) {}
  Result<std::size_t> Read(std::span<std::byte> to) override {
    std::size_t size = rest_.size();
    if (seed_ != 0) {
      seed_ = seed_ * 1'103'515'245 + 12'345;
      size = 1 + (seed_ >> 16) % 97;
    }
    size = std::min({size, to.size(), rest_.size()});
    std::copy_n(rest_.begin(), size, to.begin());
    rest_ = rest_.subspan(size);
    return size;
  }
  bool Ready() override { return true; }
  void AddPolls(std::vector<pollfd>*) const override {}

 private:
  std::span<const std::byte> rest_;
  std::uint32_t seed_;
};

struct Outcome {
  std::vector<std::byte> frames;
  std::string error;
  bool operator==(const Outcome&) const = default;
};

Outcome ReadAll(std::span<const std::byte> bytes, std::uint32_t seed) {
  StreamReader reader(std::make_unique<PieceSource>(bytes, seed), "x");
  Outcome outcome;
  for (;;) {
    auto events = reader.Read();
    if (!events.ok()) {
      outcome.error = events.status().message();
      return outcome;
    }
    if (events->empty()) return outcome;
    for (const EventView& event : *events) {
      outcome.frames.insert(outcome.frames.end(), event.frame().begin(), event.frame().end());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  if (ReadAll(bytes, 0) != ReadAll(bytes, data[0] + 1U)) std::abort();
  return 0;
}
