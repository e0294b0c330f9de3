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

std::string DirectoryOf(const std::string& path) {
  std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Status Fill(UniqueFd fd, const std::string& path, std::string_view contents, mode_t mode) {
  VEXEVT_TRY(WriteAll(fd.get(), AsBytes(contents), path));
  if (fchmod(fd.get(), mode) != 0 || fsync(fd.get()) != 0) return CannotReplace(path);
  if (close(fd.release()) != 0) return CannotReplace(path);
  return Status::Ok();
}

}  // namespace

Status ReplaceFile(const std::string& path, std::string_view contents, mode_t mode) {
  std::string directory = DirectoryOf(path);
  std::string name = path.substr(path.rfind('/') + 1);
  // In the same directory, so in the same file system; hidden, so that globs pass it over.
  std::string temporary = fmt::format("{}/.{}.XXXXXX", directory, name);
  UniqueFd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return CannotReplace(path);
  Status replaced = Fill(std::move(fd), path, contents, mode);
  if (replaced.ok()) replaced = RenameDurably(temporary, path);
  if (!replaced.ok()) unlink(temporary.c_str());
  return replaced;
}

Status RenameDurably(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return CannotReplace(to);
  // Some file systems can't sync a directory: theirs is as safe as they make it.
  UniqueFd parent(open(DirectoryOf(to).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent) fsync(parent.get());
  return Status::Ok();
}

}  // namespace vexevt
