// Process: a command that a workflow runs, kept apart from us: an argument vector and no shell, an environment of its
// own, no descriptor but the three standard ones, a session of its own, no way to new rights (no_new_privs), limits. It
// ends with us, however we end, and what it leaves behind in its process group ends with it.
//
// For one thread at a time. The one that starts a process has to outlive it: the kernel kills it when that thread ends.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/react/workflow.h"

namespace vexevt {

// Whom a process runs as.
struct ProcessUser {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  std::string name, home;
};

ProcessUser InvokingUser();
// kInvalidArgument where there is no such user, or this process may not become it.
Result<ProcessUser> FindUser(const std::string& name);

struct ProcessPlan {
  std::vector<std::string> arguments;    // the first is the command, found in kCommandPath unless it has a '/'
  std::vector<std::string> environment;  // "NAME=value"; all of it
  std::optional<std::string> input;      // its standard input; none: /dev/null
  CommandLimits limits;
};

inline constexpr char kCommandPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// PATH, HOME, USER, LOGNAME and LANG, for a process of `user`.
std::vector<std::string> BareEnvironment(const ProcessUser& user);

struct ProcessEnd {
  int exit_status = 0;             // where `signal` is 0
  int signal = 0;                  // that ended it
  std::string output;              // standard output and error, as they came
  std::uint64_t output_bytes = 0;  // that it wrote; more than are kept, maybe

  bool ok() const { return signal == 0 && exit_status == 0; }
};

// "exited with status 1", "was ended by a signal: Killed".
std::string Describe(const ProcessEnd& end);

class Process {
 public:
  // Returns once the command executes, or can't be executed: kNotFound, kPermissionDenied. *began, if given, is its
  // process before it has done anything.
  static Result<std::unique_ptr<Process>> Start(const ProcessPlan& plan, const ProcessUser& user,
                                                std::atomic<pid_t>* began = nullptr);

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills what still runs

  pid_t pid() const { return pid_; }
  int end_fd() const { return pidfd_.get(); }      // readable: TakeEnd has something to give
  int output_fd() const { return output_.get(); }  // readable: TakeOutput has something to do; -1: nothing more comes

  // Takes what it has written, without waiting.
  void TakeOutput();
  // nullopt: it still runs. Once only.
  std::optional<ProcessEnd> TakeEnd();

  // To the whole group.
  void Signal(int signal);

 private:
  Process(pid_t pid, UniqueFd pidfd, UniqueFd output, std::size_t most_output)
      : pid_(pid), pidfd_(std::move(pidfd)), output_(std::move(output)), most_output_(most_output) {}

  pid_t pid_;  // and process group; 0: it was waited for
  UniqueFd pidfd_, output_;
  std::size_t most_output_;
  ProcessEnd end_;
};

}  // namespace vexevt
