#include "lib/capture/selection.h"

#include <cerrno>
#include <cstdlib>
#include <memory>

namespace vexevt {

Result<std::string> RootPath(std::string_view path) {
  std::string name(path);
  std::unique_ptr<char, decltype(&std::free)> real(::realpath(name.c_str(), nullptr), &std::free);
  if (!real) return ErrnoStatus("cannot watch '" + name + "'", errno);
  return std::string(real.get());
}

}  // namespace vexevt
