// KernelMarks: what is marked on a descriptor of the kernel module, and which of the selection the module decides.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/capture/kernel.h"
#include "lib/capture/kernel_device.h"
#include "lib/capture/kernel_frames.h"
#include "lib/capture/kernel_views.h"
#include "lib/io/mounts.h"

namespace vexevt {

class KernelMarks {
 public:
  explicit KernelMarks(const KernelOptions& options) : options_(options) {}

  // Gives the module its filter and marks what the options ask for; fails when a root, or without roots everything,
  // cannot be marked.
  Status MarkAll(KernelDevice* device, KernelFrames* frames);

  // When mounts have changed: the same for what is new. What came is told to *changes, and what went but is still
  // mounted elsewhere: of the others the kernel tells.
  struct Change {
    Mount mount;
    bool mounted;
  };
  Status FollowMounts(KernelDevice* device, KernelFrames* frames, std::vector<Change>* changes);

 private:
  Status SetFilter(std::vector<std::string> folders, KernelDevice* device, KernelFrames* frames);
  Status MarkDirectories(KernelDevice* device);
  Status MarkView(const Mount& view, KernelDevice* device);
  Status MarkMounts(const std::vector<Mount>& mounts, KernelDevice* device);
  bool IsBelow(const Mount& mount) const;

  KernelOptions options_;
  KernelViews plan_;
  std::vector<Mount> mounts_;  // as last seen
};

}  // namespace vexevt
