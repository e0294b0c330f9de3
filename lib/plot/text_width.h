// How much room a text takes on a terminal. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vexevt {

// In columns: two of what is wide in East Asia, none of what combines with the character before it, one of a byte that
// is no UTF-8 and of each control.
std::size_t TextWidth(std::string_view text);

// Appends `bytes`, escaped (lib/base/escape.h), in at most `width` columns: where they take more, their end is left out
// for "…". Without `utf8` that is "..", and what is not ASCII is "?". Returns how many columns it took.
std::size_t AppendFitted(std::string_view bytes, std::size_t width, bool utf8, std::string* out);

}  // namespace vexevt
