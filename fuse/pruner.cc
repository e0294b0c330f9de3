#include "fuse/pruner.h"

#include <chrono>

#include "fuse/filesystem.h"

namespace vexevt {
namespace {

// After a round over all names that freed too little, as most of them are in use.
constexpr std::chrono::milliseconds kPrunerPause{5};

}  // namespace

void Pruner::Start(fuse_session* session) {
  session_ = session;
  thread_ = std::thread([this] { Run(); });
}

void Pruner::Stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Pruner::Ask() {
  {
    std::lock_guard lock(mutex_);
    asked_.store(true, std::memory_order_relaxed);
  }
  changed_.notify_all();
}

void Pruner::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || asked_.load(std::memory_order_relaxed); });
    if (stopping_) return;
    lock.unlock();
    for (std::size_t i = 0; i < NodeTable::kShards && nodes_.size() > most_ / 4 * 3; ++i) PruneShard();
    lock.lock();
    if (nodes_.size() > most_) changed_.wait_for(lock, kPrunerPause, [&] { return stopping_; });
    if (nodes_.size() <= most_) asked_.store(false, std::memory_order_relaxed);
  }
}

void Pruner::PruneShard() {
  for (const KnownName& known : nodes_.NamesOf(shard_)) {
    // The address of the parent, should that be gone, is one that the kernel doesn't know, or that of another directory
    // whose name is then looked up again: no harm.
    fuse_ino_t parent = known.parent == &nodes_.root() ? FUSE_ROOT_ID : reinterpret_cast<fuse_ino_t>(known.parent);
    fuse_lowlevel_notify_inval_entry(session_, parent, known.name.data(), known.name.size());
  }
  shard_ = (shard_ + 1) % NodeTable::kShards;
}

}  // namespace vexevt
