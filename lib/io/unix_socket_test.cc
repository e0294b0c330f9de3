#include "lib/io/unix_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace vexevt {
namespace {

// A server between bind and listen, whose file is there already.
class AboutToListen : public testing::Test {
 protected:
  AboutToListen() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    EXPECT_EQ(bind(server_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~AboutToListen() override { unlink(path_.c_str()); }

  // Listens once `client`, in a thread of its own, waits, or has given up.
  void ListenAsSoonAsWaitedFor(const std::function<void()>& client) {
    std::atomic<pid_t> id = 0;
    std::atomic<bool> done = false;
    std::thread thread([&] {
      id = gettid();
      client();
      done = true;
    });
    while (!done && !(id != 0 && Sleeps(id))) std::this_thread::yield();
    EXPECT_EQ(listen(server_.get(), 1), 0);
    thread.join();
  }

  const std::string path_ = testing::TempDir() + "about-to-listen-" + std::to_string(getpid());

 private:
  static bool Sleeps(pid_t thread) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t name_end = text.rfind(')');
    return name_end != std::string::npos && text.compare(name_end + 2, 1, "S") == 0;
  }

  UniqueFd server_{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

TEST_F(AboutToListen, IsWaitedForByWhoConnects) {
  Status status;
  ListenAsSoonAsWaitedFor([&] { status = ConnectUnix(path_).status(); });
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST_F(AboutToListen, IsNotTakenForDeadByAnotherServer) {
  Status status;
  ListenAsSoonAsWaitedFor([&] { status = UnixListener::Listen(path_).status(); });
  EXPECT_EQ(status.message(), "cannot listen at '" + path_ + "': Address already in use");
  EXPECT_TRUE(ConnectUnix(path_).ok());
}

}  // namespace
}  // namespace vexevt
