// FUSE_PASSTHROUGH (Linux 6.9, CAP_SYS_ADMIN): the kernel reads and writes the file below itself. All who have a file
// open that way must name the same backing file, which is registered for the first and given up by the last.
#pragma once

#include "fuse/filesystem.h"

namespace vexevt {

// False: the file is to be read and written through us. A caller that gets true calls EndPassthrough once.
bool BeginPassthrough(Filesystem& fs, Node& node, int fd);
void EndPassthrough(Filesystem& fs, Node& node);

}  // namespace vexevt
