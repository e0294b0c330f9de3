#include "lib/stream/append_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/io/full.h"
#include "lib/io/zstd_walk.h"
#include "lib/stream/endpoint.h"

namespace vexevt {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{256} << 10;

Status Cannot(std::string_view verb, const std::string& path) {
  return ErrnoStatus(fmt::format("cannot {} '{}'", verb, path), errno);
}

// Whether what is at `offset` of the file, to its end, is the start of an event.
Result<bool> IsCutOff(const std::string& path, std::uint64_t offset) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::lseek(fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0) return Cannot("read", path);
  std::vector<std::byte> rest(kMaxFrameBytes);
  std::size_t size = 0;
  while (size < rest.size()) {
    VEXEVT_ASSIGN(std::size_t got, ReadSome(fd.get(), std::span(rest).subspan(size), path));
    if (got == 0) break;
    size += got;
  }
  FrameSize frame = MeasureFrame(std::span(rest).first(size));
  return frame.state == FrameState::kShort || (frame.state == FrameState::kOk && frame.bytes > size);
}

// How many bytes of events the file has.
Result<std::uint64_t> ReadThrough(const std::string& path) {
  VEXEVT_ASSIGN(std::unique_ptr<StreamReader> reader, OpenFileInput(path));
  for (;;) {
    auto events = reader->Read();
    if (events.ok() && events->empty()) return reader->offset();
    if (events.ok()) continue;
    // Where no event is whole, it may as well be something else.
    bool may_be_cut =
        events.status().code() == StatusCode::kDataLoss && reader->offset() > 0 && !IsCompressedName(path);
    if (may_be_cut) {
      VEXEVT_ASSIGN(bool cut, IsCutOff(path, reader->offset()));
      if (cut) return reader->offset();
    }
    return std::move(events).status().WithContext("cannot append");
  }
}

// What was written without an end can be read, but nothing can follow it.
Status CheckFramesEnd(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Cannot("open", path);
  ZstdWalk walk;
  std::vector<std::byte> buffer(kReadAtOnce);
  for (;;) {
    VEXEVT_ASSIGN(std::size_t got, ReadSome(fd.get(), buffer, path));
    if (got == 0) break;
    for (std::span<const std::byte> rest = std::span(buffer).first(got); !rest.empty();) {
      std::size_t taken = walk.Take(rest);
      if (taken == 0) return DataLoss(fmt::format("cannot append: '{}' is damaged", path));
      rest = rest.subspan(taken);
    }
  }
  if (walk.between_frames()) return {};
  return DataLoss(fmt::format(
      "cannot append: the last zstd frame of '{}' has no end, as a run that was killed leaves it; vexevt-cat "
      "copies what is whole",
      path));
}

Status LockAlone(int fd, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return Cannot("lock", path);
  return Unavailable(fmt::format("cannot append: another run writes '{}'", path));
}

Status LookAt(const std::string& path, std::uint64_t bytes, bool frames, AppendFile* file) {
  std::array<std::byte, kZstdMagicBytes> start{};
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::pread(fd.get(), start.data(), start.size(), 0) < 0 ||
      ::pread(fd.get(), &file->last, 1, static_cast<off_t>(bytes - 1)) < 0) {
    return Cannot("read", path);
  }
  bool compressed = IsZstd(start);
  if (compressed != IsCompressedName(path)) {
    return InvalidArgument(fmt::format("cannot append: '{}' is {}compressed, which its name {}", path,
                                       compressed ? "" : "not ", compressed ? "does not say" : "denies"));
  }
  if (compressed) {
    VEXEVT_TRY(CheckFramesEnd(path));
    file->last = '\n';
  }
  if (!frames) return {};
  VEXEVT_ASSIGN(std::uint64_t whole, ReadThrough(path));
  if (compressed || whole == bytes) return {};
  file->cut_bytes = bytes - whole;
  return ::ftruncate(file->fd.get(), static_cast<off_t>(whole)) == 0 ? Status() : Cannot("write", path);
}

}  // namespace

Result<AppendFile> OpenToAppend(const std::string& path, bool frames, std::span<const std::string> inputs) {
  VEXEVT_TRY(CheckNotInput({EndpointKind::kFile, path}, inputs));
  AppendFile file;
  file.fd.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666));
  struct stat status;
  if (!file.fd || ::fstat(file.fd.get(), &status) != 0) return Cannot("open", path);
  if (!S_ISREG(status.st_mode)) return file;
  VEXEVT_TRY(LockAlone(file.fd.get(), path));
  if (::fstat(file.fd.get(), &status) != 0) return Cannot("open", path);  // what the last one wrote, before the lock
  file.empty = status.st_size == 0;
  if (!file.empty) VEXEVT_TRY(LookAt(path, static_cast<std::uint64_t>(status.st_size), frames, &file));
  return file;
}

std::optional<FileEnd> EndOf(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileEnd{status.st_ino, static_cast<std::uint64_t>(status.st_size)};
}

Result<std::uint64_t> CutBack(const std::string& path, const FileEnd& end) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) {
    if (errno == ENOENT || errno == ENXIO) return std::uint64_t{0};
    return Cannot("open", path);
  }
  auto now = EndOf(fd.get());
  if (!now || now->inode != end.inode) return std::uint64_t{0};
  VEXEVT_TRY(LockAlone(fd.get(), path));
  now = EndOf(fd.get());
  if (!now || now->bytes <= end.bytes) return std::uint64_t{0};
  if (::ftruncate(fd.get(), static_cast<off_t>(end.bytes)) != 0) return Cannot("write", path);
  return now->bytes - end.bytes;
}

}  // namespace vexevt
