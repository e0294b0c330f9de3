// PlanLoader: reads and compiles a rules file in a thread of its own, so that events go on under the old rules
// meanwhile: thousands of regexes take seconds. For one thread, the owner's; the one that compiles is not seen.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "lib/base/unique_fd.h"
#include "lib/route/route_plan.h"

namespace vexevt {

class PlanLoader {
 public:
  explicit PlanLoader(std::string path);
  ~PlanLoader();  // waits for what is being compiled
  PlanLoader(const PlanLoader&) = delete;
  PlanLoader& operator=(const PlanLoader&) = delete;

  // Reads the file. While it is being read already: reads it again afterwards, and gives only what that gave.
  void Load();

  // What Load has led to, once; nullopt: nothing new.
  std::optional<Result<RoutePlan>> Take();

  // Load was called, and what it led to not taken yet.
  bool busy() const { return thread_.joinable(); }
  // Readable when Take has something to give.
  int fd() const { return done_fd_.get(); }
  // One relaxed load, for a loop that is too busy to poll.
  bool ready() const { return done_.load(std::memory_order_relaxed); }

 private:
  void Start();

  const std::string path_;
  UniqueFd done_fd_;
  std::thread thread_;
  std::unique_ptr<Result<RoutePlan>> loaded_;  // the thread's until done_, which it stores with release after it
  std::atomic<bool> done_{false};
  bool again_ = false;
};

// The file read and compiled, all that could be compiled later included.
Result<RoutePlan> LoadPlan(const std::string& path);

}  // namespace vexevt
