// The name of this host, as uname(2) tells it. Thread-safe.
#pragma once

#include <string>

namespace vexevt {

std::string HostName();  // empty where it is not told

}  // namespace vexevt
