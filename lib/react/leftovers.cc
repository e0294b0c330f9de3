#include "lib/react/leftovers.h"

#include <dirent.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <memory>
#include <string>

#include "lib/base/unique_fd.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostEnvironment = std::size_t{4} << 20;
constexpr int kRounds = 20;  // while they fork
constexpr int kWaitMs = 1000;

bool Has(pid_t pid, std::string_view variable) {
  auto environment = ReadFile(fmt::format("/proc/{}/environ", pid), kMostEnvironment);
  if (!environment.ok()) return false;
  std::string_view rest = *environment;
  while (!rest.empty()) {
    if (rest.starts_with(variable)) return true;
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + 1);
  }
  return false;
}

// False: it had ended, or is not ours to kill.
bool Kill(pid_t pid, std::string_view variable) {
  UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  // Asked once it can't become another process any more.
  if (!handle || !Has(pid, variable)) return false;
  if (::syscall(SYS_pidfd_send_signal, handle.get(), SIGKILL, nullptr, 0) < 0) return false;
  pollfd ended{.fd = handle.get(), .events = POLLIN, .revents = 0};
  ::poll(&ended, 1, kWaitMs);
  return true;
}

int KillRound(std::string_view variable) {
  std::unique_ptr<DIR, int (*)(DIR*)> processes(::opendir("/proc"), &::closedir);
  int killed = 0;
  while (const dirent* entry = processes ? ::readdir(processes.get()) : nullptr) {
    pid_t pid = 0;
    const char* const end = entry->d_name + std::strlen(entry->d_name);
    const auto [stop, error] = std::from_chars(entry->d_name, end, pid);
    if (error == std::errc() && stop == end && pid != ::getpid() && Has(pid, variable)) killed += Kill(pid, variable);
  }
  return killed;
}

}  // namespace

int KillProcessesWith(std::string_view variable) {
  int all = 0;
  for (int round = 0; round < kRounds; ++round) {
    const int killed = KillRound(variable);
    if (killed == 0) break;
    all += killed;
  }
  return all;
}

}  // namespace vexevt
