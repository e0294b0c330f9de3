#include "lib/base/namespaces.h"

#include <sys/stat.h>

namespace vexevt {
namespace {

// Numbers of include/linux/proc_ns.h in the kernel. A namespace that cannot be asked for is taken for the first.
constexpr ino_t kInitialUser = 0xEFFFFFFD, kInitialPid = 0xEFFFFFFC;

bool Is(const char* name, ino_t number) {
  struct stat status;
  return ::stat(name, &status) != 0 || status.st_ino == number;
}

}  // namespace

bool InInitialPidNamespace() { return Is("/proc/self/ns/pid", kInitialPid); }
bool InInitialUserNamespace() { return Is("/proc/self/ns/user", kInitialUser); }

}  // namespace vexevt
