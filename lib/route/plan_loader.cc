#include "lib/route/plan_loader.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/rules/rules_file.h"

namespace vexevt {

Result<RoutePlan> LoadPlan(const std::string& path) {
  VEXEVT_ASSIGN(RulesFile rules, ReadRules(path));
  return CompileRoutePlan(rules);
}

PlanLoader::PlanLoader(std::string path) : path_(std::move(path)), done_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

PlanLoader::~PlanLoader() {
  if (thread_.joinable()) thread_.join();
}

void PlanLoader::Load() {
  if (thread_.joinable()) {
    again_ = true;
  } else {
    Start();
  }
}

void PlanLoader::Start() {
  thread_ = std::thread([this] {
    auto plan = LoadPlan(path_);
    if (plan.ok() && plan->table) plan->table->Warm();
    loaded_ = std::make_unique<Result<RoutePlan>>(std::move(plan));
    done_.store(true, std::memory_order_release);  // with the acquire in Take
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t written = ::write(done_fd_.get(), &one, sizeof one);
  });
}

std::optional<Result<RoutePlan>> PlanLoader::Take() {
  if (!done_.load(std::memory_order_acquire)) return std::nullopt;
  thread_.join();
  std::uint64_t count;
  [[maybe_unused]] ssize_t size = ::read(done_fd_.get(), &count, sizeof count);
  done_.store(false, std::memory_order_relaxed);
  auto loaded = std::move(loaded_);
  if (again_) {
    again_ = false;
    Start();
    return std::nullopt;
  }
  return std::move(*loaded);
}

}  // namespace vexevt
