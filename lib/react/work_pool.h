// WorkPool: a few threads for what waits for others (requests, endpoints), so that the loop never does. For one thread,
// the owner's; a job runs in another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

class WorkPool {
 public:
  // Threads begin as they are needed, at most so many.
  explicit WorkPool(std::size_t most_threads);
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;
  ~WorkPool();  // waits for nobody: a job that hangs is left behind

  // `job` touches nothing that is not its own.
  void Add(std::uint64_t ticket, std::function<Status()> job);

  // The outcomes that have come since.
  std::vector<std::pair<std::uint64_t, Status>> Take();
  int fd() const;  // readable: Take has something to give

 private:
  struct Shared;
  static void Work(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;  // with the threads, which may outlive this
};

}  // namespace vexevt
