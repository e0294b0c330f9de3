#include <fcntl.h>
#include <fmt/format.h>
#include <sys/fanotify.h>

#include <cerrno>
#include <cstring>

#include "lib/base/escape.h"
#include "lib/base/unique_fd.h"
#include "lib/doctor/examine.h"
#include "lib/doctor/proc_files.h"

namespace vexevt {
namespace {

// As lib/capture/fanotify_marks.cc asks for them.
constexpr unsigned kGroup = FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DFID_NAME_TARGET |
                            FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS;
constexpr std::uint64_t kMask = FAN_CREATE | FAN_DELETE | FAN_MODIFY | FAN_RENAME | FAN_ONDIR | FAN_EVENT_ON_CHILD;

UniqueFd OpenGroup() { return UniqueFd(::fanotify_init(kGroup, O_RDONLY | O_CLOEXEC)); }

// 0, or the errno of marking the file system of `path`. The mark ends with the group.
int MarkError(const std::string& path) {
  UniqueFd group = OpenGroup();
  if (!group) return errno;
  if (::fanotify_mark(group.get(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM, kMask, AT_FDCWD, path.c_str()) != 0)
    return errno;
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

// Whether any file system can be marked.
bool ExamineMounts(Diagnosis* diagnosis) {
  auto mounts = ReadMounts();
  if (!mounts.ok()) {
    diagnosis->findings.push_back({.topic = "mounts", .health = Health::kWarn, .text = mounts.status().message()});
    return false;
  }
  bool any = false;
  for (const Mount& mount : FileMounts(*mounts)) {
    int error = MarkError(mount.point);
    Finding finding{.topic = "mount " + mount.point, .text = mount.type};
    any |= error == 0;
    if (error != 0) {
      finding.health = Health::kWarn;
      finding.text += ": no fanotify: " + WhyNotMarked(error);
      finding.remedy = "vexevt-capture --from inotify ";
      AppendShellQuoted(mount.point, &finding.remedy);
    }
    diagnosis->findings.push_back(std::move(finding));
  }
  return any;
}

}  // namespace

bool ExamineFanotify(const Rights& rights, Diagnosis* diagnosis) {
  UniqueFd group = OpenGroup();
  int error = errno;
  if (!group) {
    Finding finding{.topic = "fanotify", .health = Health::kMissing, .text = std::strerror(error)};
    if (error == EPERM && rights.sys_admin && !rights.root_namespace) {
      finding.remedy = "run outside the container: it asks for CAP_SYS_ADMIN of the whole machine";
    } else if (error == EPERM) {
      finding.remedy =
          "run as root, or: setcap cap_sys_admin,cap_dac_read_search,cap_sys_ptrace,cap_net_admin+ep vexevt-capture";
    } else if (error == ENOSYS) {
      finding.remedy = "a kernel with CONFIG_FANOTIFY";
    } else if (error == EINVAL) {
      finding.remedy = "Linux 5.17 or newer, which tells of both sides of a rename";
    }
    diagnosis->findings.push_back(std::move(finding));
    return false;
  }
  std::string text = "usable, its queue without a limit";
  if (auto groups = ReadNumber("/proc/sys/fs/fanotify/max_user_groups"))
    text += fmt::format(", {} groups a user", *groups);
  diagnosis->findings.push_back({.topic = "fanotify", .text = text});
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
