// Transactions: which transaction a process's operations belong to, from its begin to its end. Thread-safe; whether any
// process has one costs one load.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace vexevt {

class Transactions {
 public:
  static constexpr std::size_t kMost = 4096;

  // False: `pid` has one already, or there are too many.
  bool Begin(std::uint32_t pid, std::string_view name);
  // The name of the one that ended; empty where there was none.
  std::string End(std::uint32_t pid);
  bool any() const { return count_.load(std::memory_order_relaxed) != 0; }
  // The transaction of `pid`; empty where it has none.
  std::string Of(std::uint32_t pid) const;

 private:
  std::atomic<std::size_t> count_{0};
  mutable std::mutex mutex_;
  std::unordered_map<std::uint32_t, std::string> names_;
};

}  // namespace vexevt
