// ProcConnector: the kernel's own word, over netlink, of every process that forks, execs or ends. It arrives before
// the new process can do anything. Needs CAP_NET_ADMIN, the initial pid namespace and CONFIG_PROC_EVENTS.
#pragma once

#include <cstdint>
#include <memory>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class ProcListener {
 public:
  virtual ~ProcListener() = default;
  virtual void Forked(std::uint32_t parent, std::uint32_t child) = 0;
  virtual void Executed(std::uint32_t pid) = 0;
  virtual void Changed(std::uint32_t pid) = 0;  // its uid, gid or name
  virtual void Exited(std::uint32_t pid) = 0;
  virtual void Missed() = 0;  // messages were lost
};

class ProcConnector {
 public:
  static Result<ProcConnector> Open();

  int fd() const { return socket_.get(); }

  // Tells *listener all that is waiting. Threads are not told.
  void Drain(ProcListener* listener);

 private:
  struct Buffers;
  explicit ProcConnector(UniqueFd socket);

 public:
  ProcConnector(ProcConnector&&) noexcept;
  ~ProcConnector();

 private:
  UniqueFd socket_;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace vexevt
