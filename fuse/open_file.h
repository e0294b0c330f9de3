// Opening: the steps that OPEN and CREATE share.
#pragma once

#include <memory>

#include "fuse/filesystem.h"

namespace vexevt {

// The flags with which the file below is opened for a caller who asked for `flags`.
int FlagsBelow(const Filesystem& fs, int flags);

// Sets in *info what the kernel is to cache, and lets it read and write the file below itself where that was asked for.
std::unique_ptr<OpenFile> MakeOpenFile(fuse_req_t req, UniqueFd fd, Node& node, fuse_file_info* info);

// As fuse_reply_open and fuse_reply_create; the file is the kernel's when they succeed.
int ReplyOpened(fuse_req_t req, OpenFile* file, const fuse_file_info* info);
int ReplyCreated(fuse_req_t req, const fuse_entry_param& entry, OpenFile* file, const fuse_file_info* info);

// What is to be done before an OpenFile ends.
void CloseFile(Filesystem& fs, OpenFile& file);

}  // namespace vexevt
