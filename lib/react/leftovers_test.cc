#include "lib/react/leftovers.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include "lib/react/process.h"

namespace vexevt {
namespace {

TEST(Leftovers, AreKnownByTheirEnvironment) {
  const std::string name = "VEXEVT_TEST_LEFTOVER=" + std::to_string(::getpid());
  ProcessPlan plan;
  // A child of the command that has left its group, as a daemon would.
  plan.arguments = {"sh", "-c", "setsid sleep 100 & echo; exec sleep 100"};
  plan.environment = {"PATH=/usr/bin:/bin", name + "-1"};
  auto process = Process::Start(plan, InvokingUser());
  ASSERT_TRUE(process.ok());
  plan.arguments = {"sleep", "100"};
  plan.environment = {"PATH=/usr/bin:/bin", "X" + name};
  auto other = Process::Start(plan, InvokingUser());
  ASSERT_TRUE(other.ok());
  pollfd started{.fd = (*process)->output_fd(), .events = POLLIN, .revents = 0};
  ::poll(&started, 1, -1);

  EXPECT_EQ(KillProcessesWith(name + "-"), 2);
  EXPECT_EQ((*process)->TakeEnd().value_or(ProcessEnd{}).signal, SIGKILL);
  EXPECT_FALSE((*other)->TakeEnd().has_value());
  EXPECT_EQ(KillProcessesWith(name + "-"), 0);
}

}  // namespace
}  // namespace vexevt
