// The operations on .vexevt and .vexevt/control, which exist in the mount alone. Each of these answers and returns true
// where the request is for one of them; all other operations fail on them, having no file below.
#pragma once

#include <fuse_lowlevel.h>

namespace vexevt {

bool LookupControl(fuse_req_t req, fuse_ino_t parent, const char* name);
bool GetControlAttributes(fuse_req_t req, fuse_ino_t id);  // of a SETATTR too: nothing changes
bool OpenControl(fuse_req_t req, fuse_ino_t id, fuse_file_info* info);
bool WriteControl(fuse_req_t req, fuse_ino_t id, fuse_bufvec* data);
bool CloseControl(fuse_req_t req, fuse_ino_t id);  // FLUSH and RELEASE

}  // namespace vexevt
