#include "tests/kmod/guest/storm.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "tests/kmod/guest/device.h"

namespace vexevt {

std::vector<pid_t> StartStorm() {
  std::vector<pid_t> writers;
  for (int writer = 0; writer < kStormWriters; ++writer) {
    pid_t pid = ::fork();
    if (pid == 0) {
      for (int i = 0; i < kStormFiles; ++i) {
        std::string path = "/t/" + std::to_string(writer) + "-" + std::to_string(i);
        Touch(path);
        ::unlink(path.c_str());
      }
      ::_exit(0);
    }
    writers.push_back(pid);
  }
  return writers;
}

void AwaitStorm(const std::vector<pid_t>& writers) {
  for (pid_t pid : writers) {
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
}

}  // namespace vexevt
