#include <fcntl.h>
#include <fmt/format.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/base/namespaces.h"
#include "lib/base/unique_fd.h"
#include "lib/base/units.h"
#include "lib/doctor/examine.h"
#include "lib/doctor/proc_files.h"

namespace vexevt {
namespace {

Finding ExamineKernel() {
  utsname name;
  if (::uname(&name) != 0) return {.topic = "kernel", .health = Health::kWarn, .text = std::strerror(errno)};
  return {.topic = "kernel", .text = fmt::format("{} {}", name.release, name.machine)};
}

Finding ExamineRights(const Rights& rights) {
  Finding finding{.topic = "rights", .text = fmt::format("uid {}", ::geteuid())};
  std::string lacks;
  auto need = [&](bool has, std::string_view name) {
    if (!has) lacks += (lacks.empty() ? "" : ", ") + std::string(name);
  };
  need(rights.sys_admin, "CAP_SYS_ADMIN (fanotify)");
  need(rights.dac_read_search, "CAP_DAC_READ_SEARCH (paths)");
  need(rights.sys_ptrace, "CAP_SYS_PTRACE (executables of other users' processes)");
  if (!lacks.empty()) {
    finding.health = Health::kWarn;
    finding.text += ", without " + lacks;
    finding.remedy = "run as root for what these are for";
  }
  return finding;
}

Finding ExamineProcConnector(const Rights& rights) {
  if (!InInitialPidNamespace()) {
    return {.topic = "proc connector",
            .health = Health::kWarn,
            .text = "not told in this pid namespace; the name of a process that ends at once may be unknown",
            .remedy = "run outside of the container, or with the host's pid namespace"};
  }
  UniqueFd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR));
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  address.nl_groups = CN_IDX_PROC;
  bool bound = fd && ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  int error = bound ? EPERM : errno;
  // Without that right newer kernels let us listen, but not with room for all that is told.
  if (bound && rights.net_admin) {
    return {.topic = "proc connector", .text = "usable: short-lived processes are known by name"};
  }
  return {.topic = "proc connector",
          .health = Health::kWarn,
          .text = fmt::format("{}; the name of a process that ends at once may be unknown", std::strerror(error)),
          .remedy = rights.net_admin ? "a kernel with CONFIG_PROC_EVENTS" : "add CAP_NET_ADMIN"};
}

Finding ExamineFuse() {
  if (::access("/dev/fuse", R_OK | W_OK) == 0) {
    Finding finding{.topic = "FUSE", .text = "/dev/fuse is there"};
    auto helper = [](const char* path) { return ::access(path, X_OK) == 0; };
    if (::geteuid() != 0 && !helper("/usr/bin/fusermount3") && !helper("/bin/fusermount3")) {
      finding.health = Health::kWarn;
      finding.text += ", but only root can mount";
      finding.remedy = "install the package fuse3, for fusermount3";
    }
    return finding;
  }
  return {.topic = "FUSE",
          .health = Health::kWarn,
          .text = fmt::format("/dev/fuse: {}", std::strerror(errno)),
          .remedy = errno == EACCES ? "run as root" : "modprobe fuse"};
}

Finding ExaminePipes() {
  constexpr int kWanted = 1 << 20;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {.topic = "pipes", .health = Health::kWarn, .text = std::strerror(errno)};
  UniqueFd reader(ends[0]), writer(ends[1]);
  int size = ::fcntl(writer.get(), F_SETPIPE_SZ, kWanted);
  if (size >= kWanted) return {.topic = "pipes", .text = "1M buffers allowed"};
  int now = ::fcntl(writer.get(), F_GETPIPE_SZ);
  return {.topic = "pipes",
          .health = Health::kWarn,
          .text = fmt::format("buffers stay at {}", RoundedSize(static_cast<std::uint64_t>(now))),
          .remedy = "sysctl fs.pipe-max-size=1048576, and fs.pipe-user-pages-soft where many pipes are open"};
}

void ExamineClock(Diagnosis* diagnosis) {
  auto source = ReadFirstLine("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  bool fast = source && (*source == "tsc" || *source == "kvm-clock" || *source == "hyperv_clocksource_tsc_page" ||
                         *source == "arch_sys_counter");
  Finding finding{.topic = "clock source", .text = source.value_or("unknown")};
  if (source && !fast) {
    finding.health = Health::kWarn;
    finding.text += ": every time stamp costs a system call";
    finding.remedy = "boot with clocksource=tsc where the processor's is stable";
  }
  diagnosis->findings.push_back(std::move(finding));

  timex state = {};
  bool synchronised = ::adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
  finding = {.topic = "wall clock", .text = "synchronised"};
  if (!synchronised) {
    finding = {.topic = "wall clock",
               .health = Health::kWarn,
               .text = "not synchronised: streams of several hosts merge wrongly",
               .remedy = "run chrony or systemd-timesyncd"};
  }
  diagnosis->findings.push_back(std::move(finding));
}

}  // namespace

void ExamineSystem(const Rights& rights, Diagnosis* diagnosis) {
  auto& findings = diagnosis->findings;
  findings.insert(findings.begin(), ExamineRights(rights));
  findings.insert(findings.begin(), ExamineKernel());
  findings.push_back(ExamineProcConnector(rights));
  findings.push_back(ExamineFuse());
  findings.push_back(ExaminePipes());
  ExamineClock(diagnosis);
}

}  // namespace vexevt
