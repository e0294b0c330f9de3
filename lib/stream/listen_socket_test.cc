#include "lib/stream/listen_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace vexevt {
namespace {

ino_t InodeOf(int fd) {
  struct stat file;
  return ::fstat(fd, &file) == 0 ? file.st_ino : 0;
}

// In a child, as the service that was passed `passed`: whether ListenAt(path) took that very socket.
bool TakesPassed(int passed, const std::string& path, const std::string& pid) {
  pid_t child = ::fork();
  if (child == 0) {
    ::dup2(passed, 3);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", pid.empty() ? std::to_string(::getpid()).c_str() : pid.c_str(), 1);
    auto listener = ListenAt(path);
    ::_exit(listener.ok() && InodeOf(listener->fd()) == InodeOf(3) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(ListenAt, TakesWhatSystemdPassedForThePath) {
  std::string path = testing::TempDir() + "listen" + std::to_string(::getpid()) + ".sock";
  sockaddr_un address = {.sun_family = AF_UNIX};
  std::strcpy(address.sun_path, path.c_str());
  UniqueFd passed(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(passed.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_FALSE(TakesPassed(passed.get(), path + "x", ""));  // it does not listen yet, and is another path's
  ASSERT_EQ(::listen(passed.get(), 1), 0);
  EXPECT_TRUE(TakesPassed(passed.get(), path, ""));
  EXPECT_FALSE(TakesPassed(passed.get(), path + "x", ""));
  EXPECT_FALSE(TakesPassed(passed.get(), path, "1"));  // passed to another process
  ::unlink(path.c_str());
  ::unlink((path + "x").c_str());
}

}  // namespace
}  // namespace vexevt
