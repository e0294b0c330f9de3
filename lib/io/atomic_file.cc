#include "lib/io/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "lib/base/bytes.h"
#include "lib/base/unique_fd.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

Status CannotReplace(const std::string& path) { return ErrnoStatus(fmt::format("cannot write '{}'", path), errno); }

Status Fill(UniqueFd fd, const std::string& path, std::string_view contents, mode_t mode) {
  VEXEVT_TRY(WriteAll(fd.get(), AsBytes(contents), path));
  if (fchmod(fd.get(), mode) != 0 || fsync(fd.get()) != 0) return CannotReplace(path);
  if (close(fd.release()) != 0) return CannotReplace(path);
  return Status::Ok();
}

}  // namespace

Status ReplaceFile(const std::string& path, std::string_view contents, mode_t mode) {
  auto slash = path.rfind('/');
  std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  // In the same directory, so in the same file system; hidden, so that globs pass it over.
  std::string temporary = fmt::format("{}/.{}.XXXXXX", directory, name);
  UniqueFd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return CannotReplace(path);
  Status filled = Fill(std::move(fd), path, contents, mode);
  if (filled.ok() && rename(temporary.c_str(), path.c_str()) != 0) filled = CannotReplace(path);
  if (!filled.ok()) {
    unlink(temporary.c_str());
    return filled;
  }
  // The new name must be on disk too. Some file systems can't: theirs is as safe as they make it.
  UniqueFd parent(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent) fsync(parent.get());
  return Status::Ok();
}

}  // namespace vexevt
