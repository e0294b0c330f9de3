// BackgroundLoad: reads and compiles rules in a thread of its own, so that events go on under the old ones meanwhile:
// thousands of regexes, and lists of millions of entries, take seconds. For one thread, the owner's; the one that
// compiles is not seen.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "lib/base/unique_fd.h"

namespace vexevt {

template <typename T>
class BackgroundLoad {
 public:
  // `load` is called in the other thread, one call at a time.
  explicit BackgroundLoad(std::function<T()> load)
      : load_(std::move(load)), done_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~BackgroundLoad() {  // waits for what is being compiled
    if (thread_.joinable()) thread_.join();
  }
  BackgroundLoad(const BackgroundLoad&) = delete;
  BackgroundLoad& operator=(const BackgroundLoad&) = delete;

  // Calls `load`. While it is running already: calls it again afterwards, and gives only what that gave.
  void Start() {
    if (thread_.joinable()) {
      again_ = true;
    } else {
      Run();
    }
  }

  // What Start has led to, once; nullopt: nothing new.
  std::optional<T> Take() {
    if (!done_.load(std::memory_order_acquire)) return std::nullopt;
    thread_.join();
    std::uint64_t count;
    [[maybe_unused]] ssize_t size = ::read(done_fd_.get(), &count, sizeof count);
    done_.store(false, std::memory_order_relaxed);
    std::optional<T> loaded = std::exchange(loaded_, std::nullopt);
    if (!std::exchange(again_, false)) return loaded;
    Run();
    return std::nullopt;
  }

  // Start was called, and what it led to not taken yet.
  bool busy() const { return thread_.joinable(); }
  // Readable when Take has something to give.
  int fd() const { return done_fd_.get(); }
  // One relaxed load, for a loop that is too busy to poll.
  bool ready() const { return done_.load(std::memory_order_relaxed); }

 private:
  void Run() {
    thread_ = std::thread([this] {
      loaded_.emplace(load_());
      done_.store(true, std::memory_order_release);  // with the acquire in Take
      std::uint64_t one = 1;
      [[maybe_unused]] ssize_t written = ::write(done_fd_.get(), &one, sizeof one);
    });
  }

  const std::function<T()> load_;
  UniqueFd done_fd_;
  std::thread thread_;
  std::optional<T> loaded_;  // the thread's until done_, which it stores with release after it
  std::atomic<bool> done_{false};
  bool again_ = false;
};

}  // namespace vexevt
