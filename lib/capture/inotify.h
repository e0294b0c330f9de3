// Capture by inotify: for those without the rights that fanotify needs. Each directory has a watch of its own, which
// the source puts there by itself as directories come and go.
//
// What is different from fanotify: who did it is not known (pid 0); changes of mode, owner and extended attributes are
// all fs.attrib; opening, reading and closing a directory are not told. Names are as inotify reports them, put together
// with the paths of the directories, in order.
//
// A directory that is made may have been filled before it was watched: what is found in it and was not reported is told
// as fs.create or fs.mkdir with flag synthetic, once. What lies in a directory that was moved in is not told.
// After an overflow, directories are looked for again and told so; files that changed meanwhile are lost (vexevt.lost).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/capture/selection.h"
#include "lib/capture/source.h"

namespace vexevt {

struct InotifyOptions {
  // Roots are directories, watched with what lies below, or files, watched by name: also when they are replaced.
  Selection selection;
  std::vector<std::string> unseen;  // absolute paths of which nothing is told: our own output
  std::string host, tenant;
  std::function<void(std::string_view)> warn = [](std::string_view) {};  // what is not watched, and why
};

// Everything is watched when it returns. kResourceExhausted: a limit of the kernel was reached, and the message names
// it. Drain fails with kNotFound when all roots are gone, after it gave their last events.
Result<std::unique_ptr<Source>> OpenInotify(InotifyOptions options);

}  // namespace vexevt
