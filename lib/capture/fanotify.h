// Capture by fanotify: whole file systems, with the process that did it. Linux 5.17 or newer; CAP_SYS_ADMIN,
// CAP_DAC_READ_SEARCH to turn file handles into paths, CAP_SYS_PTRACE to know the executables of others' processes.
//
// Order. Records come in the order in which things happened, but the kernel merges what one process does with one name
// of one object while the first of it is still queued. Such a record becomes several events in a fixed order, each
// with kFlagSplit: create, open, exec, read, write, attrib, close-write, close, rename, delete. A merged record stands
// at the place of its first part.
//
// Time. The kernel does not tell when: an event's time is when it was read. One that comes alone is read at once; in a
// steady flow the queue is read every 100 us.
//
// Paths are those at the time of the event. Directories are known by file handle; a tree of their names follows the
// queue's own creates and renames, so that a path is right although it was renamed since. A directory that is met for
// the first time is asked for, and that can give a name newer than the event by as much as the queue was behind; so it
// can after a merged rename. A directory that was gone before it was ever met has the path "?", and what lay in it
// "?/name": no real path begins so; nor does one that is too long for a system call. Paths are as seen through the
// first of the roots' mounts that reaches there, and else the first of its file system.
//
// Mounts that come and go below a root, or under one, are system.mount and system.unmount events behind what was queued
// by then. A mount is not held: it can be unmounted.
//
// Types. A create is told as fs.symlink (path2: its target), fs.mknod, or fs.hardlink where the object, looked at
// afterwards, is one or has several links; it is fs.create where it was gone by then. Truncation is fs.write; changes
// of mode, owner, times and extended attributes are all fs.attrib. Changes of the link count alone are not told. mode
// and size are those of when the event was read (kFlagStat), never known of a delete.
//
// Who. comm, exe, uid, gid, ppid and cgroup are looked up by pid as soon as the process execs, or else at its first
// event. Of a process that was gone by then the pid is known, and comm and exe by what it opened to execute (no
// kFlagCredentials). uid and gid are the effective ones.
//
// What this process does itself is left out, and what those do that read its output (lib/capture/downstream.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lib/capture/selection.h"
#include "lib/capture/source.h"

namespace vexevt {

struct FanotifyOptions {
  Selection selection;  // without roots: every mounted file system that can be marked
  MarkKind mark = MarkKind::kFilesystem;
  bool bounded_queue = false;  // the kernel's limit (fs.fanotify.max_queued_events) instead of none: events can be lost
  bool stat = true;            // look mode and size up: one system call for each changed object
  int output = -1;             // what the events are written to: what its readers do is left out
  std::uint32_t command = 0;   // not 0: only this process and its descendants, from now on
  bool auid = false;           // attribute auid: who logged in, where anybody did
  std::string host, tenant;
  std::function<void(std::string_view)> warn = [](std::string_view) {};  // what is not watched, and why
};

// Everything is watched when it returns. kPermissionDenied: the rights are missing; kUnsupported: the kernel or the
// file system cannot. Roots name existing files or directories, as RootPath gives them. Mounts that appear below a root
// later are watched as soon as the kernel tells of them.
Result<std::unique_ptr<Source>> OpenFanotify(FanotifyOptions options);

}  // namespace vexevt
