#include "lib/react/state_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace vexevt {
namespace {

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

Result<std::string> StateFolder(const std::string& given) {
  if (!given.empty()) return given;
  const std::string_view service = Variable("STATE_DIRECTORY");
  if (!service.empty()) return std::string(service.substr(0, service.find(':')));
  if (::geteuid() == 0) return std::string("/var/lib/vexevt/react");
  const std::string_view state = Variable("XDG_STATE_HOME"), home = Variable("HOME");
  // The specification has relative paths ignored.
  if (state.starts_with('/')) return std::string(state) + "/vexevt/react";
  if (home.starts_with('/')) return std::string(home) + "/.local/state/vexevt/react";
  return InvalidArgument("there is no home folder to keep the state in: --state DIR is wanted");
}

}  // namespace vexevt
