// ScratchFilesystem: a new ext4 (in a loop-mounted file) or tmpfs, which this process alone sees and which ends with
// it.
#pragma once

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "lib/base/unique_fd.h"

namespace vexevt {

class ScratchFilesystem {
 public:
  // Empty: it is there. Else why it cannot be.
  std::string Make(const std::string& type) {
    if (::geteuid() != 0) return "needs root";
    if (::unshare(CLONE_NEWNS) < 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) {
      return Reason("no private mounts");
    }
    char name[] = "/tmp/vexevt-live-XXXXXX";
    if (::mkdtemp(name) == nullptr) return Reason("no scratch folder");
    top_ = name;
    if (type == "tmpfs") {
      if (::mount("none", name, "tmpfs", 0, "size=256m") < 0) return Reason("no tmpfs");
      mounted_ = true;
      return {};
    }
    return MakeExt4();
  }

  ~ScratchFilesystem() {
    if (mounted_) ::umount2(top_.c_str(), MNT_DETACH);
    if (!image_.empty()) ::unlink(image_.c_str());
    if (!top_.empty()) ::rmdir(top_.c_str());
  }

  const std::string& top() const { return top_; }

 private:
  static std::string Reason(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

  std::string MakeExt4() {
    image_ = top_ + ".img";
    UniqueFd image(::open(image_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!image || ::ftruncate(image.get(), 256 << 20) < 0) return Reason("no image");
    std::string make = "mkfs.ext4 -q -F -N 150000 '" + image_ + "' >/dev/null 2>&1";
    if (std::system(make.c_str()) != 0) return "no mkfs.ext4";
    UniqueFd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    if (!control) return Reason("no loop devices");
    for (int tries = 0; tries < 8; ++tries) {  // another may take the free one between the two calls
      int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
      if (number < 0) return Reason("no free loop device");
      std::string device = "/dev/loop" + std::to_string(number);
      UniqueFd loop(::open(device.c_str(), O_RDWR | O_CLOEXEC));
      if (!loop) return Reason("no loop device");
      loop_config config{};
      config.fd = static_cast<unsigned>(image.get());
      config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
      if (::ioctl(loop.get(), LOOP_CONFIGURE, &config) < 0) {
        if (errno == EBUSY) continue;
        return Reason("cannot set up a loop device");
      }
      if (::mount(device.c_str(), top_.c_str(), "ext4", 0, nullptr) < 0) return Reason("cannot mount an ext4");
      mounted_ = true;
      return {};
    }
    return "no loop device stays free";
  }

  std::string top_, image_;
  bool mounted_ = false;
};

}  // namespace vexevt
