// What a call leaves behind: a result for C, and the message of this thread's last error.
#pragma once

#include <exception>
#include <new>

#include "lib/base/status.h"
#include "libvexevt/libvexevt.h"

#define VEXEVT_API extern "C" __attribute__((visibility("default")))

namespace vexevt {

// Keeps the message of `status`. VEXEVT_OK where there is none.
int ResultOf(const Status& status) noexcept;
int WrongArgument(const char* message) noexcept;
int Failed(int result, const char* message) noexcept;

// No exception may leave through C.
template <typename Work>
int Guarded(Work work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Failed(VEXEVT_ENOMEM, "out of memory");
  } catch (const std::exception& exception) {
    return Failed(VEXEVT_EIO, exception.what());
  }
}

}  // namespace vexevt
