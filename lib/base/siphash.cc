#include "lib/base/siphash.h"

#include <bit>

#include "lib/base/bytes.h"

namespace vexevt {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void Rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }
  void Take(std::uint64_t word) {
    v3 ^= word;
    Rounds(2);
    v0 ^= word;
  }
  std::uint64_t Sum() const { return v0 ^ v1 ^ v2 ^ v3; }
};

}  // namespace

SipHash SipHash128(const SipKey& key, std::string_view bytes) {
  State state{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d ^ 0xee, key[0] ^ 0x6c7967656e657261,
              key[1] ^ 0x7465646279746573};
  std::uint64_t last = std::uint64_t{bytes.size()} << 56;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) state.Take(Load<std::uint64_t>(bytes.data()));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    last |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  state.Take(last);
  state.v2 ^= 0xee;
  state.Rounds(4);
  std::uint64_t first = state.Sum();
  state.v1 ^= 0xdd;
  state.Rounds(4);
  return {first, state.Sum()};
}

}  // namespace vexevt
