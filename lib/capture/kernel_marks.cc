#include "lib/capture/kernel_marks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lib/base/folders.h"
#include "lib/base/path.h"

namespace vexevt {
namespace {

// What a mark of a mount can tell of: the kernel knows a mount only of an open file.
constexpr std::uint64_t kKernelOpenFileTypes = VEXEVT_BIT(VEXEVT_FS_OPEN) | VEXEVT_BIT(VEXEVT_FS_READ) |
                                               VEXEVT_BIT(VEXEVT_FS_WRITE) | VEXEVT_BIT(VEXEVT_FS_CLOSE) |
                                               VEXEVT_BIT(VEXEVT_FS_CLOSE_WRITE) | VEXEVT_BIT(VEXEVT_FS_EXEC);

std::uint64_t TypesToMark(std::uint64_t fs_types) {
  std::uint64_t types = fs_types & VEXEVT_FS_ALL;
  // Which of the three it is shows only afterwards.
  if ((fs_types & (VEXEVT_BIT(VEXEVT_FS_MOVE_IN) | VEXEVT_BIT(VEXEVT_FS_MOVE_OUT))) != 0)
    types |= VEXEVT_BIT(VEXEVT_FS_RENAME);
  return types;
}

// A descriptor on the root of a mount that is not covered by another; -1: it is.
Result<UniqueFd> OpenMount(const Mount& mount) {
  UniqueFd fd(::open(mount.point.c_str(), O_PATH | O_CLOEXEC));
  struct statx status;
  if (!fd || ::statx(fd.get(), "", AT_EMPTY_PATH, STATX_MNT_ID, &status) < 0)
    return ErrnoStatus("cannot watch '" + mount.point + "'", errno);
  if (status.stx_mnt_id != mount.id) fd.reset();
  return fd;
}

const Mount* Find(const std::vector<Mount>& mounts, std::uint32_t id) {
  auto found = std::ranges::find(mounts, id, &Mount::id);
  return found == mounts.end() ? nullptr : &*found;
}

}  // namespace

// What the kernel cannot take is decided here, or by who reads us.
Status KernelMarks::SetFilter(std::vector<std::string> folders, KernelDevice* device, KernelFrames* frames) {
  const Selection& selection = options_.selection;
  KernelFilter filter;
  for (UserRange range : selection.uids) filter.uids.push_back({range.first, range.last});
  if (filter.uids.size() > VEXEVT_FILTER_MAX) filter.uids.clear();
  filter.pids = selection.pids;
  // Orphans of the command become children of ours (command.h), and so stay in the tree; what we do is left out anyway.
  if (options_.command != 0) filter.pids = {static_cast<std::uint32_t>(::getpid())};
  if (filter.pids.size() > VEXEVT_FILTER_MAX) filter.pids.clear();
  filter.paths = FoldersInBoth(folders, selection.within);
  Status status = device->SetFilter(filter);
  bool asked = status.code() != StatusCode::kResourceExhausted;
  if (!asked) {
    filter.paths.clear();
    status = device->SetFilter(filter);
  }
  frames->Select(std::move(folders), asked);
  return status;
}

bool KernelMarks::IsBelow(const Mount& mount) const {
  const std::vector<std::string>& roots = options_.selection.roots;
  return !IsPseudo(mount) && (roots.empty() || std::ranges::any_of(roots, [&](const std::string& root) {
                                return IsWithin(mount.point, root);
                              }));
}

Status KernelMarks::MarkDirectories(KernelDevice* device) {
  for (const std::string& root : options_.selection.roots) {
    UniqueFd fd(::open(root.c_str(), O_PATH | O_CLOEXEC));
    if (!fd) return ErrnoStatus("cannot watch '" + root + "'", errno);
    VEXEVT_TRY(device->Mark(fd.get(), root, VEXEVT_OBJECT_DIRECTORY, TypesToMark(options_.selection.fs_types)));
  }
  return Status::Ok();
}

Status KernelMarks::MarkView(const Mount& view, KernelDevice* device) {
  VEXEVT_ASSIGN(UniqueFd fd, OpenMount(view));
  if (!fd) return Status::Ok();
  // Where it was watched by way of a mount that has gone, paths were those of that.
  for (const Mount& before : plan_.views) {
    if (before.device == view.device && before.id != view.id) device->Unmark(fd.get(), VEXEVT_OBJECT_FILESYSTEM);
  }
  std::uint64_t types = TypesToMark(options_.selection.fs_types);
  if (options_.mark == MarkKind::kMount) types &= ~kKernelOpenFileTypes;
  return device->Mark(fd.get(), view.point, VEXEVT_OBJECT_FILESYSTEM, types);
}

// Each mount that holds a root or lies below one.
Status KernelMarks::MarkMounts(const std::vector<Mount>& mounts, KernelDevice* device) {
  auto mark = [&](const Mount& mount) {
    VEXEVT_ASSIGN(UniqueFd fd, OpenMount(mount));
    if (!fd) return Status::Ok();
    return device->Mark(fd.get(), mount.point, VEXEVT_OBJECT_MOUNT,
                        TypesToMark(options_.selection.fs_types) & kKernelOpenFileTypes);
  };
  for (const std::string& root : options_.selection.roots) {
    if (const Mount* mount = MountOf(root, mounts); mount != nullptr) VEXEVT_TRY(mark(*mount));
  }
  for (const Mount& mount : mounts) {
    if (IsBelow(mount)) VEXEVT_TRY(mark(mount));
  }
  return Status::Ok();
}

Status KernelMarks::MarkAll(KernelDevice* device, KernelFrames* frames) {
  if (!options_.files) return SetFilter({}, device, frames);
  if (options_.mark == MarkKind::kDirectory) {
    VEXEVT_TRY(SetFilter(options_.selection.roots, device, frames));
    return MarkDirectories(device);
  }
  VEXEVT_ASSIGN(mounts_, ReadMounts());
  KernelViews plan = PlanKernelViews(mounts_, options_.selection.roots, {});
  for (const std::string& unseen : plan.unseen) {
    std::string text = "cannot watch '" + unseen + "': its file system is watched by way of another of its mounts";
    if (std::ranges::find(options_.selection.roots, unseen) != options_.selection.roots.end())
      return Unsupported(text + " already");
    options_.warn(text);
  }
  std::vector<std::string> folders = plan.folders;
  // Marks of mounts name things as those mounts do.
  if (options_.mark == MarkKind::kMount && !folders.empty())
    folders.insert(folders.end(), options_.selection.roots.begin(), options_.selection.roots.end());
  VEXEVT_TRY(SetFilter(std::move(folders), device, frames));
  Status failure = Status::Ok();
  std::size_t marked = 0;
  for (const Mount& view : plan.views) {
    Status status = MarkView(view, device);
    if (status.ok()) {
      ++marked;
      continue;
    }
    bool holds_root = std::ranges::any_of(options_.selection.roots, [&](const std::string& root) {
      const Mount* mount = MountOf(root, mounts_);
      return mount != nullptr && mount->device == view.device;
    });
    if (holds_root) return status;
    options_.warn(status.message());
    failure = std::move(status);
  }
  if (marked == 0) return failure;
  plan_ = std::move(plan);
  return options_.mark == MarkKind::kMount ? MarkMounts(mounts_, device) : Status::Ok();
}

Status KernelMarks::FollowMounts(KernelDevice* device, KernelFrames* frames, std::vector<Change>* changes) {
  if (!options_.files || options_.mark == MarkKind::kDirectory) return Status::Ok();
  VEXEVT_ASSIGN(std::vector<Mount> mounts, ReadMounts());
  for (const Mount& before : mounts_) {
    bool elsewhere = std::ranges::find(mounts, before.device, &Mount::device) != mounts.end();
    if (IsBelow(before) && elsewhere && Find(mounts, before.id) == nullptr) changes->push_back({before, false});
  }
  KernelViews plan = PlanKernelViews(mounts, options_.selection.roots, plan_.views);
  if (plan.folders != plan_.folders && options_.mark == MarkKind::kFilesystem)
    VEXEVT_TRY(SetFilter(plan.folders, device, frames));
  for (const Mount& view : plan.views) {
    if (Find(plan_.views, view.id) != nullptr) continue;
    if (Status status = MarkView(view, device); !status.ok()) options_.warn(status.message());
  }
  for (const Mount& mount : mounts) {
    if (IsBelow(mount) && Find(mounts_, mount.id) == nullptr) changes->push_back({mount, true});
  }
  plan_ = std::move(plan);
  mounts_ = std::move(mounts);
  return options_.mark == MarkKind::kMount ? MarkMounts(mounts_, device) : Status::Ok();
}

}  // namespace vexevt
