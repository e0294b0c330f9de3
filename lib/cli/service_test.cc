#include "lib/cli/service.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "lib/cli/progress.h"

namespace vexevt {
namespace {

TEST(ServiceNotifier, DoesNothingWithoutASocket) {
  ::unsetenv("NOTIFY_SOCKET");
  ServiceNotifier service;
  EXPECT_FALSE(service.active());
  service.Send("READY=1");
}

TEST(ServiceNotifier, SendsDatagramsAndReadsTheWatchdog) {
  std::string path = ::testing::TempDir() + "n" + std::to_string(::getpid()) + ".sock";
  sockaddr_un address = {.sun_family = AF_UNIX};
  std::strcpy(address.sun_path, path.c_str());
  UniqueFd listener(::socket(AF_UNIX, SOCK_DGRAM, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ServiceNotifier service;
  ::setenv("WATCHDOG_PID", "1", 1);
  ServiceNotifier for_another_process;
  ::unsetenv("NOTIFY_SOCKET");
  ::unsetenv("WATCHDOG_USEC");
  ::unsetenv("WATCHDOG_PID");
  EXPECT_EQ(service.watchdog_ns(), 3'000'000'000u);
  EXPECT_EQ(for_another_process.watchdog_ns(), 0u);
  service.Send("READY=1\nSTATUS=12 events");
  char buffer[100];
  ssize_t size = ::recv(listener.get(), buffer, sizeof buffer, MSG_DONTWAIT);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string_view(buffer, static_cast<std::size_t>(size)), "READY=1\nSTATUS=12 events");
  ::unlink(path.c_str());
}

TEST(Progress, TellsRateShareAndTimeLeft) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  EXPECT_EQ(Progress(0, 5 * kSecond).Text(2000, 1, 7 * kSecond), "2K events, 1K/s");
  EXPECT_EQ(Progress(1000, 5 * kSecond).Text(2000, 250, 15 * kSecond), "2K events, 200/s, 25%, 30s left");
  // A file that grew since.
  EXPECT_EQ(Progress(1000, 5 * kSecond).Text(2000, 1500, 15 * kSecond), "2K events, 200/s, 100%, 0s left");
}

}  // namespace
}  // namespace vexevt
