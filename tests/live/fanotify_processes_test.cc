// Who did it: facts of processes that end at once, of those that change, and of a command's tree alone.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <csignal>
#include <fstream>
#include <map>

#include "lib/capture/command.h"
#include "lib/capture/fanotify.h"
#include "lib/capture/proc_connector.h"
#include "tests/live/captured.h"
#include "tests/live/scratch_filesystem.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The process connector needs CAP_NET_ADMIN; fanotify does not.
void SetNetAdmin(bool on) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2];
  ASSERT_EQ(::syscall(SYS_capget, &header, data), 0);
  std::uint32_t bit = 1U << CAP_NET_ADMIN;
  data[0].effective = on ? data[0].effective | bit : data[0].effective & ~bit;
  ASSERT_EQ(::syscall(SYS_capset, &header, data), 0);
}

class FanotifyProcessesTest : public ::testing::TestWithParam<bool> {  // whether the connector may be used
 protected:
  void SetUp() override {
    std::string reason = filesystem_.Make("tmpfs");
    if (!reason.empty()) GTEST_SKIP() << reason;
    top_ = filesystem_.top();
    SetNetAdmin(GetParam());
    if (!GetParam()) return;
    auto connector = ProcConnector::Open();
    if (!connector.ok()) GTEST_SKIP() << connector.status().message();
  }
  void TearDown() override {
    if (::geteuid() == 0) SetNetAdmin(true);
  }

  void Watch(std::uint32_t command = 0) {
    FanotifyOptions options;
    options.auid = true;
    options.selection.roots = {top_};
    options.selection.fs_types = std::uint64_t{1} << (kFsMkdir & 0xff) | std::uint64_t{1} << (kFsRmdir & 0xff);
    options.command = command;
    auto opened = OpenFanotify(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    source_ = std::move(opened).value();
  }

  std::vector<Captured> RunCommand(
      std::vector<std::string> arguments, int* status,
      const std::function<void(const Captured&)>& seen = [](const Captured&) {}) {
    auto command = Command::Prepare(std::move(arguments));
    EXPECT_TRUE(command.ok()) << command.status().message();
    Watch(static_cast<std::uint32_t>(command->pid()));
    Status started = command->Start();
    EXPECT_TRUE(started.ok()) << started.message();
    std::vector<Captured> events;
    for (;;) {  // as the tool does: read until it ends, then the rest
      pollfd polls[2] = {{source_->poll_fd(), POLLIN, 0}, {command->pidfd(), POLLIN, 0}};
      ::poll(polls, 2, -1);
      if (polls[1].revents != 0) source_->Stop();
      FrameBatch batch;
      DrainState state = DrainState::kMore;
      while (state == DrainState::kMore) {
        batch.Clear();
        auto drained = source_->Drain(&batch);
        if (!drained.ok()) {
          ADD_FAILURE() << drained.status().message();
          return events;
        }
        state = *drained;
        for (Captured& event : Take(batch)) {
          seen(event);
          events.push_back(std::move(event));
        }
      }
      if (state == DrainState::kEnd) break;
    }
    auto ended = command->Wait();
    EXPECT_TRUE(ended.ok());
    *status = ended.ok() ? *ended : -1;
    return events;
  }

  ScratchFilesystem filesystem_;
  std::string top_;
  std::unique_ptr<Source> source_;
};

TEST_P(FanotifyProcessesTest, ShortLivedProcessesHaveNames) {
  Watch();
  std::string script = "cd '" + top_ + "' && i=0; while [ $i -lt 100 ]; do mkdir d$i; rmdir d$i; i=$((i+1)); done";
  pid_t pid = ::fork();
  if (pid == 0) ::_exit(::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr));
  std::vector<Captured> events;
  for (int status = 0; ::waitpid(pid, &status, WNOHANG) == 0;) {  // read while they come and go
    for (Captured& event : DrainAll(source_.get())) events.push_back(std::move(event));
  }
  for (Captured& event : DrainAll(source_.get())) events.push_back(std::move(event));
  ASSERT_EQ(events.size(), 200U);
  for (const Captured& event : events) {
    std::string name = event.type == kFsMkdir ? "mkdir" : "rmdir";
    EXPECT_EQ(event.comm, name);
    EXPECT_TRUE(event.exe.ends_with("/" + name)) << event.exe;
    if (!GetParam()) continue;  // only the connector can promise the rest
    EXPECT_EQ(event.ppid, static_cast<std::uint32_t>(pid));
    EXPECT_NE(event.flags & kFlagCredentials, 0);
  }
}

TEST_P(FanotifyProcessesTest, ChangesOfUserAndNameAreSeen) {
  Watch();
  ASSERT_EQ(::chmod(top_.c_str(), 01777), 0);
  int to_child[2], to_us[2];
  ASSERT_EQ(::pipe(to_child), 0);
  ASSERT_EQ(::pipe(to_us), 0);
  pid_t pid = ::fork();
  if (pid == 0) {
    char byte = 0;
    auto step = [&](const char* name) {
      return ::mkdir((top_ + "/" + name).c_str(), 0755) == 0 && ::write(to_us[1], &byte, 1) == 1 &&
             ::read(to_child[0], &byte, 1) == 1;
    };
    bool done = step("a") && ::prctl(PR_SET_NAME, "renamed") == 0 && ::setgroups(0, nullptr) == 0 &&
                ::setgid(65534) == 0 && ::setuid(65533) == 0 && step("b");
    ::_exit(done ? 0 : 1);
  }
  std::vector<Captured> events;
  char byte = 0;
  for (int step = 0; step < 2; ++step) {
    ASSERT_EQ(::read(to_us[0], &byte, 1), 1);
    for (Captured& event : DrainAll(source_.get())) events.push_back(std::move(event));
    ASSERT_EQ(::write(to_child[1], &byte, 1), 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  for (int fd : {to_child[0], to_child[1], to_us[0], to_us[1]}) ::close(fd);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].uid, 0U);
  EXPECT_EQ(events[1].uid, 65533U);
  EXPECT_EQ(events[1].gid, 65534U);
  EXPECT_EQ(events[1].comm, "renamed");
}

TEST_P(FanotifyProcessesTest, WhoLoggedInIsKnownWhateverTheUserIsNow) {
  Watch();
  InChild([&] { return ::mkdir((top_ + "/before").c_str(), 0755) == 0; });
  int to_us[2];
  ASSERT_EQ(::pipe(to_us), 0);
  pid_t pid = ::fork();
  if (pid == 0) {
    int fd = ::open("/proc/self/loginuid", O_WRONLY);
    bool set = fd >= 0 && ::write(fd, "1234", 4) == 4;
    ::dup2(to_us[1], STDOUT_FILENO);
    std::string script = "mkdir '" + top_ + "/d'; echo; exec sleep 1000";
    ::_exit(set ? ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr) : 77);
  }
  ::close(to_us[1]);
  char byte = 0;
  bool made = ::read(to_us[0], &byte, 1) == 1;
  std::vector<Captured> events = DrainAll(source_.get());
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  ::close(to_us[0]);
  if (!made) GTEST_SKIP() << "no login user can be set";
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].auid, GetParam() ? 1234 : -1) << "mkdir, which has ended";
  std::int64_t ours = 0;
  std::ifstream("/proc/self/loginuid") >> ours;
  EXPECT_EQ(events[0].auid, GetParam() && ours != 0xffffffff ? ours : -1);
}

TEST_P(FanotifyProcessesTest, ACommandIsItsWholeTreeAndNobodyElse) {
  // Others work on the same directory the whole time.
  pid_t other = ::fork();
  if (other == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
      ::mkdir((top_ + "/other").c_str(), 0755);
      ::rmdir((top_ + "/other").c_str());
    }
  }
  // A child, a grandchild, and one that leaves its session and its parent behind but is waited for by way of a pipe.
  std::string script = "cd '" + top_ +
                       "' && mkdir a && (mkdir b; sh -c 'mkdir c') && "
                       "(setsid sh -c 'mkdir d' &) | cat; exit 7";
  int status = 0;
  std::vector<Captured> events = RunCommand({"sh", "-c", script}, &status);
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  EXPECT_EQ(status, 7);
  if (!GetParam()) {
    // Who has ended before it is looked up cannot be told from a stranger: but strangers never pass.
    for (const Captured& event : events) EXPECT_FALSE(event.path.ends_with("/other"));
    return;
  }
  EXPECT_THAT(Lines(events, top_), ElementsAre("fs.mkdir a", "fs.mkdir b", "fs.mkdir c", "fs.mkdir d"));
}

TEST_P(FanotifyProcessesTest, ATreeThatStaysIsFoundByItsParents) {
  // All of it lives until we have seen the last of them.
  std::string script = "import os\nos.chdir('" + top_ +
                       "')\nos.mkdir('a')\n"
                       "if os.fork() == 0:\n  os.mkdir('b')\n  if os.fork() == 0:\n    os.mkdir('c')\n"
                       "while not os.path.exists('go'): pass\n";
  int status = 0;
  auto release = [&](const Captured& event) {
    if (event.path.ends_with("/c")) ::mknod((top_ + "/go").c_str(), S_IFREG | 0600, 0);
  };
  std::vector<Captured> events = RunCommand({"python3", "-c", script}, &status, release);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(Lines(events, top_), ElementsAre("fs.mkdir a", "fs.mkdir b", "fs.mkdir c"));
}

TEST_P(FanotifyProcessesTest, CommandsEndAsTheyEnd) {
  int status = 0;
  RunCommand({"sh", "-c", "kill -9 $$"}, &status);
  EXPECT_EQ(status, 128 + 9);
  auto missing = Command::Prepare({"/nonexistent/command"});
  ASSERT_TRUE(missing.ok());
  Status started = missing->Start();
  EXPECT_EQ(started.code(), StatusCode::kNotFound);
  EXPECT_THAT(started.message(), ::testing::HasSubstr("'/nonexistent/command'"));
  EXPECT_FALSE(Command::Prepare({}).ok());
  pid_t waiting;
  {
    auto never = Command::Prepare({"mkdir", top_ + "/never"});
    ASSERT_TRUE(never.ok());
    waiting = never->pid();
  }
  EXPECT_LT(::kill(waiting, 0), 0) << "a command that is not started must not stay";
  EXPECT_LT(::rmdir((top_ + "/never").c_str()), 0);
}

INSTANTIATE_TEST_SUITE_P(Connector, FanotifyProcessesTest, ::testing::Bool(),
                         [](const auto& test) { return std::string(test.param ? "Told" : "NotTold"); });

}  // namespace
}  // namespace vexevt
