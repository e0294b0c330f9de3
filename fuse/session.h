// Session: the connection with the kernel: mounts, answers requests in threads of its own, unmounts.
#pragma once

#include <fuse_lowlevel.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fuse/filesystem.h"
#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class Session {
 public:
  // Mounts `fs` at `mountpoint`, an absolute path; both outlive this.
  static Result<std::unique_ptr<Session>> Mount(Filesystem* fs, const FuseOptions& options, std::string mountpoint);
  ~Session();  // after Stop
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Answers from now on.
  void Start();

  // Readable once the mount has ended: by umount(8), Unmount, or a failure.
  int ended_fd() const { return ended_.get(); }

  // Takes the mount out of the tree. Files that are still open go on for `grace_ms`, then their users get errors.
  void Unmount(int grace_ms);

  // Ends the threads; after Unmount. False: one of them hangs in the file system below, and only the end of the process
  // ends it.
  bool Stop();

 private:
  struct Deleter {
    void operator()(fuse_session* session) const { fuse_session_destroy(session); }
  };

  Session(Filesystem* fs, std::string mountpoint) : fs_(fs), mountpoint_(std::move(mountpoint)) {}
  void Work();

  Filesystem* const fs_;
  const std::string mountpoint_;
  std::unique_ptr<fuse_session, Deleter> session_;
  UniqueFd ended_;
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> running_{0};
  bool mounted_ = false;
};

}  // namespace vexevt
