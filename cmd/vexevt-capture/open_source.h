// The source that the command line asks for.
#pragma once

#include <memory>
#include <string>

#include "cmd/vexevt-capture/options.h"
#include "cmd/vexevt-capture/selection_plan.h"
#include "lib/capture/merged_source.h"
#include "lib/capture/source.h"

namespace vexevt {

struct OpenedSource {
  std::unique_ptr<Source> source;
  std::string name;                      // "inotify", "fanotify and fuse 'ring:x'", "generator, web"
  const MergedSource* merged = nullptr;  // the source, where it is several
};

// What the events are written to: its own changes, and what its readers do, are not told.
struct OwnOutput {
  int fd = -1;
  std::string path;  // absolute; empty: no file
};

// `command`: not 0: only what this process and its descendants
// do. Everything is watched when it returns.
Result<OpenedSource> OpenSource(const CaptureOptions& options, const SelectionPlan& plan, const OwnOutput& output,
                                std::uint32_t command);

// The --host, or this host's name.
std::string HostName(const CaptureOptions& options);

}  // namespace vexevt
