// What an earlier run has written, opened to be gone on with.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

struct AppendFile {
  UniqueFd fd;                  // writes at the end
  bool empty = true;            // nothing is there yet
  char last = '\n';             // its last byte, where it is not compressed
  std::uint64_t cut_bytes = 0;  // of an event that was being written when a run was killed: taken away
};

// Opens `path`, which is made where it isn't there, and locks it for as long as it is open: two runs that write one
// file at a time would write into each other's zstd frames, or take what the other is writing for what was cut off.
//
// With `frames`, what is there has to be whole events, and is read through: anything else is refused, at its offset,
// but for an event at the end that is cut off. Compressed data is whole zstd frames in any case, and its name says what
// it is (IsCompressedName). Refuses one of `inputs`, as OpenOutput does.
Result<AppendFile> OpenToAppend(const std::string& path, bool frames, std::span<const std::string> inputs);

// How far a file had been written. Its inode proves that it is that file; a device's number does not outlive a reboot.
struct FileEnd {
  ino_t inode = 0;
  std::uint64_t bytes = 0;
  bool operator==(const FileEnd&) const = default;
};

// nullopt: no regular file.
std::optional<FileEnd> EndOf(int fd);

// Takes away what `path` has beyond `end`, where it is that file still and nobody writes it; gives how many bytes.
Result<std::uint64_t> CutBack(const std::string& path, const FileEnd& end);

}  // namespace vexevt
