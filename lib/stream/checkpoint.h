// Checkpoints: how far the events of files are dealt with, kept in a file, so that a later run goes on behind them.
//
//   vexevt checkpoint 1
//   131123 40960 0b51c92d13f08a770000000000000007 2026-11-23T12:00:07.000000000Z /srv/a.evt
//
// A line for each file, sorted by name: its inode, where the last event lies that was dealt with (bytes of events
// before it, whatever form the file has), that event's id and time, or - and - where there is none yet, and the file's
// name, escaped (lib/base/escape.h). The inode only says where to look: a file is the one that was read where it has
// that event at that place.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/event.h"

namespace vexevt {

struct FileMark {
  struct LastEvent {
    std::uint64_t offset;
    EventId id;
    std::uint64_t wall_ns;
    bool operator==(const LastEvent&) const = default;
  };

  std::string path;  // absolute
  ino_t inode = 0;
  std::optional<LastEvent> last;  // none: nothing of it is dealt with
  bool operator==(const FileMark&) const = default;
};

// kInvalidArgument, with the line, for what PrintMarks does not write. Nothing at all is no marks.
Result<std::vector<FileMark>> ParseMarks(std::string_view text);
std::string PrintMarks(const std::vector<FileMark>& marks);

// No marks where there is no such file. Anything but a regular file is refused.
Result<std::vector<FileMark>> LoadCheckpoint(const std::string& path);
// Replaces the file, durably.
Status SaveCheckpoint(const std::string& path, const std::vector<FileMark>& marks);

// `marks`, and those of `before` whose file is none of theirs and is still there: files that a run did not name are not
// forgotten by it.
std::vector<FileMark> UpdateMarks(const std::vector<FileMark>& before, std::vector<FileMark> marks);

}  // namespace vexevt
