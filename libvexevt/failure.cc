#include "libvexevt/failure.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace vexevt {
namespace {

// Of a fixed size, so that a message can be kept when there is no memory.
thread_local std::array<char, 1024> last_message;

int ResultOfCode(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return VEXEVT_OK;
    case StatusCode::kInvalidArgument:
      return VEXEVT_EINVAL;
    case StatusCode::kDataLoss:
      return VEXEVT_EDATA;
    case StatusCode::kUnsupported:
      return VEXEVT_ENOTSUP;
    default:
      return VEXEVT_EIO;
  }
}

void Keep(std::string_view message) {
  const std::size_t size = std::min(message.size(), last_message.size() - 1);
  std::copy_n(message.begin(), size, last_message.begin());
  last_message[size] = '\0';
}

}  // namespace

int ResultOf(const Status& status) noexcept {
  if (!status.ok()) Keep(status.message());
  return ResultOfCode(status.code());
}

int WrongArgument(const char* message) noexcept { return Failed(VEXEVT_EINVAL, message); }

int Failed(int result, const char* message) noexcept {
  Keep(message);
  return result;
}

}  // namespace vexevt

VEXEVT_API const char* vexevt_error(void) { return vexevt::last_message.data(); }

VEXEVT_API const char* vexevt_version(void) { return VEXEVT_VERSION; }
