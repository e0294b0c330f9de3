// Names of errno values: 2 is ENOENT.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vexevt {

std::string_view ErrnoName(std::int32_t error);  // empty where there is none; 0 has none
std::optional<std::int32_t> ParseErrno(std::string_view name);

}  // namespace vexevt
