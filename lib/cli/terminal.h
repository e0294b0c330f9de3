// What is known of the terminal, or of what stands in its place. Thread-safe.
#pragma once

#include <cstddef>

namespace vexevt {

// Whether the locale of the environment is one of UTF-8: that which LC_ALL, else LC_CTYPE, else LANG names.
bool LocaleIsUtf8();

// The columns of the terminal `fd`; 80 where it is none.
std::size_t TerminalColumns(int fd);

}  // namespace vexevt
