#include "lib/capture/process_table.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

namespace vexevt {
namespace {

// A process that waits until it is told to end.
class Sleeper {
 public:
  Sleeper() : pid_(::fork()) {
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) ::pause();
    }
  }
  ~Sleeper() { End(); }
  void End() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }

 private:
  pid_t pid_;
};

constexpr std::uint32_t kNobody = 0x7ffffff0;  // above any pid_max

TEST(ProcessTableTest, FactsStayWhenTheProcessIsGone) {
  for (bool told : {true, false}) {
    ProcessTable table(told, 100);
    Sleeper sleeper;
    std::uint32_t pid = sleeper.pid();
    const ProcessFacts facts = table.Find(pid);
    EXPECT_TRUE(facts.credentials);
    EXPECT_EQ(facts.ppid, static_cast<std::uint32_t>(::getpid()));
    EXPECT_EQ(facts.uid, ::geteuid());
    EXPECT_EQ(facts.comm, "capture_test");
    EXPECT_TRUE(facts.exe.ends_with("/capture_test"));
    sleeper.End();
    if (told) table.Exited(pid);
    table.BeginBatch();
    EXPECT_EQ(table.Find(pid).comm, "capture_test");
    EXPECT_TRUE(table.Find(pid).credentials);
  }
}

// As in -o 'exec:tee a | cat >b': of the shell, which began before anything was watched, no event tells.
TEST(ProcessTableTest, ChildrenOfWhoReadsUsAreDownstreamThoughNoEventHasToldOfIt) {
  int ours[2], fed[2], said[2];
  ASSERT_EQ(::pipe(ours) | ::pipe(fed) | ::pipe(said), 0);
  const pid_t shell = ::fork();
  if (shell == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(ours[0], STDIN_FILENO);
    if (::fork() == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(fed[0], STDIN_FILENO);
      const pid_t self = ::getpid();
      [[maybe_unused]] ssize_t written = ::write(said[1], &self, sizeof self);
    }
    for (;;) ::pause();
  }
  pid_t child = 0;
  ASSERT_EQ(::read(said[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  ProcessTable table(/*told=*/false, 100, Downstream(ours[1]));
  EXPECT_TRUE(table.IsDownstream(static_cast<std::uint32_t>(child)));
  EXPECT_FALSE(table.IsDownstream(static_cast<std::uint32_t>(::getpid())));
  ::kill(shell, SIGKILL);
  ::waitpid(shell, nullptr, 0);
  for (int fd : {ours[0], ours[1], fed[0], fed[1], said[0], said[1]}) ::close(fd);
}

// As what vexevt-react starts, which reads us itself.
TEST(ProcessTableTest, WhoHasExecutedAndEndedSinceIsNotDownstream) {
  int ours[2], said[2];
  ASSERT_EQ(::pipe(ours) | ::pipe(said), 0);
  const pid_t reader = ::fork();
  if (reader == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(ours[0], STDIN_FILENO);
    [[maybe_unused]] ssize_t written = ::write(said[1], "", 1);
    for (;;) ::pause();
  }
  char reads;
  ASSERT_EQ(::read(said[0], &reads, 1), 1);
  ProcessTable table(/*told=*/true, 100, Downstream(ours[1]));
  table.Forked(static_cast<std::uint32_t>(reader), kNobody);
  EXPECT_TRUE(table.IsDownstream(kNobody));
  table.Executed(kNobody);
  EXPECT_FALSE(table.IsDownstream(kNobody));
  ::kill(reader, SIGKILL);
  ::waitpid(reader, nullptr, 0);
  for (int fd : {ours[0], ours[1], said[0], said[1]}) ::close(fd);
}

TEST(ProcessTableTest, OfAnUnknownProcessOnlyThePidIsKnown) {
  ProcessTable table(true, 100);
  EXPECT_FALSE(table.Find(kNobody).credentials);
  EXPECT_TRUE(table.Find(kNobody).comm.empty());
}

TEST(ProcessTableTest, AChildInheritsAndIsNamedByWhatItOpensToExecute) {
  ProcessTable table(true, 100);
  auto us = static_cast<std::uint32_t>(::getpid());
  table.Forked(us, kNobody);
  EXPECT_EQ(table.Find(kNobody).comm, "capture_test");
  EXPECT_EQ(table.Find(kNobody).ppid, us);
  table.Executed(kNobody);  // and was gone before anybody looked
  EXPECT_EQ(table.Find(kNobody).comm, "");
  EXPECT_TRUE(table.Find(kNobody).credentials);
  table.OpenedToExecute(kNobody, "/usr/local/bin/a-script-with-a-long-name");
  table.OpenedToExecute(kNobody, "/usr/bin/python3");
  table.OpenedToExecute(kNobody, "/lib64/ld-linux-x86-64.so.2");
  EXPECT_EQ(table.Find(kNobody).comm, "a-script-with-a");
  EXPECT_EQ(table.Find(kNobody).exe, "/usr/bin/python3");
  table.Executed(kNobody);
  EXPECT_EQ(table.Find(kNobody).comm, "");
  table.OpenedToExecute(kNobody, "/usr/bin/rm");
  table.OpenedToExecute(kNobody, "/lib64/ld-linux-x86-64.so.2");
  EXPECT_EQ(table.Find(kNobody).comm, "rm");
  EXPECT_EQ(table.Find(kNobody).exe, "/usr/bin/rm");
  // The pid is given anew.
  table.Forked(us, kNobody);
  EXPECT_EQ(table.Find(kNobody).comm, "capture_test");
}

// The queue and the connector are read one after the other: an exec can be told before, amid or after what it opens.
TEST(ProcessTableTest, TheNameIsThatOfTheExecWhereverItIsToldAmongWhatIsOpened) {
  const std::vector<std::string> opens[] = {{"/bin/first", "/usr/bin/python3", "/lib/ld-linux.so.2"},
                                            {"/bin/second", "/lib/ld-linux.so.2"}};
  auto us = static_cast<std::uint32_t>(::getpid());
  for (std::size_t first = 0; first <= opens[0].size(); ++first) {
    for (std::size_t second = 0; second <= opens[1].size(); ++second) {
      ProcessTable table(true, 100);
      table.Forked(us, kNobody);
      auto execute = [&](const std::vector<std::string>& paths, std::size_t told_before) {
        for (std::size_t i = 0; i <= paths.size(); ++i) {
          if (i == told_before) table.Executed(kNobody);
          if (i < paths.size()) table.OpenedToExecute(kNobody, paths[i]);
        }
      };
      execute(opens[0], first);
      EXPECT_EQ(table.Find(kNobody).comm, "first") << first;
      EXPECT_EQ(table.Find(kNobody).exe, "/usr/bin/python3") << first;
      execute(opens[1], second);
      EXPECT_EQ(table.Find(kNobody).comm, "second") << first << second;
      EXPECT_EQ(table.Find(kNobody).exe, "/bin/second") << first << second;
    }
  }
}

TEST(ProcessTableTest, TwoExecsToldAtOnceAreNamedOneAfterTheOther) {
  ProcessTable table(true, 100);
  table.Forked(static_cast<std::uint32_t>(::getpid()), kNobody);
  table.Executed(kNobody);
  table.Executed(kNobody);
  for (const char* name : {"first", "second"}) {
    table.OpenedToExecute(kNobody, std::string("/bin/") + name);
    table.OpenedToExecute(kNobody, "/lib/ld-linux.so.2");
    EXPECT_EQ(table.Find(kNobody).comm, name);
  }
}

TEST(ProcessTableTest, WithoutAConnectorWhoIsGoneIsNamedByWhatItOpened) {
  ProcessTable table(false, 100);
  table.OpenedToExecute(kNobody, "/bin/mkdir");
  table.OpenedToExecute(kNobody, "/lib/ld-linux.so.2");
  EXPECT_EQ(table.Find(kNobody).comm, "mkdir");
  EXPECT_EQ(table.Find(kNobody).exe, "/bin/mkdir");
  EXPECT_FALSE(table.Find(kNobody).credentials);
  table.BeginBatch();
  EXPECT_EQ(table.Find(kNobody).comm, "mkdir");
}

TEST(ProcessTableTest, ATreeIsItsRootAndWhoDescends) {
  ProcessTable table(true, 100);
  Sleeper root, stranger;
  table.WatchTree(root.pid());
  EXPECT_TRUE(table.Contains(root.pid()));
  EXPECT_FALSE(table.Contains(stranger.pid()));
  table.Forked(root.pid(), kNobody);
  table.Forked(kNobody, kNobody + 1);
  table.Exited(kNobody);
  EXPECT_TRUE(table.Contains(kNobody));
  EXPECT_TRUE(table.Contains(kNobody + 1));
  table.Forked(stranger.pid(), kNobody);
  EXPECT_FALSE(table.Contains(kNobody)) << "its pid was given anew";
  table.Missed();
  EXPECT_TRUE(table.Contains(root.pid()));
  EXPECT_TRUE(table.Contains(kNobody + 1));
}

TEST(ProcessTableTest, HoldsTheLivingAndForgetsTheEnded) {
  ProcessTable table(true, 10);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    table.Forked(1, kNobody + i % 15);
    if (i % 15 >= 3) table.Exited(kNobody + i % 15);
  }
  EXPECT_LE(table.size(), 11U);
  ProcessTable held(false, 10);
  for (std::uint32_t i = 0; i < 1000; ++i) held.Find(kNobody + i % 15);
  EXPECT_LE(held.size(), 10U);
}

}  // namespace
}  // namespace vexevt
