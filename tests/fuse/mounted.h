// Mounted: vexevt-fuse over a directory of a file system of its own, beside a directory that nothing is mounted on, to
// compare with.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "lib/capture/frame_batch.h"
#include "tests/live/captured.h"
#include "tests/live/scratch_filesystem.h"

namespace vexevt {

inline pid_t Start(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = ::fork();
  if (pid == 0) {
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  return pid;
}

// The exit status, or -1.
inline int Ended(pid_t pid) {
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline int RunWords(std::vector<std::string> words) { return Ended(Start(std::move(words))); }

class Mounted {
 public:
  // Empty: it is there. Else why it can't be.
  std::string Make(const std::string& type, std::vector<std::string> options = {}) {
    if (::access("/dev/fuse", R_OK | W_OK) != 0) return "no /dev/fuse";
    std::string reason = scratch_.Make(type);
    if (!reason.empty()) return reason;
    for (const std::string& name : {source(), reference(), mountpoint()}) ::mkdir(name.c_str(), 0755);
    ::chmod(top().c_str(), 0755);
    return Mount(std::move(options));
  }

  std::string Mount(std::vector<std::string> options) {
    std::vector<std::string> words = {binary(), "-o", events_file()};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {source(), mountpoint()});
    daemon_ = Start(words);
    while (!IsMounted()) {
      int status;
      if (::waitpid(daemon_, &status, WNOHANG) == daemon_) {
        daemon_ = 0;
        return "vexevt-fuse does not mount";
      }
      ::usleep(1000);
    }
    return "";
  }

  // Returns when the daemon has ended. Its status says, too, what sanitizers found.
  void Unmount() {
    if (daemon_ == 0) return;
    // A process that has just ended may hold it a moment longer.
    int failed = 0;
    for (int attempt = 0; attempt < 1000; ++attempt) {
      failed = ::umount2(mountpoint().c_str(), 0);
      if (failed == 0 || errno != EBUSY) break;
      ::usleep(1000);
    }
    EXPECT_EQ(failed, 0) << std::strerror(errno);
    if (failed != 0) ::umount2(mountpoint().c_str(), MNT_DETACH);
    EXPECT_EQ(Ended(std::exchange(daemon_, 0)), 0) << "of vexevt-fuse";
  }

  ~Mounted() {
    ::umount2(mountpoint().c_str(), MNT_DETACH);
    if (daemon_ != 0) Ended(daemon_);
  }

  // After Unmount, or Await.
  std::vector<Captured> Events() const {
    std::ifstream file(events_file(), std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    std::string bytes = content.str();
    FrameBatch batch;
    std::memcpy(batch.Reserve(bytes.size()), bytes.data(), bytes.size());
    batch.Commit(bytes.size());
    return Take(batch);
  }

  // Returns when `count` events are told: the kernel releases a file when it likes, after close(2) has returned.
  void Await(std::size_t count) const {
    for (int attempt = 0; attempt < 10'000 && Events().size() < count; ++attempt) ::usleep(1000);
  }

  // As an operator does: SIGTERM, whatever is still open.
  void Stop() {
    ::kill(daemon_, SIGTERM);
    EXPECT_EQ(Ended(std::exchange(daemon_, 0)), 0) << "of vexevt-fuse";
  }

  const std::string& top() const { return scratch_.top(); }
  std::string source() const { return top() + "/source"; }
  std::string reference() const { return top() + "/reference"; }
  std::string mountpoint() const { return top() + "/mount"; }
  std::string events_file() const { return top() + "/events"; }
  // $VEXEVT_FUSE: another build of it, as one with sanitizers.
  static std::string binary() {
    const char* other = std::getenv("VEXEVT_FUSE");
    return other != nullptr ? other : VEXEVT_FUSE_BINARY;
  }

 private:
  bool IsMounted() const {
    std::ifstream file("/proc/self/mountinfo");
    std::stringstream mounts;
    mounts << file.rdbuf();
    return mounts.str().find(" " + mountpoint() + " ") != std::string::npos;
  }

  ScratchFilesystem scratch_;
  pid_t daemon_ = 0;  // 0: none runs
};

}  // namespace vexevt
