// MountNews: whether anything was mounted or unmounted since it was last asked.
#pragma once

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class MountNews {
 public:
  static Result<MountNews> Open();

  int fd() const { return wake_.get(); }  // to wait for, with EPOLLPRI
  bool Take();

 private:
  // Whoever polls mountinfo takes the news away from this descriptor: one is for those who wait, one for us.
  UniqueFd wake_, changed_;
};

}  // namespace vexevt
