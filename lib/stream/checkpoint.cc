#include "lib/stream/checkpoint.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/event/event_id.h"
#include "lib/io/atomic_file.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr std::string_view kHeader = "vexevt checkpoint 1";
constexpr std::size_t kMaxBytes = std::size_t{64} << 20;  // some 200,000 files

// Takes what stands before `end` off the front of *text; all of it where there is no `end`.
std::string_view Take(std::string_view* text, char end) {
  std::size_t size = text->find(end);
  std::string_view taken = text->substr(0, size);
  text->remove_prefix(size == std::string_view::npos ? text->size() : size + 1);
  return taken;
}

bool ParseNumber(std::string_view text, std::uint64_t* number) {
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, *number);
  return stop == end && error == std::errc{};
}

std::optional<FileMark> ParseLine(std::string_view line) {
  FileMark mark;
  FileMark::LastEvent last = {};
  if (!ParseNumber(Take(&line, ' '), &mark.inode) || !ParseNumber(Take(&line, ' '), &last.offset)) return {};
  std::string_view id = Take(&line, ' '), time = Take(&line, ' ');
  auto path = Unescape(line);
  if (!path || !path->starts_with('/')) return {};
  mark.path = *std::move(path);
  if (id == "-" && time == "-" && last.offset == 0) return mark;
  auto parsed_id = ParseEventId(id);
  auto parsed_time = ParseTime(time);
  if (!parsed_id.ok() || !parsed_time.ok()) return {};
  last.id = *parsed_id;
  last.wall_ns = *parsed_time;
  mark.last = last;
  return mark;
}

}  // namespace

Result<std::vector<FileMark>> ParseMarks(std::string_view text) {
  std::vector<FileMark> marks;
  if (text.empty()) return marks;
  if (Take(&text, '\n') != kHeader) return InvalidArgument("not a checkpoint");
  for (std::size_t line = 2; !text.empty(); ++line) {
    auto mark = ParseLine(Take(&text, '\n'));
    if (!mark) return InvalidArgument(fmt::format("line {} is not of a checkpoint", line));
    marks.push_back(*std::move(mark));
  }
  return marks;
}

std::string PrintMarks(const std::vector<FileMark>& marks) {
  std::string text = std::string(kHeader) + "\n";
  for (const FileMark& mark : marks) {
    if (mark.last) {
      text += fmt::format("{} {} {} {} ", mark.inode, mark.last->offset, PrintEventId(mark.last->id),
                          PrintTime(mark.last->wall_ns));
    } else {
      text += fmt::format("{} 0 - - ", mark.inode);
    }
    AppendEscaped(mark.path, &text);
    text += '\n';
  }
  return text;
}

Result<std::vector<FileMark>> LoadCheckpoint(const std::string& path) {
  struct stat file;
  if (stat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return std::vector<FileMark>{};
    return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  }
  if (!S_ISREG(file.st_mode)) return InvalidArgument(fmt::format("'{}': a checkpoint is kept in a file", path));
  VEXEVT_ASSIGN(std::string text, ReadFile(path, kMaxBytes));
  auto marks = ParseMarks(text);
  if (!marks.ok()) return std::move(marks).status().WithContext(path);
  return marks;
}

Status SaveCheckpoint(const std::string& path, const std::vector<FileMark>& marks) {
  return ReplaceFile(path, PrintMarks(marks), 0600);
}

std::vector<FileMark> UpdateMarks(const std::vector<FileMark>& before, std::vector<FileMark> marks) {
  std::vector<ino_t> inodes;
  std::vector<std::string> paths;
  for (const FileMark& mark : marks) {
    inodes.push_back(mark.inode);
    paths.push_back(mark.path);
  }
  std::ranges::sort(inodes);
  std::ranges::sort(paths);
  for (const FileMark& mark : before) {
    struct stat file;
    if (std::ranges::binary_search(paths, mark.path) || stat(mark.path.c_str(), &file) != 0) continue;
    // A file of the same inode is on another file system, or else this one, renamed.
    if (std::ranges::binary_search(inodes, mark.inode) && file.st_ino != mark.inode) continue;
    marks.push_back(mark);
  }
  std::ranges::sort(marks, {}, &FileMark::path);
  return marks;
}

}  // namespace vexevt
