// FanotifyMarks: a fanotify descriptor and what is marked on it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/capture/directory_resolver.h"
#include "lib/capture/fanotify.h"
#include "lib/io/mounts.h"

namespace vexevt {

class FanotifyMarks {
 public:
  static Result<FanotifyMarks> Open(const FanotifyOptions& options);

  int fd() const { return fd_.get(); }

  // Marks what the options ask for and adds each mount to *resolver; fails when a root, or without roots everything,
  // cannot be marked.
  Status MarkAll(DirectoryResolver* resolver);

  // When mounts have changed: the same for what is new, which is told to *changes with what is gone.
  struct Change {
    Mount mount;
    bool mounted;  // else unmounted
  };
  Status FollowMounts(DirectoryResolver* resolver, std::vector<Change>* changes);

  // No new events; what is queued stays.
  void Remove();

 private:
  FanotifyMarks(UniqueFd fd, const FanotifyOptions& options);

  struct Seen {
    Mount mount;
    bool wanted;  // else marked only for the names of processes, or not at all
  };
  struct Root {
    std::string path;
    std::uint32_t mount = 0;  // the id of that on which it lies
  };

  Status MarkRoot(const std::vector<Mount>& mounts, DirectoryResolver* resolver, Root* root);
  // Those that were not seen yet; the last failure, where none could be marked.
  Status MarkMounts(std::vector<Mount> mounts, DirectoryResolver* resolver, std::vector<Change>* changes);
  Status MarkMount(const Mount& mount, const std::string& path, bool wanted, DirectoryResolver* resolver);
  Status MarkWanted(int fd, const std::string& path);
  Status Mark(unsigned flags, std::uint64_t mask, int fd, const std::string& path);

  UniqueFd fd_;
  std::vector<Root> roots_;
  MarkKind kind_;
  std::uint64_t mask_;
  std::function<void(std::string_view)> warn_;
  std::vector<Seen> seen_;  // marked or refused
};

}  // namespace vexevt
