// The hash for tables and filters over bytes: XXH3, 64 bits. Seeded where an attacker chooses the texts; the same seed
// gives the same hash on every machine. Not cryptographic: verify what was found.
#pragma once

#include <cstdint>
#include <string_view>

namespace vexevt {

std::uint64_t Hash(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace vexevt
