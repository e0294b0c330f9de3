// What the commands of a killed vexevt-react have started and left behind: the kernel killed the commands with it, but
// not their children, which may still do what is going to be undone.
#pragma once

#include <string_view>

namespace vexevt {

// Kills every process that has `variable` ("NAME=value", or the beginning of one) in the environment with which it was
// executed, and waits for their end. Those of other users count only for root. Returns how many there were.
int KillProcessesWith(std::string_view variable);

}  // namespace vexevt
