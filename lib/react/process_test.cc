#include "lib/react/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "lib/base/clock.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

using ::testing::HasSubstr;

ProcessPlan PlanOf(std::vector<std::string> arguments) {
  ProcessPlan plan;
  plan.arguments = std::move(arguments);
  plan.environment = BareEnvironment(InvokingUser());
  return plan;
}

ProcessEnd WaitFor(Process& process) {
  for (;;) {
    if (auto end = process.TakeEnd()) return *end;
    pollfd waiting[] = {{process.end_fd(), POLLIN, 0}, {process.output_fd(), POLLIN, 0}};
    ::poll(waiting, 2, -1);
    process.TakeOutput();
  }
}

ProcessEnd RunToItsEnd(const ProcessPlan& plan, const ProcessUser& user = InvokingUser()) {
  auto process = Process::Start(plan, user);
  if (!process.ok()) {
    ADD_FAILURE() << process.status().message();
    return {};
  }
  return WaitFor(**process);
}

// Dead, though maybe not yet waited for by whoever has inherited it. `pid` is a line.
void WaitUntilDead(const std::string& pid) {
  const std::string path = "/proc/" + pid.substr(0, pid.find('\n')) + "/stat";
  for (;;) {
    auto stat = ReadFile(path, 4096);
    if (!stat.ok() || stat->find(") Z") != std::string::npos) return;
    std::this_thread::yield();
  }
}

TEST(Process, GivesArgumentsAsTheyAre) {
  const ProcessEnd end = RunToItsEnd(PlanOf({"printf", "%s|", "a b", "$HOME;`id`", "*", "", "\n\xff"}));
  EXPECT_EQ(end.output, "a b|$HOME;`id`|*||\n\xff|");
  EXPECT_TRUE(end.ok());
}

TEST(Process, HasTheEnvironmentThatItIsGivenAndNoOther) {
  ASSERT_EQ(::setenv("VEXEVT_TEST_SECRET", "1", 1), 0);
  ProcessPlan plan = PlanOf({"env"});
  plan.environment = {"A=1", "B=x y"};
  EXPECT_EQ(RunToItsEnd(plan).output, "A=1\nB=x y\n");
  ::unsetenv("VEXEVT_TEST_SECRET");
}

TEST(Process, InheritsNoDescriptor) {
  UniqueFd leak(::open("/dev/null", O_RDONLY));  // not close-on-exec
  const std::string path = "/proc/self/fd/" + std::to_string(leak.get());
  EXPECT_EQ(RunToItsEnd(PlanOf({"test", "-e", path})).exit_status, 1);
  EXPECT_EQ(RunToItsEnd(PlanOf({"test", "-e", "/proc/self/fd/2"})).exit_status, 0);
}

TEST(Process, ReadsNothingUnlessItIsGivenSomething) {
  EXPECT_EQ(RunToItsEnd(PlanOf({"cat"})).output, "");
  ProcessPlan plan = PlanOf({"cat"});
  plan.limits.output_bytes = 1 << 20;
  plan.input = std::string(300'000, 'x') + "\n";
  EXPECT_EQ(RunToItsEnd(plan).output, *plan.input);
}

TEST(Process, KeepsOfItsOutputSoMuchAsItMay) {
  ProcessPlan plan = PlanOf({"sh", "-c", "echo out; echo err >&2; head -c 1000000 /dev/zero"});
  plan.limits.output_bytes = 100;
  const ProcessEnd end = RunToItsEnd(plan);
  EXPECT_EQ(end.output.size(), 100u);
  EXPECT_EQ(end.output.substr(0, 8), "out\nerr\n");
  EXPECT_EQ(end.output_bytes, 1'000'008u);
}

TEST(Process, TellsHowItEnded) {
  ProcessEnd end = RunToItsEnd(PlanOf({"sh", "-c", "exit 3"}));
  EXPECT_EQ(Describe(end), "exited with status 3");
  EXPECT_FALSE(end.ok());
  end = RunToItsEnd(PlanOf({"sh", "-c", "kill -TERM $$"}));
  EXPECT_EQ(Describe(end), "was ended by a signal: Terminated");
}

TEST(Process, TellsWhyItCannotBeStarted) {
  auto process = Process::Start(PlanOf({"/nonexistent/command"}), InvokingUser());
  EXPECT_EQ(process.status().message(), "cannot run '/nonexistent/command': No such file or directory");
  EXPECT_EQ(process.status().code(), StatusCode::kNotFound);
  process = Process::Start(PlanOf({"no-such-command-of-ours"}), InvokingUser());
  EXPECT_EQ(process.status().message(), "cannot run 'no-such-command-of-ours': No such file or directory");
  process = Process::Start(PlanOf({"/etc/passwd"}), InvokingUser());
  EXPECT_EQ(process.status().code(), StatusCode::kPermissionDenied);
  EXPECT_FALSE(Process::Start(PlanOf({}), InvokingUser()).ok());
}

TEST(Process, EndsAsAWholeGroup) {
  auto process = Process::Start(PlanOf({"sh", "-c", "sleep 100 & echo $!; wait"}), InvokingUser());
  ASSERT_TRUE(process.ok());
  pollfd waiting{(*process)->output_fd(), POLLIN, 0};
  ::poll(&waiting, 1, -1);
  (*process)->Signal(SIGTERM);
  const ProcessEnd end = WaitFor(**process);
  EXPECT_EQ(end.signal, SIGTERM);
  WaitUntilDead(end.output);
}

TEST(Process, LeavesNothingBehind) {
  const ProcessEnd end = RunToItsEnd(PlanOf({"sh", "-c", "sleep 100 & echo $!"}));
  EXPECT_TRUE(end.ok());
  WaitUntilDead(end.output);
}

TEST(Process, IsKilledWhereItsOwnerGoes) {
  auto process = Process::Start(PlanOf({"sleep", "100"}), InvokingUser());
  ASSERT_TRUE(process.ok());
  const pid_t pid = (*process)->pid();
  process->reset();
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Process, HasLimitsAndNoWayToNewRights) {
  ProcessPlan plan = PlanOf({"sh", "-c", "ulimit -v; ulimit -t; grep NoNewPrivs /proc/self/status; pwd; trap '' TERM"});
  plan.limits.memory_bytes = std::uint64_t{512} << 20;
  plan.limits.cpu_ns = 1'500 * kNsPerMs;
  EXPECT_EQ(RunToItsEnd(plan).output, "524288\n2\nNoNewPrivs:\t1\n/\n");
}

TEST(Process, HasNoSignalBlockedOrIgnored) {
  sigset_t all, old;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &old);
  auto before = ::signal(SIGUSR2, SIG_IGN);
  const ProcessEnd end = RunToItsEnd(PlanOf({"grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"}));
  ::signal(SIGUSR2, before);
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  EXPECT_EQ(end.output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(Process, RunsAsAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  auto nobody = FindUser("nobody");
  ASSERT_TRUE(nobody.ok());
  ProcessPlan plan = PlanOf({"sh", "-c", "id -un; id -Gn; grep CapEff /proc/self/status; echo err >/dev/stderr"});
  EXPECT_EQ(RunToItsEnd(plan, *nobody).output, "nobody\nnogroup\nCapEff:\t0000000000000000\nerr\n");
}

TEST(Process, KnowsItsUsers) {
  EXPECT_EQ(FindUser("no-such-user").status().message(), "there is no user 'no-such-user'");
  EXPECT_EQ(InvokingUser().uid, ::geteuid());
}

}  // namespace
}  // namespace vexevt
