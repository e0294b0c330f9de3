// Pruner: keeps the number of files that the kernel remembers below what there are descriptors for. When they get too
// many it asks the kernel to drop names; what nobody uses comes back as FORGET. Names in use stay, and a dropped one is
// simply looked up again. A thread of its own, since the kernel may have to wait for operations of ours.
#pragma once

#include <fuse_lowlevel.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "fuse/node_table.h"

namespace vexevt {

class Pruner {
 public:
  // Starts when there are more than `most` nodes, and goes on until there are a quarter less.
  Pruner(NodeTable& nodes, std::size_t most) : nodes_(nodes), most_(most) {}
  ~Pruner() { Stop(); }

  void Start(fuse_session* session);
  void Stop();

  // After a node may have been added; any thread.
  void Added() {
    if (nodes_.size() > most_ && !asked_.load(std::memory_order_relaxed)) Ask();
  }
  // Whether names come faster than they go. Who has answered a request then does well to pause: not before the answer,
  // as the kernel holds the directory until then, and can't drop names in it.
  bool behind() const { return nodes_.size() > most_ + most_ / 4; }

 private:
  void Ask();
  void Run();
  void PruneShard();

  NodeTable& nodes_;
  const std::size_t most_;
  fuse_session* session_ = nullptr;
  std::atomic<bool> asked_{false};
  bool stopping_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t shard_ = 0;  // where to go on
  std::thread thread_;
};

}  // namespace vexevt
