// Which of the kernel's namespaces this process lives in. Thread-safe.
#pragma once

namespace vexevt {

// Whether pids are the kernel's own here: not in a container with a pid namespace.
bool InInitialPidNamespace();

// Whether capabilities count for the whole machine: not in a container with a user namespace.
bool InInitialUserNamespace();

}  // namespace vexevt
