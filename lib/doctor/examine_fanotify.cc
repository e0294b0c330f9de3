#include <fcntl.h>
#include <fmt/format.h>
#include <sys/fanotify.h>

#include <cerrno>
#include <cstring>

#include "lib/base/unique_fd.h"
#include "lib/doctor/examine.h"
#include "lib/doctor/proc_files.h"

// Newer than Debian 12's headers, or than the kernels that they are for.
#ifndef FAN_REPORT_PIDFD
#define FAN_REPORT_PIDFD 0x00000080
#endif
#ifndef FAN_REPORT_TARGET_FID
#define FAN_REPORT_TARGET_FID 0x00001000
#endif
#ifndef FAN_RENAME
#define FAN_RENAME 0x10000000
#endif

namespace vexevt {
namespace {

constexpr unsigned kNames =
    FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_FID | FAN_REPORT_DIR_FID | FAN_REPORT_NAME;
constexpr unsigned kUnlimited = FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS;
constexpr std::uint64_t kMask =
    FAN_CREATE | FAN_DELETE | FAN_MODIFY | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_ONDIR | FAN_EVENT_ON_CHILD;

UniqueFd OpenGroup(unsigned flags) { return UniqueFd(::fanotify_init(flags, O_RDONLY | O_CLOEXEC)); }

// 0, or the errno of marking the file system of `path`. The mark ends with the group.
int MarkError(unsigned group_flags, std::uint64_t mask, const std::string& path) {
  UniqueFd group = OpenGroup(group_flags);
  if (!group) return errno;
  if (::fanotify_mark(group.get(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask, AT_FDCWD, path.c_str()) != 0) return errno;
  return 0;
}

std::string WhyNotMarked(int error) {
  switch (error) {
    case ENODEV:
      return "no file-system id";
    case EXDEV:
      return "a subvolume with an id of its own";
    case EOPNOTSUPP:
      return "cannot turn handles into paths";
    default:
      return std::strerror(error);
  }
}

void ExamineFeatures(Diagnosis* diagnosis) {
  std::string have, lack;
  auto note = [&](bool there, std::string_view name) {
    std::string& list = there ? have : lack;
    list += list.empty() ? "" : ", ";
    list += name;
  };
  note(static_cast<bool>(OpenGroup(kNames | FAN_REPORT_TARGET_FID)), "targets of events (5.17)");
  note(MarkError(kNames | FAN_REPORT_TARGET_FID, FAN_RENAME | FAN_ONDIR, "/") == 0, "both sides of a rename (5.17)");
  note(static_cast<bool>(OpenGroup(kNames | FAN_REPORT_PIDFD)), "process descriptors (5.15)");
  note(static_cast<bool>(OpenGroup(kNames | kUnlimited)), "unlimited queue");
  Finding finding{.topic = "fanotify features", .text = have};
  if (!lack.empty()) {
    finding.health = Health::kWarn;
    finding.text += (have.empty() ? "lacks " : "; lacks ") + lack;
    finding.remedy = "a newer kernel";
  }
  diagnosis->findings.push_back(std::move(finding));
}

// Whether any file system can be marked.
bool ExamineMounts(Diagnosis* diagnosis) {
  auto mounts = ReadMounts();
  if (!mounts.ok()) {
    diagnosis->findings.push_back({.topic = "mounts", .health = Health::kWarn, .text = mounts.status().message()});
    return false;
  }
  bool any = false;
  for (const Mount& mount : FileMounts(*mounts)) {
    int error = MarkError(kNames | kUnlimited, kMask, mount.point);
    Finding finding{.topic = "mount " + mount.point, .text = mount.type};
    any |= error == 0;
    if (error != 0) {
      finding.health = Health::kWarn;
      finding.text += ": no fanotify: " + WhyNotMarked(error);
      finding.remedy = "vexevt-capture --backend inotify " + mount.point;
    }
    diagnosis->findings.push_back(std::move(finding));
  }
  return any;
}

}  // namespace

bool ExamineFanotify(const Rights& rights, Diagnosis* diagnosis) {
  UniqueFd group = OpenGroup(kNames | kUnlimited);
  int error = errno;
  if (!group) {
    Finding finding{.topic = "fanotify", .health = Health::kMissing, .text = std::strerror(error)};
    if (error == EPERM && rights.sys_admin && !rights.root_namespace) {
      finding.remedy = "run outside the container: it asks for CAP_SYS_ADMIN of the whole machine";
    } else if (error == EPERM) {
      finding.remedy = "run as root, or: setcap cap_sys_admin,cap_dac_read_search,cap_sys_ptrace+ep vexevt-capture";
    } else if (error == ENOSYS) {
      finding.remedy = "a kernel with CONFIG_FANOTIFY";
    } else if (error == EINVAL) {
      finding.remedy = "Linux 5.9 or newer, which reports names";
    }
    diagnosis->findings.push_back(std::move(finding));
    return false;
  }
  std::string text = "usable";
  if (auto groups = ReadNumber("/proc/sys/fs/fanotify/max_user_groups"))
    text += fmt::format(", {} groups a user", *groups);
  diagnosis->findings.push_back({.topic = "fanotify", .text = text});
  ExamineFeatures(diagnosis);
  Finding handles{.topic = "paths", .text = "handles can be opened (CAP_DAC_READ_SEARCH)"};
  if (!rights.dac_read_search) {
    handles = {.topic = "paths",
               .health = Health::kMissing,
               .text = "handles cannot be turned into paths",
               .remedy = "add CAP_DAC_READ_SEARCH"};
  }
  diagnosis->findings.push_back(std::move(handles));
  return ExamineMounts(diagnosis) && rights.dac_read_search;
}

}  // namespace vexevt
