#include "lib/ring/testing/interleave.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace vexevt::interleave {
namespace {

struct Choice {
  std::size_t taken;
  std::size_t options;
};

class Schedule {
 public:
  Schedule(std::vector<Choice>* path, unsigned preemptions) : path_(path), preemptions_(preemptions) {}

  void Run(const Program& program);
  void Step();
  void BlockUntil(const std::function<bool()>& holds);

 private:
  static constexpr std::size_t kNobody = ~std::size_t{0};

  std::size_t Choose(bool can_go_on);
  void HandOver(std::size_t to, std::unique_lock<std::mutex>& lock);

  std::vector<Choice>* path_;
  std::size_t depth_ = 0;
  unsigned preemptions_;
  std::mutex mutex_;
  std::condition_variable turned_;
  std::size_t turn_ = kNobody;
  std::vector<bool> done_;
  std::vector<std::function<bool()>> waits_for_;
  bool hung_ = false;
};

thread_local Schedule* schedule = nullptr;

// Who goes on; the present one first among the options, for then nothing is preempted.
std::size_t Schedule::Choose(bool can_go_on) {
  std::vector<std::size_t> options;
  if (can_go_on) options.push_back(turn_);
  if (!can_go_on || preemptions_ > 0) {
    for (std::size_t i = 0; i < done_.size(); ++i) {
      if (i != turn_ && !done_[i] && (!waits_for_[i] || waits_for_[i]())) options.push_back(i);
    }
  }
  if (options.empty()) return kNobody;
  std::size_t taken = 0;
  if (options.size() > 1) {
    if (depth_ == path_->size()) path_->push_back({0, options.size()});
    taken = (*path_)[depth_++].taken;
  }
  if (can_go_on && taken != 0 && preemptions_ != kAllSchedules) --preemptions_;
  return options[taken];
}

void Schedule::HandOver(std::size_t to, std::unique_lock<std::mutex>& lock) {
  if (to == turn_) return;
  const std::size_t me = turn_;
  turn_ = to;
  turned_.notify_all();
  turned_.wait(lock, [&] { return turn_ == me || hung_; });
}

void Schedule::Step() {
  std::unique_lock lock(mutex_);
  if (!hung_) HandOver(Choose(true), lock);
}

void Schedule::BlockUntil(const std::function<bool()>& holds) {
  std::unique_lock lock(mutex_);
  if (hung_ || holds()) return;
  waits_for_[turn_] = holds;
  const std::size_t me = turn_, next = Choose(false);
  if (next == kNobody) {
    hung_ = true;
    turned_.notify_all();
    return;
  }
  HandOver(next, lock);
  waits_for_[me] = nullptr;
}

void Schedule::Run(const Program& program) {
  done_.assign(program.threads.size(), false);
  waits_for_.resize(program.threads.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < program.threads.size(); ++i) {
    threads.emplace_back([this, &program, i] {
      schedule = this;
      {
        std::unique_lock lock(mutex_);
        turned_.wait(lock, [&] { return turn_ == i || hung_; });
      }
      program.threads[i]();
      std::unique_lock lock(mutex_);
      done_[i] = true;
      if (hung_) return;
      turn_ = Choose(false);
      for (std::size_t other = 0; turn_ == kNobody && other < done_.size(); ++other) hung_ |= !done_[other];
      turned_.notify_all();
    });
  }
  {
    std::unique_lock lock(mutex_);
    turn_ = Choose(false);
    turned_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(hung_) << "all threads wait for each other";
}

}  // namespace

void Step() {
  if (schedule != nullptr) schedule->Step();
}

void BlockUntil(const std::function<bool()>& holds) { schedule->BlockUntil(holds); }

std::size_t ExploreSchedules(const std::function<Program()>& make, unsigned preemptions) {
  std::vector<Choice> path;
  for (std::size_t schedules = 1;; ++schedules) {
    const Program program = make();
    Schedule(&path, preemptions).Run(program);
    program.check();
    if (testing::Test::HasFailure()) return schedules;
    while (!path.empty() && path.back().taken + 1 == path.back().options) path.pop_back();
    if (path.empty()) return schedules;
    ++path.back().taken;
  }
}

}  // namespace vexevt::interleave
