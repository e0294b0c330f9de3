// The names of record files: of -o /var/log/events.evt, /var/log/events-000001-20261123T120000Z.evt and so on. The
// number goes up from file to file, so that they sort in the order of their events; the time is that of the first
// event, in UTC. The name of a file that is still being written ends in .part.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vexevt {

struct RecordName {
  std::string directory;  // with a '/' at its end, or empty: the present one
  std::string stem;       // events
  std::string extension;  // .evt, .evt.zst; may be empty

  static RecordName Of(const std::string& path);

  static constexpr std::string_view kPart = ".part";

  std::string File(std::uint64_t number, std::uint64_t wall_ns) const;  // without the directory
  // Of the file `name` in the directory, complete or not; nullopt: it is none of these.
  std::optional<std::uint64_t> NumberOf(std::string_view name) const;
  // Whether `path`, with the directory, is one of these files.
  bool Has(std::string_view path) const {
    return path.starts_with(directory) && NumberOf(path.substr(directory.size())).has_value();
  }
};

}  // namespace vexevt
