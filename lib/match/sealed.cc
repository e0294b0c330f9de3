#include "lib/match/sealed.h"

#include <fmt/format.h>

#include "lib/base/packing.h"
#include "lib/match/hash.h"

namespace vexevt {

std::string Seal(const SealKind& kind, std::string_view bytes) {
  Packer packer;
  packer.PutRaw(fmt::format("{} {}\n", kind.name, kind.version));
  packer.Put(Hash(bytes));
  packer.PutRaw(bytes);
  return packer.Take();
}

Result<std::string_view> Unseal(const SealKind& kind, std::string_view sealed) {
  const std::string any = fmt::format("{} ", kind.name), header = fmt::format("{}{}\n", any, kind.version);
  if (!sealed.starts_with(any)) return DataLoss(fmt::format("it is not {}", kind.what));
  if (!sealed.starts_with(header)) return DataLoss(fmt::format("it is {} of another version", kind.what));
  sealed.remove_prefix(header.size());
  Unpacker unpacker(sealed);
  const auto hash = unpacker.Get<std::uint64_t>();
  if (!unpacker.ok() || Hash(sealed.substr(sizeof hash)) != hash) return DataLoss("it is damaged");
  return sealed.substr(sizeof hash);
}

}  // namespace vexevt
