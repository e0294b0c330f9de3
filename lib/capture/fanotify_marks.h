// FanotifyMarks: a fanotify descriptor and what is marked on it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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

  // Marks what the options ask for and adds each file system to *resolver: at first everything, later, when mounts
  // have changed, what is new. The first time it fails when a root, or without roots everything, cannot be marked.
  Status MarkAll(DirectoryResolver* resolver, const std::function<void(std::string_view)>& warn);

  // No new events; what is queued stays.
  void Remove();

 private:
  FanotifyMarks(UniqueFd fd, const FanotifyOptions& options);

  Status MarkRoot(const std::string& root, const std::vector<Mount>& mounts, DirectoryResolver* resolver);
  Status MarkMount(const Mount& mount, const std::string& path, bool wanted, DirectoryResolver* resolver);
  Status MarkWanted(int fd, const std::string& path);
  Status Mark(unsigned flags, std::uint64_t mask, int fd, const std::string& path);

  UniqueFd fd_;
  std::vector<std::string> roots_;
  MarkKind kind_;
  std::uint64_t mask_;
  bool first_ = true;
  std::vector<std::uint32_t> seen_;  // ids of mounts that were marked or refused
};

}  // namespace vexevt
