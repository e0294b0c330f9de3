#include "lib/react/work_pool.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "lib/base/unique_fd.h"

namespace vexevt {

struct WorkPool::Shared {
  const std::size_t most_threads;
  const UniqueFd done_fd;
  std::mutex mutex;
  std::condition_variable wanted;
  // All under the mutex.
  std::deque<std::pair<std::uint64_t, std::function<Status()>>> jobs;
  std::vector<std::pair<std::uint64_t, Status>> done;
  std::size_t threads = 0, idle = 0;
  bool end = false;
};

WorkPool::WorkPool(std::size_t most_threads)
    : shared_(new Shared{.most_threads = most_threads, .done_fd = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))}) {
}

WorkPool::~WorkPool() {
  std::lock_guard lock(shared_->mutex);
  shared_->end = true;
  shared_->jobs.clear();
  shared_->wanted.notify_all();
}

int WorkPool::fd() const { return shared_->done_fd.get(); }

void WorkPool::Add(std::uint64_t ticket, std::function<Status()> job) {
  std::lock_guard lock(shared_->mutex);
  shared_->jobs.emplace_back(ticket, std::move(job));
  if (shared_->idle < shared_->jobs.size() && shared_->threads < shared_->most_threads) {
    ++shared_->threads;
    std::thread([shared = shared_] { Work(shared); }).detach();
  }
  shared_->wanted.notify_one();
}

std::vector<std::pair<std::uint64_t, Status>> WorkPool::Take() {
  std::uint64_t count;
  [[maybe_unused]] ssize_t size = ::read(shared_->done_fd.get(), &count, sizeof count);
  std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->done, {});
}

void WorkPool::Work(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  for (;;) {
    ++shared->idle;
    shared->wanted.wait(lock, [&] { return shared->end || !shared->jobs.empty(); });
    --shared->idle;
    if (shared->end) return;
    auto [ticket, job] = std::move(shared->jobs.front());
    shared->jobs.pop_front();
    lock.unlock();
    Status status = job();
    lock.lock();
    shared->done.emplace_back(ticket, std::move(status));
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t written = ::write(shared->done_fd.get(), &one, sizeof one);
  }
}

}  // namespace vexevt
