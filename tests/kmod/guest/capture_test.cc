// vexevt-capture --from kernel and the tools behind it, as users run them.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/loop.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "lib/event/event_view.h"
#include "tests/kmod/guest/device.h"
#include "tests/kmod/guest/storm.h"

namespace vexevt {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOut = "/tmp/out.evt";
constexpr const char* kLog = "/tmp/log";

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Runs busybox's shell in the background, its messages in kLog.
pid_t Start(const std::string& command) {
  ::unlink(kLog);
  pid_t pid = ::fork();
  if (pid == 0) {
    int log = ::open(kLog, O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log, STDERR_FILENO);
    ::execl("/bin/busybox", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  return pid;
}

int ExitOf(pid_t pid) {
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int RunShell(const std::string& command) { return ExitOf(Start(command)); }

bool WaitUntil(const std::function<bool()>& holds) {
  for (int i = 0; i < 60'000 && !holds(); ++i) ::poll(nullptr, 0, 1);
  return holds();
}

// What is in kOut: whole frames.
std::vector<Seen> Captured() {
  std::string bytes = Content(kOut);
  std::vector<Seen> all;
  std::vector<std::uint64_t> words(bytes.size() / 8);
  std::memcpy(words.data(), bytes.data(), words.size() * 8);
  for (std::span<const std::byte> rest = std::as_bytes(std::span(words)); !rest.empty();) {
    std::size_t size = MeasureFrame(rest).bytes;
    if (size > rest.size()) {
      ADD_FAILURE() << "the last frame is cut";
      break;
    }
    const auto* first = reinterpret_cast<const std::uint64_t*>(rest.data());
    all.emplace_back(std::vector<std::uint64_t>(first, first + size / 8));
    rest = rest.subspan(size);
  }
  return all;
}

// Starts what has a capture in it, and waits for that to watch.
pid_t StartCapture(const std::string& command) {
  ::unlink(kOut);
  pid_t pid = Start(command);
  auto ended = [&] {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid != 0;
  };
  auto watches = [] { return Content(kLog).find("watching") != std::string::npos; };
  EXPECT_TRUE(WaitUntil([&] { return watches() || ended(); }) && watches()) << Content(kLog);
  return pid;
}

// A capture that is watching, its frames in kOut.
class Capture {
 public:
  explicit Capture(const std::string& arguments)
      : pid_(StartCapture("exec vexevt-capture --from kernel --verbose -o " + std::string(kOut) + " " + arguments)) {}
  ~Capture() { Stop(); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  pid_t pid() const { return pid_; }

  // What was told until now.
  std::vector<Seen> Stop() {
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      EXPECT_EQ(ExitOf(std::exchange(pid_, 0)), 0) << Content(kLog);
    }
    return Captured();
  }

 private:
  pid_t pid_;
};

void DoEverything(const std::string& top) {
  auto at = [&](const char* name) { return top + name; };
  ASSERT_EQ(::mkdir(at("/d").c_str(), 0755), 0);
  int fd = ::open(at("/d/a").c_str(), O_CREAT | O_RDWR, 0644);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(::write(fd, "text", 4), 4);
  char text[4];
  ASSERT_EQ(::pread(fd, text, 4, 0), 4);
  ASSERT_EQ(::ftruncate(fd, 2), 0);
  ASSERT_EQ(::fchmod(fd, 0600), 0);
  ASSERT_EQ(::close(fd), 0);
  ASSERT_EQ(::link(at("/d/a").c_str(), at("/d/h").c_str()), 0);
  ASSERT_EQ(::symlink("a", at("/d/s").c_str()), 0);
  ASSERT_EQ(::mknod(at("/d/p").c_str(), S_IFIFO | 0600, 0), 0);
  ASSERT_EQ(::rename(at("/d/a").c_str(), at("/b").c_str()), 0);
  for (const char* name : {"/d/h", "/d/s", "/d/p", "/b"}) ASSERT_EQ(::unlink(at(name).c_str()), 0);
  ASSERT_EQ(::rmdir(at("/d").c_str()), 0);
}

std::vector<std::string> Everything(const std::string& t) {
  return {"fs.mkdir " + t + "/d",       "fs.create " + t + "/d/a",      "fs.open " + t + "/d/a",
          "fs.write " + t + "/d/a",     "fs.read " + t + "/d/a",        "fs.write " + t + "/d/a",
          "fs.attrib " + t + "/d/a",    "fs.close-write " + t + "/d/a", "fs.hardlink " + t + "/d/h",
          "fs.symlink " + t + "/d/s a", "fs.mknod " + t + "/d/p",       "fs.rename " + t + "/d/a " + t + "/b",
          "fs.delete " + t + "/d/h",    "fs.delete " + t + "/d/s",      "fs.delete " + t + "/d/p",
          "fs.delete " + t + "/b",      "fs.rmdir " + t + "/d"};
}

TEST(Capture, TellsEveryOperation) {
  Scratch scratch;
  Capture capture("--types 'fs.*' --host here --tenant acme /t");
  DoEverything("/t");
  std::vector<Seen> seen = capture.Stop();
  EXPECT_EQ(Lines(seen), Everything("/t"));
  for (const Seen& one : seen) {
    EXPECT_EQ(one.event.pid, static_cast<std::uint32_t>(::getpid()));
    EXPECT_EQ(one.event.host, "here");
    EXPECT_EQ(one.event.tenant, "acme");
  }
}

TEST(Capture, TellsEveryOperationOnADisk) {
  UniqueFd image(::open("/ext4.image", O_RDWR | O_CLOEXEC)), loop(::open("/dev/loop0", O_RDWR | O_CLOEXEC));
  if (!image || !loop) GTEST_SKIP() << "no loop device";
  ASSERT_EQ(::ioctl(loop.get(), LOOP_SET_FD, image.get()), 0) << std::strerror(errno);
  ::mkdir("/e", 0755);
  ASSERT_EQ(::mount("/dev/loop0", "/e", "ext4", 0, nullptr), 0) << std::strerror(errno);
  {
    Capture capture("--types 'fs.*' /e");
    DoEverything("/e");
    EXPECT_EQ(Lines(capture.Stop()), Everything("/e"));
  }
  EXPECT_EQ(::umount("/e"), 0) << std::strerror(errno);
  EXPECT_EQ(::ioctl(loop.get(), LOOP_CLR_FD, 0), 0);
}

TEST(Capture, TellsWhatIsAskedForUnlessMoreIs) {
  Scratch scratch;
  Capture capture("/t");
  DoEverything("/t");
  std::vector<std::string> lines = Lines(capture.Stop());
  EXPECT_EQ(lines.size(), Everything("/t").size() - 2);  // no opens, no reads
  EXPECT_THAT(lines, Not(Contains(HasSubstr("fs.open"))));
}

TEST(Capture, RenamesAcrossTheBorderOfARootAreMoves) {
  Scratch scratch;
  ASSERT_EQ(::mkdir("/t/in", 0755), 0);
  Touch("/t/in/a");
  Capture capture("--types fs.rename,fs.move-in,fs.move-out /t/in");
  ASSERT_EQ(::rename("/t/in/a", "/t/in/b"), 0);
  ASSERT_EQ(::rename("/t/in/b", "/t/out"), 0);
  ASSERT_EQ(::rename("/t/out", "/t/other"), 0);
  ASSERT_EQ(::rename("/t/other", "/t/in/c"), 0);
  EXPECT_THAT(Lines(capture.Stop()),
              ElementsAre("fs.rename /t/in/a /t/in/b", "fs.move-out /t/in/b /t/out", "fs.move-in /t/in/c /t/other"));
}

TEST(Capture, OfAFileTellsOfThatAlone) {
  Scratch scratch;
  for (const char* path : {"/t/a", "/t/ab", "/t/b"}) Touch(path);
  Capture capture("--types fs.open,fs.delete,fs.move-in /t/a");
  for (const char* path : {"/t/a", "/t/ab", "/t/b"}) Touch(path);
  ASSERT_EQ(::unlink("/t/a"), 0);
  ASSERT_EQ(::rename("/t/b", "/t/a"), 0);
  EXPECT_THAT(Lines(capture.Stop()), ElementsAre("fs.open /t/a", "fs.delete /t/a", "fs.move-in /t/a /t/b"));
}

TEST(Capture, OfADirectoryTellsOfItsEntriesAndItsEnd) {
  Scratch scratch;
  ASSERT_EQ(::mkdir("/t/d", 0755), 0);
  Capture capture("--mark directory --types fs.create,fs.mkdir,fs.delete,fs.rmdir /t/d");
  Touch("/t/d/a");
  ASSERT_EQ(::mkdir("/t/d/below", 0755), 0);
  Touch("/t/d/below/b");
  for (const char* path : {"/t/d/below/b", "/t/d/a"}) ASSERT_EQ(::unlink(path), 0);
  for (const char* path : {"/t/d/below", "/t/d"}) ASSERT_EQ(::rmdir(path), 0);
  EXPECT_THAT(Lines(capture.Stop()), ElementsAre("fs.create /t/d/a", "fs.mkdir /t/d/below", "fs.delete /t/d/a",
                                                 "fs.rmdir /t/d/below", "fs.rmdir /t/d"));
}

TEST(Capture, OfAMountTellsWhatIsOpenedThroughIt) {
  Scratch scratch;
  bool mounts = Device().Mark("/t", VEXEVT_BIT(VEXEVT_FS_OPEN), 0, VEXEVT_OBJECT_MOUNT) == 0;
  if (!mounts) GTEST_SKIP() << "no marks of mounts";
  ::mkdir("/bound", 0755);
  ASSERT_EQ(::mount("/t", "/bound", nullptr, MS_BIND, nullptr), 0);
  {
    Capture capture("--mark mount --types fs.open,fs.create /bound");
    Touch("/t/a");
    Touch("/bound/b");
    EXPECT_THAT(Lines(capture.Stop()), ElementsAre("fs.create /bound/a", "fs.create /bound/b", "fs.open /bound/b"));
  }
  EXPECT_EQ(::umount("/bound"), 0);
}

TEST(Capture, OfTwoMountsOfWhichNoneShowsTheOtherIsRefused) {
  Scratch scratch;
  for (const char* path : {"/t/x", "/t/y"}) ASSERT_EQ(::mkdir(path, 0755), 0);
  ::mkdir("/bound", 0755);
  ::mkdir("/bound2", 0755);
  ASSERT_EQ(::mount("/t/x", "/bound", nullptr, MS_BIND, nullptr), 0);
  ASSERT_EQ(::mount("/t/y", "/bound2", nullptr, MS_BIND, nullptr), 0);
  EXPECT_EQ(RunShell("vexevt-capture --from kernel /bound /bound2"), 3);
  EXPECT_THAT(Content(kLog), HasSubstr("cannot watch '/bound2': its file system is watched by way of another"));
  {
    Capture capture("--types fs.mkdir /bound /t");
    ASSERT_EQ(::mkdir("/bound/d", 0755), 0);
    EXPECT_THAT(Lines(capture.Stop()), ElementsAre("fs.mkdir /t/x/d"));
  }
  for (const char* path : {"/bound", "/bound2"}) EXPECT_EQ(::umount(path), 0);
}

TEST(Capture, TheKernelDecidesWhatItCan) {
  Scratch scratch;
  ASSERT_EQ(::mkdir("/t/a", 0777), 0);
  ASSERT_EQ(::chmod("/t/a", 0777), 0);
  std::string where = "--where 'type = fs.create and uid in (1234, 1300) and path under /t/a and size < 1M' /t";
  ASSERT_EQ(RunShell("vexevt-capture --from kernel --explain " + where + " >/tmp/explained"), 0);
  EXPECT_EQ(Content("/tmp/explained"),
            "source: kernel module\nasked of the source: types fs.create\nasked of the source: at and below /t\n"
            "asked of the source: within /t/a\nasked of the source: user 1234\nasked of the source: user 1300\n"
            "left to decide here: type = fs.create and uid in (1234, 1300) and path under /t/a and size < 1M\n");
  Capture capture(where);
  std::uint64_t filtered = ReadNumber("/sys/class/misc/vexevt/filtered");
  std::uint64_t delivered = ReadNumber("/sys/class/misc/vexevt/delivered");
  for (int i = 0; i < 10; ++i) Touch("/t/a/root" + std::to_string(i));
  InChild([] { Touch("/t/elsewhere"); }, 1234, 1234);
  InChild([] { Touch("/t/a/theirs"); }, 1234, 1234);
  EXPECT_THAT(Lines(capture.Stop()), ElementsAre("fs.create /t/a/theirs"));
  EXPECT_GE(ReadNumber("/sys/class/misc/vexevt/filtered"), filtered + 11);
  EXPECT_EQ(ReadNumber("/sys/class/misc/vexevt/delivered"), delivered + 1);
}

// Its orphans are still told; who is beside it is not.
TEST(Capture, OfACommandTellsItsTree) {
  Scratch scratch;
  pid_t pid = Start(
      "exec vexevt-capture --from kernel --types fs.create -o /tmp/out.evt /t -- sh -c '"
      "sh -c \"(while ! [ -e /t/go ]; do :; done; : >/t/orphan) & \"; : >/t/direct; "
      "while ! [ -e /t/stranger ]; do :; done; : >/t/go; while ! [ -e /t/orphan ]; do :; done; exit 7'");
  ASSERT_TRUE(WaitUntil([] { return ::access("/t/direct", F_OK) == 0; })) << Content(kLog);
  Touch("/t/stranger");
  EXPECT_EQ(ExitOf(pid), 7) << Content(kLog);
  EXPECT_THAT(Lines(Captured()), ElementsAre("fs.create /t/direct", "fs.create /t/go", "fs.create /t/orphan"));
}

TEST(Capture, OfAStormMissesNothing) {
  Scratch scratch;
  Capture capture("--types 'fs.*' /t");
  AwaitStorm(StartStorm());
  std::map<std::string, std::vector<EventType>> files;
  std::uint64_t sequence = 0;
  for (const Seen& one : capture.Stop()) {
    EXPECT_EQ(one.event.id.sequence, ++sequence);
    files[std::string(one.fs().path)].push_back(one.event.type);
  }
  EXPECT_EQ(sequence, kStormEvents);
  EXPECT_EQ(files.size(), kStormEvents / 4);
  for (const auto& [path, types] : files)
    EXPECT_THAT(types, ElementsAre(kFsCreate, kFsOpen, kFsCloseWrite, kFsDelete)) << path;
}

TEST(Capture, ThatStallsTellsOfEveryLoss) {
  Scratch scratch;
  std::uint64_t most = ReadNumber("/sys/module/vexevt/parameters/ring_max");
  WriteText("/sys/module/vexevt/parameters/ring_max", "1048576");
  Capture capture("--types 'fs.*' /t");
  WriteText("/sys/module/vexevt/parameters/ring_max", std::to_string(most));
  ASSERT_EQ(::kill(capture.pid(), SIGSTOP), 0);
  AwaitStorm(StartStorm());
  ASSERT_EQ(::kill(capture.pid(), SIGCONT), 0);
  // What tells of the loss is the next event that fits.
  ASSERT_TRUE(WaitUntil([] { return ::access(kOut, F_OK) == 0 && !Content(kOut).empty(); }));
  ASSERT_EQ(::mkdir("/t/end", 0755), 0);
  std::uint64_t events = 0, lost = 0;
  for (const Seen& one : capture.Stop()) {
    if (one.event.type == kVexevtLost) {
      lost += one.gap().lost;
    } else {
      ++events;
    }
  }
  EXPECT_GT(lost, 0u);
  EXPECT_EQ(events + lost, kStormEvents + 1);
}

TEST(Capture, ABarrierStandsBehindWhatWasBefore) {
  if (!UniqueFd(::socket(AF_UNIX, SOCK_STREAM, 0))) GTEST_SKIP() << "a kernel without sockets";
  Scratch scratch;
  Capture capture("--types fs.mkdir --control /tmp/control /t");
  for (int i = 0; i < 100; ++i) ASSERT_EQ(::mkdir(("/t/" + std::to_string(i)).c_str(), 0755), 0);
  ASSERT_EQ(RunShell("vexevt-capture --barrier /tmp/control"), 0);
  std::vector<Seen> seen = Captured();  // now, while it runs
  ASSERT_EQ(seen.size(), 101u);
  EXPECT_EQ(seen.back().event.type, kVexevtBarrier);
  EXPECT_GE(seen.back().event.wall_ns, seen[99].event.wall_ns);
}

TEST(Capture, MountsBelowComeAndGo) {
  Scratch scratch;
  ASSERT_EQ(::mkdir("/t/m", 0755), 0);
  Capture capture("/t");
  {
    Scratch below("/t/m");
    ASSERT_TRUE(WaitUntil([] { return Content(kOut).find("tmpfs") != std::string::npos; }));
    Touch("/t/m/a");
  }
  EXPECT_THAT(Lines(capture.Stop()),
              ElementsAre("system.mount /t/m", "fs.create /t/m/a", "fs.close-write /t/m/a", "system.unmount /t/m"));
}

// What stands behind it writes to what it watches.
TEST(Capture, DoesNotFeedItself) {
  Scratch scratch;
  pid_t pid = StartCapture(
      "vexevt-capture --from kernel --verbose -n 4 /t | vexevt-filter 'type = fs.*' -o /t/filtered && "
      "cp /t/filtered /tmp/out.evt");
  Touch("/t/a");
  Touch("/t/b");
  EXPECT_EQ(ExitOf(pid), 0) << Content(kLog);
  EXPECT_THAT(Lines(Captured()),
              ElementsAre("fs.create /t/a", "fs.close-write /t/a", "fs.create /t/b", "fs.close-write /t/b"));
}

TEST(Capture, OfTheBusTellsWhatToolsInject) {
  Scratch scratch;
  Capture capture("--bus --where 'type in (vector.search, fs.create, fs.delete)' /t");
  ASSERT_EQ(RunShell("vexevt-capture emit vector.search vector.collection=docs vector.k=10 -o /dev/vexevt"), 0)
      << Content(kLog);
  ASSERT_EQ(RunShell("vexevt-capture emit fs.create path=/t/made-up -o /tmp/a.evt && "
                     "vexevt-capture emit fs.create path=/elsewhere -o /tmp/b.evt && "
                     "vexevt-cat --format frames /tmp/a.evt /tmp/b.evt >/dev/vexevt"),
            0)
      << Content(kLog);
  Touch("/t/real");
  std::vector<Seen> seen = capture.Stop();
  EXPECT_THAT(Lines(seen), ElementsAre("vector.search", "fs.create /t/made-up", "fs.create /t/real"));
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_NE(seen[0].event.flags & kFlagInjected, 0);
  EXPECT_EQ(seen[2].event.flags & kFlagInjected, 0);
}

// Its own events, injected again by who reads them, would go round for ever.
TEST(Capture, WhatComesBackOverTheBusIsNotToldAgain) {
  Scratch scratch;
  Device bus({.flags = VEXEVT_SETUP_BUS});
  pid_t pid = StartCapture(
      "vexevt-capture --from kernel --bus --verbose --types fs.mkdir -n 3 /t | vexevt-cat --format frames "
      ">/dev/vexevt");
  std::vector<std::string> injected;
  for (const char* name : {"/t/a", "/t/b", "/t/c"}) {
    ASSERT_EQ(::mkdir(name, 0755), 0);
    ASSERT_TRUE(WaitUntil([&] {
      for (const std::string& line : Lines(bus.Read())) injected.push_back(line);
      return !injected.empty() && injected.back() == std::string("fs.mkdir ") + name;
    }));
  }
  EXPECT_EQ(ExitOf(pid), 0);
  EXPECT_THAT(injected, ElementsAre("fs.mkdir /t/a", "fs.mkdir /t/b", "fs.mkdir /t/c"));
}

TEST(Capture, ThatIsKilledLeavesNothing) {
  Scratch scratch;
  std::uint64_t open = ReadNumber("/sys/class/misc/vexevt/descriptors");
  pid_t pid = StartCapture("exec vexevt-capture --from kernel --verbose -o /tmp/out.evt --types 'fs.*' /t");
  EXPECT_EQ(ReadNumber("/sys/class/misc/vexevt/descriptors"), open + 1);
  ::kill(pid, SIGKILL);
  EXPECT_EQ(ExitOf(pid), 128 + SIGKILL);
  EXPECT_TRUE(WaitUntil([&] { return ReadNumber("/sys/class/misc/vexevt/descriptors") == open; }));
}

TEST(Capture, SaysWhatIsMissing) {
  Scratch scratch;
  EXPECT_EQ(RunShell("vexevt-capture --from kernel --host " + std::string(64, 'h') + " /t"), 2);
  EXPECT_THAT(Content(kLog), HasSubstr("longer than the 63 bytes"));
  ::unlink(kLog);  // that of another user is made anew
  auto try_it = [] {
    EXPECT_EQ(RunShell("vexevt-capture --from kernel /t"), 3);
    EXPECT_THAT(Content(kLog), HasSubstr("it needs CAP_SYS_ADMIN"));
  };
  InChild(try_it, 1234, 1234);
  std::uint64_t most = ReadNumber("/sys/module/vexevt/parameters/marks_max");
  WriteText("/sys/module/vexevt/parameters/marks_max", "0");
  EXPECT_EQ(RunShell("vexevt-capture --from kernel /t"), 3);
  EXPECT_THAT(Content(kLog), HasSubstr("marks_max"));
  WriteText("/sys/module/vexevt/parameters/marks_max", std::to_string(most));
  bool mounts = Device().Mark("/t", VEXEVT_BIT(VEXEVT_FS_OPEN), 0, VEXEVT_OBJECT_MOUNT) == 0;
  if (mounts) return;
  EXPECT_EQ(RunShell("vexevt-capture --from kernel --mark mount --types fs.open /t"), 3);
  EXPECT_THAT(Content(kLog), HasSubstr("Linux 6.10"));
}

}  // namespace
}  // namespace vexevt
