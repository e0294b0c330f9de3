// Whole reads and writes: read(2) and write(2) may do less than they were asked, or be interrupted; these may not.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/status.h"

namespace vexevt {

// Reads what is there, up to the size of `to`, and waits for it; 0: the end. `name` stands in the error.
Result<std::size_t> ReadSome(int fd, std::span<std::byte> to, std::string_view name);

// Writes all of `bytes` to a blocking or non-blocking descriptor. `name` stands in the error, which is
// kBrokenPipe where nobody reads any more (SIGPIPE being ignored). *written, where it is asked for: how many were, also
// of a failure.
Status WriteAll(int fd, std::span<const std::byte> bytes, std::string_view name, std::size_t* written = nullptr);

// All of a file, at most `limit` bytes: more is kResourceExhausted.
Result<std::string> ReadFile(const std::string& path, std::size_t limit);

}  // namespace vexevt
