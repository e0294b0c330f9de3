// Inotify: the source that OpenInotify gives. In three parts: inotify.cc reads records and says what they mean,
// inotify_scan.cc looks at directories themselves where records are not enough, inotify_tell.cc makes the events.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lib/base/unique_fd.h"
#include "lib/capture/inotify.h"
#include "lib/capture/inotify_queue.h"
#include "lib/capture/inotify_watcher.h"
#include "lib/event/id_source.h"

namespace vexevt {

class Inotify final : public Source {
 public:
  Inotify(InotifyOptions options, std::uint32_t mask, UniqueFd inotify, UniqueFd timer, UniqueFd poll)
      : options_(std::move(options)),
        inotify_(std::move(inotify)),
        timer_(std::move(timer)),
        poll_(std::move(poll)),
        queue_(inotify_.get()),
        watcher_(inotify_.get(), mask, options_.warn),
        unseen_(options_.unseen.begin(), options_.unseen.end()) {
    event_.boundary = Boundary::kKernel;
    event_.host = options_.host;
    event_.tenant = options_.tenant;
  }

  Status WatchRoots();

  int poll_fd() const override { return poll_.get(); }
  Result<DrainState> Drain(FrameBatch* batch) override;
  Status InsertBarrier(std::string_view token) override;
  void Stop() override;
  const SourceCounters& counters() const override { return counters_; }

 private:
  using Node = WatchTree::Node;
  static constexpr Node kNone = WatchTree::kNone;

  // A root: a directory with all below it, or some names in it.
  struct Root {
    bool whole = false;
    std::unordered_set<std::string> files;  // absolute paths
  };
  struct Barrier {
    std::size_t position;
    std::string token;
  };
  struct Displaced {  // by a rename onto it: deleted, or about to be exchanged
    Node node = kNone, parent = kNone;
    std::string name;
  };

  const WatchTree& tree() const { return watcher_.tree(); }
  Root* FindRoot(Node node) {
    auto it = roots_.find(node);
    return it == roots_.end() ? nullptr : &it->second;
  }
  bool Wants(Node directory, const std::string& path);

  Result<bool> Handle();  // false: the record at the front must wait for its second half
  Status HandleCreate(const InotifyRecord& record, Node directory, const std::string& path);
  Status HandleMovedTo(const InotifyRecord& record, Node directory, const std::string& path);
  Result<bool> HandleMovedFrom(const InotifyRecord& record, Node directory, const std::string& path);
  Status MoveDirectory(Node from, const std::string& name, Node to, const std::string& new_name);
  void HandleSelf(const InotifyRecord& record, Node node);
  void LoseRoot(Node node, std::string_view how);

  // What lies in `top`, a directory that appeared; `since` is the end of the queue before it was watched.
  Status TellFound(Node top, std::size_t since);
  Status WatchAndTell(Node parent, const std::string& name, std::size_t since);
  bool TakeMovedHere(Node known, Node parent, const std::string& name);
  Status Rescan();
  Status RescanDirectory(Node directory, std::vector<Node>* waiting, std::unordered_set<Node>* seen);

  void Tell(EventType type, std::string_view path, std::string_view path2, std::uint16_t flags,
            const struct stat* status = nullptr);
  void TellExisting(EventType type, const std::string& path, std::uint16_t flags);
  void TellGap();
  void TellUnmount(Node node);
  void TellBarriers();
  Instant ReadAt() const;
  void Stamp();
  void WakeAfter(std::uint64_t ns);

  InotifyOptions options_;
  UniqueFd inotify_, timer_, poll_;
  EventIds ids_;
  InotifyQueue queue_;
  InotifyWatcher watcher_;
  std::unordered_set<std::string> unseen_;
  std::map<Node, Root> roots_;
  std::string lost_root_;
  Displaced displaced_;
  std::deque<Barrier> barriers_;
  bool overflowed_ = false, stopping_ = false;
  Event event_;
  FrameBatch* batch_ = nullptr;  // that of the current Drain
  std::uint64_t last_wall_ns_ = 0;
  SourceCounters counters_;
};

}  // namespace vexevt
