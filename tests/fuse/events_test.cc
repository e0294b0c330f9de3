// What is told of operations on the mount, field by field.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#include <algorithm>
#include <thread>

#include "lib/base/clock.h"
#include "tests/fuse/mounted.h"

namespace vexevt {
namespace {

class Events : public ::testing::Test {
 protected:
  bool Make(std::vector<std::string> options) {
    std::string reason = mounted_.Make("tmpfs", std::move(options));
    if (!reason.empty()) std::printf("%s\n", (skip_ = reason).c_str());
    return reason.empty();
  }
  std::string At(const std::string& name) const { return mounted_.mountpoint() + "/" + name; }

  // Without those of the mount itself.
  std::vector<Captured> Told() {
    mounted_.Unmount();
    std::vector<Captured> events = mounted_.Events();
    EXPECT_GE(events.size(), 2u);
    EXPECT_EQ(events.front().type, kSystemMount);
    EXPECT_EQ(events.back().type, kSystemUnmount);
    std::erase_if(events, [](const Captured& event) { return FamilyOf(event.type) == Family::kSystem; });
    return events;
  }

  Mounted mounted_;
  std::string skip_;
};

#define MAKE_OR_SKIP(...) \
  if (!Make({__VA_ARGS__})) GTEST_SKIP() << skip_

TEST_F(Events, StandInTheOrderOfTheOperations) {
  MAKE_OR_SKIP();
  InChild([&] {
    int fd = ::open(At("a").c_str(), O_CREAT | O_RDWR, 0640);
    bool ok = fd >= 0 && ::write(fd, "hello", 5) == 5 && ::fsync(fd) == 0 && ::ftruncate(fd, 2) == 0;
    return ok && ::fallocate(fd, 0, 0, 4096) == 0 && ::close(fd) == 0;
  });
  mounted_.Await(1 + 6);
  InChild([&] {
    return ::mkdir(At("d").c_str(), 0755) == 0 && ::rename(At("a").c_str(), At("d/b").c_str()) == 0 &&
           ::link(At("d/b").c_str(), At("c").c_str()) == 0 && ::symlink("c", At("l").c_str()) == 0 &&
           ::mknod(At("fifo").c_str(), S_IFIFO | 0600, 0) == 0 && ::chmod(At("c").c_str(), 0600) == 0 &&
           ::chown(At("c").c_str(), 1, 2) == 0 && ::setxattr(At("c").c_str(), "user.k", "v", 1, 0) == 0 &&
           ::removexattr(At("c").c_str(), "user.k") == 0 && ::utimensat(AT_FDCWD, At("c").c_str(), nullptr, 0) == 0 &&
           ::unlink(At("c").c_str()) == 0 && ::unlink(At("d/b").c_str()) == 0 && ::rmdir(At("d").c_str()) == 0;
  });
  EXPECT_THAT(Lines(Told(), mounted_.mountpoint()),
              ::testing::ElementsAre("fs.create a", "fs.write a", "fs.sync a", "fs.truncate a", "fs.allocate a",
                                     "fs.close-write a", "fs.mkdir d", "fs.rename a d/b", "fs.hardlink d/b c",
                                     "fs.symlink l c", "fs.mknod fifo", "fs.chmod c", "fs.chown c", "fs.setxattr c",
                                     "fs.removexattr c", "fs.attrib c", "fs.delete c", "fs.delete d/b", "fs.rmdir d"));
}

TEST_F(Events, CarryWhoWhatAndWhere) {
  MAKE_OR_SKIP("--types", "fs.*", "--cache", "never");
  ASSERT_EQ(::chmod(mounted_.mountpoint().c_str(), 0777), 0);
  pid_t pid = InChild([&] {
    if (::setresgid(13001, 13001, 13001) != 0 || ::setresuid(12001, 12001, 12001) != 0) return false;
    int fd = ::open(At("file").c_str(), O_CREAT | O_RDWR, 0640);
    char bytes[100];
    return fd >= 0 && ::pwrite(fd, "0123456789", 10, 1000) == 10 && ::pread(fd, bytes, 100, 1005) == 5 &&
           ::truncate(At("none").c_str(), 0) < 0;
  });
  struct stat file, root;
  ASSERT_EQ(::stat(At("file").c_str(), &file), 0);
  ASSERT_EQ(::stat(mounted_.mountpoint().c_str(), &root), 0);
  std::stringstream mounts;  // that a wrong device can be told from
  mounts << std::ifstream("/proc/self/mountinfo").rdbuf();
  std::vector<Captured> events = Told();
  auto find = [&](EventType type, const std::string& name) {
    auto at = std::ranges::find_if(events, [&](const Captured& e) { return e.type == type && e.path == At(name); });
    EXPECT_NE(at, events.end()) << TypeName(type) << " " << name;
    return at == events.end() ? Captured() : *at;
  };
  Captured create = find(kFsCreate, "file");
  EXPECT_EQ(create.pid, static_cast<std::uint32_t>(pid));
  EXPECT_EQ(create.ppid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(create.uid, 12001u);
  EXPECT_EQ(create.gid, 13001u);
  EXPECT_EQ(create.comm, "fuse_events_tes");
  EXPECT_FALSE(create.exe.empty());
  EXPECT_EQ(create.flags & (kFlagCredentials | kFlagStat), kFlagCredentials | kFlagStat);
  EXPECT_EQ(create.fs.mode, S_IFREG | 0640);
  EXPECT_EQ(create.fs.inode, file.st_ino);
  EXPECT_EQ(create.fs.device, ::gnu_dev_major(root.st_dev) << 20 | ::gnu_dev_minor(root.st_dev)) << mounts.str();
  EXPECT_NE(create.fs.mount, 0u);
  EXPECT_EQ(create.fs.open_flags & O_ACCMODE, static_cast<unsigned>(O_RDWR));
  EXPECT_GT(create.latency_ns, 1000u);
  EXPECT_LT(create.latency_ns, 10 * kNsPerSecond);
  Captured write = find(kFsWrite, "file");
  EXPECT_EQ(write.fs.offset, 1000u);
  EXPECT_EQ(write.fs.length, 10u);
  EXPECT_EQ(write.fs.inode, file.st_ino);
  EXPECT_EQ(write.result, 0);
  Captured read = find(kFsRead, "file");
  EXPECT_EQ(read.fs.offset, 1005u);
  EXPECT_EQ(read.fs.length, 5u);
  Captured close = find(kFsCloseWrite, "file");
  EXPECT_EQ(close.pid, static_cast<std::uint32_t>(pid));  // though the kernel doesn't say
  EXPECT_EQ(close.uid, 12001u);
  EXPECT_EQ(close.fs.size, 1010u);
  EXPECT_EQ(find(kFsLookup, "none").result, ENOENT);
}

TEST_F(Events, OfFailuresCarryTheError) {
  MAKE_OR_SKIP();
  InChild([&] {
    return ::mkdir(At("d").c_str(), 0755) == 0 && ::mkdir(At("d/x").c_str(), 0755) == 0 &&
           ::rmdir(At("d").c_str()) < 0 && ::setxattr(At("d").c_str(), "user.k", "v", 1, XATTR_REPLACE) < 0;
  });
  std::vector<Captured> events = Told();
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[2].type, kFsRmdir);
  EXPECT_EQ(events[2].result, ENOTEMPTY);
  EXPECT_EQ(events[3].type, kFsSetxattr);
  EXPECT_EQ(events[3].result, ENODATA);
}

TEST_F(Events, FollowAFileThroughRenames) {
  MAKE_OR_SKIP("--types", "fs.write,fs.close-write");
  InChild([&] {
    ::mkdir(At("one").c_str(), 0755);
    int fd = ::open(At("one/file").c_str(), O_CREAT | O_WRONLY, 0644);
    bool ok = ::write(fd, "1", 1) == 1 && ::rename(At("one/file").c_str(), At("one/other").c_str()) == 0;
    ok = ok && ::write(fd, "2", 1) == 1 && ::rename(At("one").c_str(), At("two").c_str()) == 0;
    return ok && ::write(fd, "3", 1) == 1 && ::unlink(At("two/other").c_str()) == 0 && ::write(fd, "4", 1) == 1;
  });
  EXPECT_THAT(Lines(Told(), mounted_.mountpoint()),
              ::testing::ElementsAre("fs.write one/file", "fs.write one/other", "fs.write two/other",
                                     "fs.write two/other", "fs.close-write two/other"));
}

TEST_F(Events, EndWithTheClosesThatTheKernelNoLongerAsksFor) {
  MAKE_OR_SKIP("--types", "fs.write,fs.close,fs.close-write");
  int writer = ::open(At("written").c_str(), O_CREAT | O_WRONLY, 0644);
  int reader = ::open(At("written").c_str(), O_RDONLY);
  ASSERT_EQ(::write(writer, "1", 1), 1);
  mounted_.Stop();
  EXPECT_THAT(Lines(Told(), mounted_.mountpoint()),
              ::testing::ElementsAre("fs.write written", "fs.close-write written", "fs.close written"));
  ::close(writer);
  ::close(reader);
}

// Made by going down, as no call takes such a path.
TEST_F(Events, CarryPathsLongerThanPathMax) {
  MAKE_OR_SKIP("--types", "fs.mkdir");
  const std::string name(200, 'd');
  constexpr int kDepth = 50;
  InChild([&] {
    if (::chdir(mounted_.mountpoint().c_str()) != 0) return false;
    for (int i = 0; i < kDepth; ++i) {
      if (::mkdir(name.c_str(), 0755) != 0 || ::chdir(name.c_str()) != 0) return false;
    }
    return true;
  });
  std::vector<Captured> events = Told();
  ASSERT_EQ(events.size(), static_cast<std::size_t>(kDepth));
  std::string path = mounted_.mountpoint();
  for (const Captured& event : events) EXPECT_EQ(event.path, path += "/" + name);
}

TEST_F(Events, AreThoseOfTheExpression) {
  MAKE_OR_SKIP("--where", "type = system.* or type in (fs.delete, fs.lookup) and name startswith keep and result = 0");
  InChild([&] {
    for (const char* name : {"keep-1", "other"}) ::close(::open(At(name).c_str(), O_CREAT | O_WRONLY, 0644));
    return ::unlink(At("keep-1").c_str()) == 0 && ::unlink(At("other").c_str()) == 0;
  });
  EXPECT_THAT(Lines(Told(), mounted_.mountpoint()), ::testing::Each("fs.delete keep-1"));
}

TEST_F(Events, OfThreadsNameTheirProcess) {
  MAKE_OR_SKIP("--types", "fs.mkdir");
  pid_t pid = InChild([&] {
    bool ok = false;
    std::thread([&] { ok = ::mkdir(At("d").c_str(), 0755) == 0; }).join();
    return ok;
  });
  std::vector<Captured> events = Told();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].pid, static_cast<std::uint32_t>(pid));
  EXPECT_NE(events[0].tid, 0u);
  EXPECT_NE(events[0].tid, events[0].pid);
}

TEST_F(Events, SeeAnExecution) {
  MAKE_OR_SKIP("--types", "fs.mkdir");
  InChild([&] {
    return ::mkdir(At("before").c_str(), 0755) == 0 && ::execlp("mkdir", "mkdir", At("after").c_str(), nullptr) == 0;
  });
  std::vector<Captured> events = Told();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].comm, "fuse_events_tes");
  EXPECT_EQ(events[1].comm, "mkdir");
  EXPECT_EQ(events[0].pid, events[1].pid);
}

TEST_F(Events, CarryTheMarksOfTheirFile) {
  MAKE_OR_SKIP("--types", "fs.close-write,fs.close,fs.chmod,fs.rename,fs.delete", "--timeout", "0");
  std::string file = At("file"), other = At("other");
  auto mark = [](const std::string& of, const char* key, const std::string& value) {
    return ::setxattr(of.c_str(), key, value.data(), value.size(), 0) == 0;
  };
  InChild([&] {
    ::close(::open(file.c_str(), O_CREAT | O_WRONLY, 0644));
    mounted_.Await(1 + 1);
    bool ok = mark(file, "user.vexevt.agent", "planner") && mark(file, "user.vexevt.session", "s-1") &&
              mark(file, "user.vexevt.transaction", "t-1") &&
              mark(file, "user.vexevt.trace", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    ::close(::open(file.c_str(), O_RDONLY));
    mounted_.Await(1 + 2);
    ok = ok && ::chmod(file.c_str(), 0600) == 0 && ::rename(file.c_str(), other.c_str()) == 0;
    ok = ok && ::removexattr(other.c_str(), "user.vexevt.agent") == 0;
    ::close(::open(other.c_str(), O_RDONLY));
    mounted_.Await(1 + 5);
    return ok && ::unlink(other.c_str()) == 0;
  });
  std::vector<std::string> lines;
  for (const Captured& event : Told()) {
    lines.push_back(event.Line(mounted_.mountpoint()) + "|" + event.attribute + "|" + event.session + "|" +
                    event.transaction);
    EXPECT_EQ(event.trace_low, event.session.empty() ? 0 : 0x8448eb211c80319cu);
  }
  EXPECT_THAT(
      lines, ::testing::ElementsAre("fs.close-write file|||", "fs.close file|agent=planner|s-1|t-1",
                                    "fs.chmod file|agent=planner|s-1|t-1", "fs.rename file other|agent=planner|s-1|t-1",
                                    "fs.close other||s-1|t-1", "fs.delete other||s-1|t-1"));
}

// Made by who had it before, and read when the first event of the file needs them.
TEST_F(Events, CarryMarksFromBeforeTheMount) {
  MAKE_OR_SKIP("--types", "fs.delete");
  std::string below = mounted_.source() + "/old";
  ::close(::open(below.c_str(), O_CREAT | O_WRONLY, 0644));
  ASSERT_EQ(::setxattr(below.c_str(), "user.vexevt.vector", "v-17", 4, 0), 0);
  InChild([&] { return ::unlink(At("old").c_str()) == 0; });
  std::vector<Captured> events = Told();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].attribute, "vector=v-17");
}

TEST_F(Events, CarryTheTransactionOfTheirProcess) {
  MAKE_OR_SKIP("--types", "fs.mkdir");
  auto say = [&](const std::string& text) {
    int fd = ::open(At(".vexevt/control").c_str(), O_WRONLY);
    bool ok = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    int error = errno;
    ::close(fd);
    errno = error;
    return ok;
  };
  pid_t pid = InChild([&] {
    bool ok = ::mkdir(At("before").c_str(), 0755) == 0 && say("begin import 7\n");
    ok = ok && ::mkdir(At("own").c_str(), 0755) == 0 && !say("begin again\n") && errno == EBUSY;
    InChild([&] { return ::mkdir(At("of a child").c_str(), 0755) == 0; });
    ok = ok && say("{\"type\":\"vector.search\",\"vector\":{\"collection\":\"docs\"}}\n") && say("end\n");
    ok = ok && !say("end\n") && errno == EINVAL && !say("{\"type\":\"fs.delete\"}\n") && errno == EINVAL;
    ok = ok && !say("nonsense\n") && !say(std::string(40000, 'x')) && errno == EMSGSIZE;
    return ok && ::mkdir(At("after").c_str(), 0755) == 0;
  });
  std::vector<std::string> lines;
  for (const Captured& event : Told()) {
    lines.push_back(event.Line(mounted_.mountpoint()) + "|" + event.transaction);
    if (event.type == *ParseType("vector.search")) {
      EXPECT_EQ(event.pid, static_cast<std::uint32_t>(pid));
      EXPECT_EQ(event.flags & (kFlagInjected | kFlagTransactional), kFlagInjected | kFlagTransactional);
    }
  }
  EXPECT_THAT(
      lines, ::testing::ElementsAre("fs.mkdir before|", "semantic.transaction-begin |import 7", "fs.mkdir own|import 7",
                                    "fs.mkdir of a child|import 7", "vector.search |import 7",
                                    "semantic.transaction-end |import 7", "fs.mkdir after|"));
}

}  // namespace
}  // namespace vexevt
