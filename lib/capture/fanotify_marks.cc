#include "lib/capture/fanotify_marks.h"

#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>

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

}  // namespace

FanotifyMarks::FanotifyMarks(UniqueFd fd, const FanotifyOptions& options)
    : fd_(std::move(fd)), kind_(options.mark), mask_(MaskFor(options.selection.fs_types)), warn_(options.warn) {
  for (const std::string& path : options.selection.roots) roots_.push_back({path});
}

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
      case EPERM:
        return Status(StatusCode::kPermissionDenied,
                      "cannot use fanotify: it needs CAP_SYS_ADMIN of the whole machine (see 'vexevt doctor')");
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
  const std::string& at = kind_ == MarkKind::kDirectory ? path : mount.point;
  UniqueFd fd(::open(at.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct statfs filesystem;
  struct statx status;
  if (!fd || ::fstatfs(fd.get(), &filesystem) < 0 || ::statx(fd.get(), "", AT_EMPTY_PATH, STATX_MNT_ID, &status) < 0) {
    return ErrnoStatus("cannot watch '" + path + "'", errno);
  }
  if (status.stx_mnt_id != mount.id) return Status::Ok();  // another covers it
  auto seen = std::ranges::find(seen_, mount.id, [](const Seen& other) { return other.mount.id; });
  if (seen == seen_.end()) seen = seen_.insert(seen, {mount, false});
  seen->wanted |= wanted;
  if (!wanted) {
    VEXEVT_TRY(Mark(FAN_MARK_FILESYSTEM, kOfNames, fd.get(), path));
  } else {
    VEXEVT_TRY(MarkWanted(fd.get(), path));
    VEXEVT_TRY(MayOpenHandles(fd.get()));
  }
  std::uint64_t fsid = 0;
  static_assert(sizeof fsid == sizeof filesystem.f_fsid);
  std::memcpy(&fsid, &filesystem.f_fsid, sizeof fsid);
  resolver->AddView(fsid, status.stx_dev_major << 20 | status.stx_dev_minor, {mount.id, mount.point});
  return Status::Ok();
}

Status FanotifyMarks::MarkRoot(const std::vector<Mount>& mounts, DirectoryResolver* resolver, Root* root) {
  const Mount* mount = MountOf(root->path, mounts);
  if (mount == nullptr) {
    return Unsupported("cannot watch '" + root->path + "': it lies on no mount that is visible here");
  }
  if (std::exchange(root->mount, mount->id) == mount->id) return Status::Ok();
  auto has_it = [&](const Seen& seen) { return seen.mount.id == mount->id && seen.wanted; };
  if (kind_ != MarkKind::kDirectory && std::ranges::any_of(seen_, has_it)) return Status::Ok();
  return MarkMount(*mount, root->path, true, resolver);
}

Status FanotifyMarks::MarkMounts(std::vector<Mount> mounts, DirectoryResolver* resolver, std::vector<Change>* changes) {
  // Whole file systems before parts of them, as all paths of one are seen through the mount that comes first.
  std::ranges::stable_sort(mounts, {}, [](const Mount& mount) { return mount.root.size(); });
  Status failure = Status::Ok();
  for (const Mount& mount : mounts) {
    bool below = kind_ != MarkKind::kDirectory &&
                 std::ranges::any_of(roots_, [&](const Root& root) { return IsWithin(mount.point, root.path); });
    bool wanted = roots_.empty() || below;
    auto same = [&](const Seen& seen) { return seen.mount.id == mount.id; };
    if (IsPseudo(mount) || std::ranges::any_of(seen_, same)) continue;
    Status status = MarkMount(mount, mount.point, wanted, resolver);
    if (!wanted) continue;
    if (changes != nullptr) changes->push_back({mount, true});
    if (status.ok()) continue;
    warn_(status.message());
    failure = std::move(status);
  }
  return resolver->filesystems().empty() ? std::move(failure) : Status::Ok();
}

Status FanotifyMarks::MarkAll(DirectoryResolver* resolver) {
  VEXEVT_ASSIGN(std::vector<Mount> mounts, ReadMounts());
  for (Root& root : roots_) VEXEVT_TRY(MarkRoot(mounts, resolver, &root));
  return MarkMounts(std::move(mounts), resolver, nullptr);
}

Status FanotifyMarks::FollowMounts(DirectoryResolver* resolver, std::vector<Change>* changes) {
  VEXEVT_ASSIGN(std::vector<Mount> mounts, ReadMounts());
  std::erase_if(seen_, [&](const Seen& seen) {
    if (std::ranges::find(mounts, seen.mount.id, &Mount::id) != mounts.end()) return false;
    resolver->RemoveView(seen.mount.id);
    if (seen.wanted) changes->push_back({seen.mount, false});
    return true;
  });
  // What lies at a root's place now is watched instead of what was there.
  for (Root& root : roots_) {
    std::size_t known = seen_.size();
    if (Status status = MarkRoot(mounts, resolver, &root); !status.ok()) warn_(status.message());
    if (seen_.size() > known && IsWithin(seen_.back().mount.point, root.path)) {
      changes->push_back({seen_.back().mount, true});
    }
  }
  return MarkMounts(std::move(mounts), resolver, changes);
}

void FanotifyMarks::Remove() {
  // Each flush takes the marks of one kind. They can only fail where there are none.
  for (unsigned kind : {unsigned{FAN_MARK_FILESYSTEM}, unsigned{FAN_MARK_MOUNT}, 0U}) {
    ::fanotify_mark(fd_.get(), FAN_MARK_FLUSH | kind, 0, AT_FDCWD, nullptr);
  }
}

}  // namespace vexevt
