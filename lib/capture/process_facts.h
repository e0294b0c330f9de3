// ProcessFacts: what /proc tells of one process.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/unique_fd.h"

namespace vexevt {

struct ProcessFacts {
  std::string comm, exe, cgroup;  // cgroup: empty for the root
  std::uint32_t uid = 0, gid = 0, ppid = 0;
  std::uint32_t tgid = 0;             // itself, or the process whose thread it is; 0: not known
  bool credentials = false;           // uid, gid and ppid are known
  std::optional<std::uint32_t> auid;  // the login user, where anybody did log in and it is asked for
};

// The folder of a process or thread; none: it is gone. Should the number be given anew, reads in it fail.
UniqueFd OpenProcess(std::uint32_t pid);

// Reads the facts but auid. False: it is gone, and *facts is as it was. *comm_fd becomes a descriptor of its file comm,
// which NameStillIs reads again.
bool ReadProcessFacts(int directory, ProcessFacts* facts, UniqueFd* comm_fd);

enum class NameState : unsigned char { kSame, kOther, kGone };
NameState NameStillIs(const UniqueFd& comm_fd, const std::string& comm);

// The start of a file of /proc; empty where it or its process is gone.
std::string_view ReadProcFile(int directory, const char* name, std::span<char> buffer);

}  // namespace vexevt
