#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "kmod/uapi/vexevt.h"
#include "lib/base/unique_fd.h"
#include "lib/doctor/examine.h"

namespace vexevt {

bool ExamineModule(Diagnosis* diagnosis) {
  Finding finding{.topic = "kernel module", .text = "usable"};
  UniqueFd fd(::open(VEXEVT_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  int error = fd ? 0 : errno;
  vexevt_setup setup{};
  setup.abi = VEXEVT_ABI;
  setup.normal_bytes = 65536;
  bool usable = fd && ::ioctl(fd.get(), VEXEVT_IOC_SETUP, &setup) == 0;
  if (error == ENOENT) {
    finding.text = "not loaded; nothing needs it";
  } else if (error != 0) {
    finding.health = Health::kWarn;
    finding.text = fmt::format("{}: {}", VEXEVT_DEVICE, std::strerror(error));
    if (error == EACCES || error == EPERM) finding.remedy = "run as root";
  } else if (!usable) {
    finding.health = Health::kMissing;
    finding.text = "of another version";
    finding.remedy = "dkms status, and modprobe -r vexevt && modprobe vexevt";
  }
  diagnosis->findings.push_back(std::move(finding));
  return usable;
}

}  // namespace vexevt
