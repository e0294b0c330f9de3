// Bytes that a tool keeps in a file for itself, sealed: "NAME VERSION\n", the XXH3 hash of the bytes in 8 bytes, and
// the bytes. Tells a file that is damaged or another tool's from one of ours; who forges one can do so.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/status.h"

namespace vexevt {

struct SealKind {
  std::string_view name;     // "vexevt correlate state"
  std::string_view version;  // another one's is refused
  std::string_view what;     // "the state of vexevt-correlate"
};

std::string Seal(const SealKind& kind, std::string_view bytes);

// Borrows from `sealed`. kDataLoss for what Seal does not make of that kind.
Result<std::string_view> Unseal(const SealKind& kind, std::string_view sealed);

}  // namespace vexevt
