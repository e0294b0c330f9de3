// ZstdSource over any bytes: split anywhere it gives the same bytes and the same error as read at once. Of the block
// that is in error it may give a part, more or less.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "lib/io/testing/memory.h"
#include "lib/io/zstd_source.h"

namespace {

using namespace vexevt;

// Of what a few bytes can stand for, so much is looked at.
constexpr std::size_t kMost = std::size_t{1} << 20;

std::pair<std::vector<std::byte>, std::string> ReadStart(std::span<const std::byte> bytes,
                                                         std::vector<std::size_t> pieces) {
  ZstdSource source(std::make_unique<MemorySource>(bytes, std::move(pieces)), "x");
  std::vector<std::byte> got, chunk(10'000);
  while (got.size() < kMost) {
    auto size = source.Read(std::span(chunk).first(std::min(chunk.size(), kMost - got.size())));
    if (!size.ok()) return {got, size.status().message()};
    if (*size == 0) break;
    got.insert(got.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(*size));
  }
  return {got, ""};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  auto [at_once, error] = ReadStart(bytes, {size});
  auto [in_pieces, same_error] = ReadStart(bytes, {1 + data[0] % 16u, 1 + data[0] / 16u});
  if (error != same_error || (error.empty() && at_once != in_pieces)) std::abort();
  if (!std::equal(at_once.begin(),
                  at_once.begin() + static_cast<std::ptrdiff_t>(std::min(at_once.size(), in_pieces.size())),
                  in_pieces.begin())) {
    std::abort();
  }
  return 0;
}
