#include "lib/react/orphans.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vexevt {
namespace {

// Waits until a child has ended, without taking leave of it.
void AwaitEnd(pid_t pid) {
  siginfo_t ended = {};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT), 0);
}

bool IsThere(pid_t pid) { return ::kill(pid, 0) == 0; }

TEST(Orphans, ComeToUsAndAreTakenLeaveOf) {
  ASSERT_TRUE(AdoptOrphans().ok());
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t action = ::fork();
  if (action == 0) {
    ::setsid();
    const pid_t orphan = ::fork();
    if (orphan == 0) ::_exit(0);
    const bool told = ::write(pipe[1], &orphan, sizeof orphan) == sizeof orphan;
    ::_exit(told ? 0 : 1);
  }
  pid_t orphan = 0;
  ASSERT_EQ(::read(pipe[0], &orphan, sizeof orphan), static_cast<ssize_t>(sizeof orphan));
  AwaitEnd(action);
  AwaitEnd(orphan);  // it is our child now
  ReapOrphans([&](pid_t pid) { return pid == action; });
  EXPECT_TRUE(IsThere(action));
  int status = 1;
  EXPECT_EQ(::waitpid(action, &status, 0), action);
  EXPECT_EQ(status, 0);
  ReapOrphans([](pid_t) { return false; });
  EXPECT_FALSE(IsThere(orphan));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(Orphans, ChildrenOfOurSessionAreLeftToWhoStartedThem) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(7);
  AwaitEnd(child);
  ReapOrphans([](pid_t) { return false; });
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
}  // namespace vexevt
