#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "lib/base/unique_fd.h"
#include "lib/doctor/examine.h"
#include "lib/doctor/proc_files.h"

namespace vexevt {
namespace {

struct InotifyUse {
  std::uint64_t instances = 0, watches = 0;
};

// Of the processes that we may look into; the limits are per user, so these are most of those that count.
InotifyUse CountUse() {
  namespace fs = std::filesystem;
  InotifyUse use;
  std::error_code ignored;
  for (const fs::directory_entry& process : fs::directory_iterator("/proc", ignored)) {
    std::string name = process.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code unreadable;
    for (const fs::directory_entry& fd : fs::directory_iterator(process.path() / "fd", unreadable)) {
      if (fs::read_symlink(fd.path(), unreadable) != "anon_inode:inotify") continue;
      ++use.instances;
      std::ifstream info(process.path() / "fdinfo" / fd.path().filename());
      for (std::string line; std::getline(info, line);) use.watches += line.starts_with("inotify ");
    }
  }
  return use;
}

Finding Limit(std::string topic, std::uint64_t used, std::uint64_t limit, const char* sysctl) {
  Finding finding{.topic = std::move(topic), .text = fmt::format("{} of {} in use", used, limit)};
  if (used >= limit - limit / 5) {
    finding.health = Health::kWarn;
    finding.remedy = fmt::format("sysctl {}={}", sysctl, limit * 2);
  }
  return finding;
}

}  // namespace

bool ExamineInotify(Diagnosis* diagnosis) {
  UniqueFd fd(::inotify_init1(IN_CLOEXEC));
  if (!fd) {
    int error = errno;
    diagnosis->findings.push_back(
        {.topic = "inotify",
         .health = Health::kMissing,
         .text = std::strerror(error),
         .remedy = error == EMFILE ? "sysctl fs.inotify.max_user_instances, or end programs that hold instances" : ""});
    return false;
  }
  auto watches = ReadNumber("/proc/sys/fs/inotify/max_user_watches");
  auto instances = ReadNumber("/proc/sys/fs/inotify/max_user_instances");
  auto queue = ReadNumber("/proc/sys/fs/inotify/max_queued_events");
  diagnosis->findings.push_back(
      {.topic = "inotify", .text = fmt::format("usable, {} events queued at most", queue.value_or(0))});
  InotifyUse use = CountUse();
  if (watches) {
    diagnosis->findings.push_back(Limit("inotify watches", use.watches, *watches, "fs.inotify.max_user_watches"));
  }
  if (instances) {
    diagnosis->findings.push_back(
        Limit("inotify instances", use.instances, *instances, "fs.inotify.max_user_instances"));
  }
  return true;
}

}  // namespace vexevt
