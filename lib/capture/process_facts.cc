#include "lib/capture/process_facts.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace vexevt {
namespace {

std::string_view WithoutNewline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

// The `index`th number of the line "name:\t…" of /proc/PID/status.
bool StatusNumber(std::string_view status, std::string_view name, int index, std::uint32_t* number) {
  std::size_t at = status.find(name);
  if (at == std::string_view::npos) return false;
  status.remove_prefix(at + name.size());
  for (; index > 0; --index) {
    at = status.find('\t');
    if (at == std::string_view::npos) return false;
    status.remove_prefix(at + 1);
  }
  return std::from_chars(status.data(), status.data() + status.size(), *number).ec == std::errc{};
}

}  // namespace

std::string_view ReadProcFile(int directory, const char* name, std::span<char> buffer) {
  UniqueFd fd(::openat(directory, name, O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  ssize_t size = ::read(fd.get(), buffer.data(), buffer.size());
  return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

UniqueFd OpenProcess(std::uint32_t pid) {
  std::array<char, 32> name{};
  *std::to_chars(name.data(), name.data() + name.size() - 1, pid).ptr = '\0';
  static const UniqueFd proc(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  return UniqueFd(::openat(proc.get(), name.data(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

bool ReadProcessFacts(int directory, ProcessFacts* facts, UniqueFd* comm_fd) {
  std::array<char, 64> comm;
  UniqueFd comm_file(::openat(directory, "comm", O_RDONLY | O_CLOEXEC));
  ssize_t comm_size = comm_file ? ::read(comm_file.get(), comm.data(), comm.size()) : -1;
  if (comm_size <= 0) return false;
  facts->comm = WithoutNewline({comm.data(), static_cast<std::size_t>(comm_size)});
  std::array<char, 4096> buffer;
  std::string_view status = ReadProcFile(directory, "status", buffer);
  // The second number of Uid and Gid is the effective one. Names come first and are escaped: no line can be forged.
  facts->credentials = StatusNumber(status, "\nPPid:", 1, &facts->ppid) &&
                       StatusNumber(status, "\nUid:", 2, &facts->uid) && StatusNumber(status, "\nGid:", 2, &facts->gid);
  if (!StatusNumber(status, "\nTgid:", 1, &facts->tgid)) facts->tgid = 0;
  ssize_t size = ::readlinkat(directory, "exe", buffer.data(), buffer.size());
  facts->exe.assign(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  std::string_view cgroup = ReadProcFile(directory, "cgroup", buffer);
  std::size_t unified = cgroup.find("0::/");
  facts->cgroup.clear();
  if (unified == 0 || (unified != std::string_view::npos && cgroup[unified - 1] == '\n')) {
    cgroup.remove_prefix(unified + 3);
    cgroup = cgroup.substr(0, cgroup.find('\n'));
    if (cgroup.size() > 1) facts->cgroup = cgroup;
  }
  *comm_fd = std::move(comm_file);
  return true;
}

NameState NameStillIs(const UniqueFd& comm_fd, const std::string& comm) {
  std::array<char, 64> name;
  ssize_t size = comm_fd ? ::pread(comm_fd.get(), name.data(), name.size(), 0) : -1;
  if (size <= 0) return NameState::kGone;
  return WithoutNewline({name.data(), static_cast<std::size_t>(size)}) == comm ? NameState::kSame : NameState::kOther;
}

}  // namespace vexevt
