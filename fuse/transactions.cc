#include "fuse/transactions.h"

#include <signal.h>

#include <cerrno>
#include <utility>

namespace vexevt {

bool Transactions::Begin(std::uint32_t pid, std::string_view name) {
  std::lock_guard lock(mutex_);
  if (names_.size() >= kMost) {  // of those that ended without saying so
    std::erase_if(names_,
                  [](const auto& entry) { return ::kill(static_cast<pid_t>(entry.first), 0) != 0 && errno == ESRCH; });
    if (names_.size() >= kMost) return false;
  }
  bool added = names_.try_emplace(pid, name).second;
  count_.store(names_.size(), std::memory_order_relaxed);
  return added;
}

std::string Transactions::End(std::uint32_t pid) {
  std::lock_guard lock(mutex_);
  auto at = names_.find(pid);
  if (at == names_.end()) return {};
  std::string name = std::move(at->second);
  names_.erase(at);
  count_.store(names_.size(), std::memory_order_relaxed);
  return name;
}

std::string Transactions::Of(std::uint32_t pid) const {
  std::lock_guard lock(mutex_);
  auto at = names_.find(pid);
  return at == names_.end() ? std::string() : at->second;
}

}  // namespace vexevt
