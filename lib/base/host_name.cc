#include "lib/base/host_name.h"

#include <sys/utsname.h>

namespace vexevt {

std::string HostName() {
  utsname names;
  return ::uname(&names) == 0 ? names.nodename : "";
}

}  // namespace vexevt
