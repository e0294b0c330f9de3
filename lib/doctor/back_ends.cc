#include "lib/doctor/back_ends.h"

#include <algorithm>
#include <iterator>

namespace vexevt {
namespace {

constexpr BackEnd kBackEnds[] = {
    {.name = "fanotify",
     .sees = "whole file systems, through whichever mount, with the process, its user and executable",
     .order =
         "as it happened; what one process does to one file while it waits to be read comes as one record, which is "
         "split in a fixed order",
     .loses = "nothing while memory lasts; with --bounded-queue what is beyond the limit, without a count",
     .rights = "CAP_SYS_ADMIN, CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE of the whole machine, Linux 5.17"},
    {.name = "inotify",
     .sees = "directories that the user may read, one watch for each; not who did it",
     .order = "as it happened, equal neighbours as one",
     .loses = "what is beyond fs.inotify.max_queued_events, without a count; it then looks for what changed",
     .rights = "none"},
    {.name = "kernel module",
     .sees = "what fanotify sees, each event by itself, with thread and control group, and whole FUSE mounts; not the "
             "executable",
     .order = "as it happened",
     .loses = "what has no room in its ring, with the exact count",
     .rights = "CAP_SYS_ADMIN, and the module vexevt.ko loaded, Linux 6.1"},
    {.name = "FUSE",
     .sees = "every operation on a mount of its own, with result, offset, length and duration, and what an application "
             "says of it",
     .order = "as its daemon answered",
     .loses = "nothing with --on-full=block or spill, else what the reader is too slow for, with the exact count",
     .rights = "/dev/fuse; a mount for others than oneself takes root or user_allow_other"},
};

}  // namespace

std::span<const BackEnd> AllBackEnds() { return kBackEnds; }

std::string_view SeenBy(std::string_view name) {
  const BackEnd* found = std::ranges::find(kBackEnds, name, &BackEnd::name);
  return found == std::end(kBackEnds) ? std::string_view() : found->sees;
}

}  // namespace vexevt
