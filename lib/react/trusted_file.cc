#include "lib/react/trusted_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "lib/base/unique_fd.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

Status CheckOwner(const std::string& name, const struct stat& found) {
  if (found.st_uid != 0 && found.st_uid != ::geteuid()) {
    return {StatusCode::kPermissionDenied, fmt::format("'{}' is not ours: what it says would be executed", name)};
  }
  const bool sticky = S_ISDIR(found.st_mode) && (found.st_mode & S_ISVTX) != 0;
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky) {
    return {StatusCode::kPermissionDenied,
            fmt::format("others can write '{}': what it says would be executed (chmod go-w)", name)};
  }
  return {};
}

// Open, and nobody else's.
Result<UniqueFd> OpenTrusted(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat found;
  if (!file || ::fstat(file.get(), &found) < 0) return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  if (!S_ISREG(found.st_mode)) return InvalidArgument(fmt::format("'{}' is no file", path));
  VEXEVT_TRY(CheckOwner(path, found));
  // The folders of what was opened, whatever links led there.
  char real[PATH_MAX];
  const ssize_t size = ::readlink(fmt::format("/proc/self/fd/{}", file.get()).c_str(), real, sizeof real);
  if (size <= 0) return ErrnoStatus(fmt::format("cannot find the folder of '{}'", path), errno);
  std::string folder(real, static_cast<std::size_t>(size));
  while (folder.size() > 1) {
    folder.resize(std::max<std::size_t>(folder.rfind('/'), 1));
    if (::stat(folder.c_str(), &found) < 0) return ErrnoStatus(fmt::format("cannot open '{}'", folder), errno);
    VEXEVT_TRY(CheckOwner(folder, found));
  }
  return file;
}

}  // namespace

Status CheckTrustedFile(const std::string& path) {
  VEXEVT_ASSIGN([[maybe_unused]] UniqueFd file, OpenTrusted(path));
  return {};
}

Result<std::string> ReadTrustedFile(const std::string& path, std::size_t limit) {
  VEXEVT_ASSIGN(UniqueFd file, OpenTrusted(path));
  std::string text;
  for (;;) {
    constexpr std::size_t kChunk = std::size_t{64} << 10;
    const std::size_t size = text.size();
    text.resize(size + kChunk);
    VEXEVT_ASSIGN(std::size_t got, ReadSome(file.get(), std::as_writable_bytes(std::span(text)).subspan(size), path));
    text.resize(size + got);
    if (got == 0) return text;
    if (text.size() > limit) return ResourceExhausted(fmt::format("'{}' is larger than {} bytes", path, limit));
  }
}

}  // namespace vexevt
