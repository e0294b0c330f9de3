#include "lib/capture/fanotify_marks.h"

#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "lib/base/path.h"
#include "lib/capture/fanotify_types.h"

namespace vexevt {
namespace {

// What FAN_MARK_MOUNT can tell of: the kernel knows a mount only of an open file.
constexpr std::uint64_t kOfOpenFiles =
    FAN_OPEN | FAN_OPEN_EXEC | FAN_ACCESS | FAN_MODIFY | FAN_CLOSE_WRITE | FAN_CLOSE_NOWRITE;
// Without these the directory tree would fall behind.
constexpr std::uint64_t kOfTree = FAN_CREATE | FAN_RENAME;
// What a process that ended at once was.
constexpr std::uint64_t kOfNames = FAN_OPEN_EXEC;

Status MarkFailure(const std::string& path, int error) {
  std::string what = "cannot watch '" + path + "'";
  switch (error) {
    case ENODEV:
    case EOPNOTSUPP:
    case EXDEV:
      return Unsupported(what + ": its file system has no ids or file handles, which fanotify needs");
    case ENOSPC:
      return ResourceExhausted(what + ": the limit of marks (fs.fanotify.max_user_marks) is reached");
    default:
      return ErrnoStatus(what, error);
  }
}

std::uint32_t DeviceOf(const struct stat& status) { return major(status.st_dev) << 20 | minor(status.st_dev); }

}  // namespace

FanotifyMarks::FanotifyMarks(UniqueFd fd, const FanotifyOptions& options)
    : fd_(std::move(fd)),
      roots_(options.selection.roots),
      kind_(options.mark),
      mask_(MaskFor(options.selection.fs_types)) {}

Result<FanotifyMarks> FanotifyMarks::Open(const FanotifyOptions& options) {
  unsigned flags = FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME_TARGET | FAN_CLOEXEC | FAN_NONBLOCK;
  if (!options.bounded_queue) flags |= FAN_UNLIMITED_QUEUE;
  UniqueFd fd(::fanotify_init(flags | FAN_UNLIMITED_MARKS, O_RDONLY | O_CLOEXEC | O_LARGEFILE));
  if (!fd) {
    switch (errno) {
      case EINVAL:
        return Unsupported("cannot use fanotify: it needs Linux 5.17 or newer");
      case EMFILE:
        return ResourceExhausted("cannot use fanotify: the limit of groups (fs.fanotify.max_user_groups) is reached");
      default:
        return ErrnoStatus("cannot use fanotify", errno);
    }
  }
  return FanotifyMarks(std::move(fd), options);
}

Status FanotifyMarks::Mark(unsigned flags, std::uint64_t mask, int fd, const std::string& path) {
  if (mask == 0) return Status::Ok();
  if (::fanotify_mark(fd_.get(), FAN_MARK_ADD | flags, mask | FAN_ONDIR | FAN_EVENT_ON_CHILD, fd, nullptr) < 0) {
    return MarkFailure(path, errno);
  }
  return Status::Ok();
}

Status FanotifyMarks::MarkWanted(int fd, const std::string& path) {
  switch (kind_) {
    case MarkKind::kFilesystem:
      VEXEVT_TRY(Mark(FAN_MARK_FILESYSTEM, mask_ | kOfTree | kOfNames, fd, path));
      break;
    case MarkKind::kMount:
      VEXEVT_TRY(Mark(FAN_MARK_FILESYSTEM, (mask_ & ~kOfOpenFiles) | kOfTree | kOfNames, fd, path));
      VEXEVT_TRY(Mark(FAN_MARK_MOUNT, mask_ & kOfOpenFiles, fd, path));
      break;
    case MarkKind::kDirectory:
      VEXEVT_TRY(Mark(0, mask_ | kOfTree | FAN_DELETE_SELF, fd, path));
      break;
  }
  return Status::Ok();
}

// Marks what `path`, which lies on `mount`, stands for; or, not `wanted`, only what tells the names of processes.
Status FanotifyMarks::MarkMount(const Mount& mount, const std::string& path, bool wanted, DirectoryResolver* resolver) {
  // O_PATH would do to name it, but open_by_handle_at wants an ordinary descriptor of the mount.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd) return ErrnoStatus("cannot watch '" + path + "'", errno);
  struct statfs filesystem;
  struct stat status;
  if (::fstatfs(fd.get(), &filesystem) < 0 || ::fstat(fd.get(), &status) < 0) {
    return ErrnoStatus("cannot watch '" + path + "'", errno);
  }
  if (!wanted) {
    VEXEVT_TRY(Mark(FAN_MARK_FILESYSTEM, kOfNames, fd.get(), path));
  } else {
    VEXEVT_TRY(MarkWanted(fd.get(), path));
  }
  WatchedFilesystem watched{.device = DeviceOf(status), .mount = mount.id, .point = mount.point, .fd = std::move(fd)};
  std::memcpy(&watched.fsid, &filesystem.f_fsid, sizeof watched.fsid);
  bool known = std::ranges::any_of(resolver->filesystems(),
                                   [&](const WatchedFilesystem& other) { return other.fsid == watched.fsid; });
  if (!known) resolver->AddFilesystem(std::move(watched));
  return Status::Ok();
}

Status FanotifyMarks::MarkRoot(const std::string& root, const std::vector<Mount>& mounts, DirectoryResolver* resolver) {
  const Mount* mount = MountOf(root, mounts);
  if (mount == nullptr) return Unsupported("cannot watch '" + root + "': it lies on no mount that is visible here");
  seen_.push_back(mount->id);
  return MarkMount(*mount, root, true, resolver);
}

Status FanotifyMarks::MarkAll(DirectoryResolver* resolver, const std::function<void(std::string_view)>& warn) {
  VEXEVT_ASSIGN(std::vector<Mount> mounts, ReadMounts());
  bool first = std::exchange(first_, false);
  if (first) {
    for (const std::string& root : roots_) VEXEVT_TRY(MarkRoot(root, mounts, resolver));
  }
  std::erase_if(seen_, [&](std::uint32_t id) {
    return std::ranges::none_of(mounts, [&](const Mount& mount) { return mount.id == id; });
  });
  // Whole file systems before parts of them, as all paths of one are seen through the mount that comes first.
  std::ranges::stable_sort(mounts, {}, [](const Mount& mount) { return mount.root.size(); });
  Status failure = Status::Ok();
  for (const Mount& mount : mounts) {
    bool below = kind_ != MarkKind::kDirectory &&
                 std::ranges::any_of(roots_, [&](const std::string& root) { return IsWithin(mount.point, root); });
    bool wanted = roots_.empty() || below;
    if (IsPseudo(mount) || std::ranges::find(seen_, mount.id) != seen_.end()) continue;
    seen_.push_back(mount.id);
    Status status = MarkMount(mount, mount.point, wanted, resolver);
    if (status.ok() || !wanted) continue;
    warn(status.message());
    failure = std::move(status);
  }
  if (first && resolver->filesystems().empty() && !failure.ok()) return failure;
  return Status::Ok();
}

void FanotifyMarks::Remove() {
  // Each flush takes the marks of one kind. They can only fail where there are none.
  for (unsigned kind : {unsigned{FAN_MARK_FILESYSTEM}, unsigned{FAN_MARK_MOUNT}, 0U}) {
    ::fanotify_mark(fd_.get(), FAN_MARK_FLUSH | kind, 0, AT_FDCWD, nullptr);
  }
}

}  // namespace vexevt
