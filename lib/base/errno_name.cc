#include "lib/base/errno_name.h"

#include <cstring>

namespace vexevt {
namespace {

constexpr std::int32_t kLast = 4095;  // the kernel's MAX_ERRNO

}  // namespace

std::string_view ErrnoName(std::int32_t error) {
  const char* name = error > 0 && error <= kLast ? strerrorname_np(error) : nullptr;
  return name ? name : std::string_view{};
}

std::optional<std::int32_t> ParseErrno(std::string_view name) {
  if (name == "EWOULDBLOCK") name = "EAGAIN";
  if (name == "ENOTSUP") name = "EOPNOTSUPP";
  for (std::int32_t error = 1; error <= kLast && !name.empty(); ++error) {
    if (ErrnoName(error) == name) return error;
  }
  return std::nullopt;
}

}  // namespace vexevt
