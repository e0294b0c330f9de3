// Capture by the kernel module (vexevt(4)): each event by itself, in the order in which it happened, with the process
// that did it, and written by the kernel: its frames are forwarded as they lie. CAP_SYS_ADMIN.
//
// Losses. The ring is of a fixed size, and what is done to files never waits for it: a reader that is slow for long
// loses events, and is told how many at their place.
//
// Paths are those at the time of the event, as seen through one mount of each file system: that of the root, or the one
// that shows most. What lies on a part of the file system that this mount doesn't show is not watched; `warn` says so.
// A root is told by its name: one that is renamed is no longer below it.
//
// Types. Truncation is fs.write; changes of mode, owner, times and extended attributes are all fs.attrib.
//
// Mounts. What is mounted below a root later is watched as soon as mountinfo tells of it, with a system.mount event;
// what was done there before is not told. The end of a file system is told by the kernel (system.unmount), that of one
// mount among several by us.
//
// What this process does itself is left out, and what those do that read its output by a pipe (downstream.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lib/capture/selection.h"
#include "lib/capture/source.h"

namespace vexevt {

struct KernelOptions {
  Selection selection;  // without roots: every mounted file system that can be marked
  bool files = true;    // false: nothing is watched, for what the bus brings alone
  MarkKind mark = MarkKind::kFilesystem;
  bool bus = false;           // tell what is injected into the module, too, as far as it is selected
  int output = -1;            // what the events are written to: what its readers do is left out
  std::uint32_t command = 0;  // not 0: only this process, a child of ours, and its descendants
  std::string host, tenant;   // at most 63 bytes each
  std::function<void(std::string_view)> warn = [](std::string_view) {};  // what is not watched, and why
};

// Everything is watched when it returns. kUnsupported: there is no module, it is of another version, or the kernel
// lacks something; kPermissionDenied: the rights are missing. Roots as RootPath gives them.
Result<std::unique_ptr<Source>> OpenKernel(const KernelOptions& options);

}  // namespace vexevt
