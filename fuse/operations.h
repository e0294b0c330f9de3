// Operations: what the kernel asks of the file system, as functions for libfuse's table. Each answers its request
// exactly once, and tells of it before (teller.h). With the answer the kernel may give up what it asked about: nodes
// and handles are not touched after it.
#pragma once

#include <fuse_lowlevel.h>

#include <cstddef>
#include <cstdint>

namespace vexevt {

// The whole table.
const fuse_lowlevel_ops& Operations();

// Names and attributes: attribute_operations.cc.
void Lookup(fuse_req_t req, fuse_ino_t parent, const char* name);
void Forget(fuse_req_t req, fuse_ino_t id, std::uint64_t references);
void ForgetMany(fuse_req_t req, std::size_t count, fuse_forget_data* forgets);
void GetAttributes(fuse_req_t req, fuse_ino_t id, fuse_file_info* info);
void SetAttributes(fuse_req_t req, fuse_ino_t id, struct stat* wanted, int which, fuse_file_info* info);
void ReadLink(fuse_req_t req, fuse_ino_t id);
void StatFilesystem(fuse_req_t req, fuse_ino_t id);

// What makes a name: create_operations.cc.
void MakeNode(fuse_req_t req, fuse_ino_t parent, const char* name, mode_t mode, dev_t device);
void MakeDirectory(fuse_req_t req, fuse_ino_t parent, const char* name, mode_t mode);
void MakeSymlink(fuse_req_t req, const char* target, fuse_ino_t parent, const char* name);
void MakeLink(fuse_req_t req, fuse_ino_t id, fuse_ino_t new_parent, const char* new_name);
void Create(fuse_req_t req, fuse_ino_t parent, const char* name, mode_t mode, fuse_file_info* info);

// What ends or moves one: name_operations.cc.
void Unlink(fuse_req_t req, fuse_ino_t parent, const char* name);
void RemoveDirectory(fuse_req_t req, fuse_ino_t parent, const char* name);
void Rename(fuse_req_t req, fuse_ino_t parent, const char* name, fuse_ino_t new_parent, const char* new_name,
            unsigned flags);

// Open files: file_operations.cc.
void Open(fuse_req_t req, fuse_ino_t id, fuse_file_info* info);
void Flush(fuse_req_t req, fuse_ino_t id, fuse_file_info* info);
void Release(fuse_req_t req, fuse_ino_t id, fuse_file_info* info);
void Sync(fuse_req_t req, fuse_ino_t id, int data_only, fuse_file_info* info);

// What is in them: data_operations.cc.
void Read(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset, fuse_file_info* info);
void Write(fuse_req_t req, fuse_ino_t id, fuse_bufvec* data, off_t offset, fuse_file_info* info);
void Allocate(fuse_req_t req, fuse_ino_t id, int mode, off_t offset, off_t length, fuse_file_info* info);
void CopyRange(fuse_req_t req, fuse_ino_t from_id, off_t from, fuse_file_info* from_info, fuse_ino_t to_id, off_t to,
               fuse_file_info* to_info, size_t length, int flags);
void Seek(fuse_req_t req, fuse_ino_t id, off_t offset, int whence, fuse_file_info* info);

// Directories: directory_operations.cc.
void OpenDir(fuse_req_t req, fuse_ino_t id, fuse_file_info* info);
void ReadDir(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset, fuse_file_info* info);
void ReadDirPlus(fuse_req_t req, fuse_ino_t id, size_t size, off_t offset, fuse_file_info* info);
void ReleaseDir(fuse_req_t req, fuse_ino_t id, fuse_file_info* info);
void SyncDir(fuse_req_t req, fuse_ino_t id, int data_only, fuse_file_info* info);

// Extended attributes: xattr_operations.cc.
void SetXattr(fuse_req_t req, fuse_ino_t id, const char* name, const char* value, size_t size, int flags);
void GetXattr(fuse_req_t req, fuse_ino_t id, const char* name, size_t size);
void ListXattr(fuse_req_t req, fuse_ino_t id, size_t size);
void RemoveXattr(fuse_req_t req, fuse_ino_t id, const char* name);

// File flags: flag_operations.cc.
void Ioctl(fuse_req_t req, fuse_ino_t id, unsigned command, void* arg, fuse_file_info* info, unsigned flags,
           const void* in, size_t in_size, size_t out_size);

}  // namespace vexevt
