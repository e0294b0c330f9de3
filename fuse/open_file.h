// Opening: the steps that OPEN and CREATE share.
#pragma once

#include "fuse/filesystem.h"

namespace vexevt {

// The flags with which the file below is opened for a caller who asked for `flags`.
int FlagsBelow(const Filesystem& fs, int flags);

// Sets in *info what the kernel is to cache, and lets it read and write the file below itself where that was asked for.
OpenFile& MakeOpenFile(fuse_req_t req, UniqueFd fd, Node& node, fuse_file_info* info);

// As fuse_reply_open and fuse_reply_create; -ENOENT: the kernel doesn't know of the file, which ended here.
int ReplyOpened(fuse_req_t req, OpenFile& file, const fuse_file_info* info);
int ReplyCreated(fuse_req_t req, const fuse_entry_param& entry, OpenFile& file, const fuse_file_info* info);

// How closing it is told.
EventType CloseTypeOf(const OpenFile& file);

// Closes the file, which ends, and tells so.
void ReleaseFile(Filesystem& fs, OpenFile& file);

// Of the files that the kernel will not release any more. When no other thread uses `fs`.
void ReleaseAllFiles(Filesystem& fs);

}  // namespace vexevt
