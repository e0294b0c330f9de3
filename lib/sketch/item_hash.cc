#include "lib/sketch/item_hash.h"

#include <xxhash.h>

namespace vexevt {

std::uint64_t ItemHash(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace vexevt
