// Every kind of operation yields exactly its events, in order, with the right process and paths.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <cstdio>

#include "lib/capture/command.h"
#include "lib/capture/fanotify.h"
#include "lib/capture/proc_connector.h"
#include "tests/live/captured.h"
#include "tests/live/scratch_filesystem.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FanotifyOperationsTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string reason = filesystem_.Make(GetParam());
    if (!reason.empty()) GTEST_SKIP() << reason;
    top_ = filesystem_.top();
    Watch({});
  }

  void Watch(FanotifyOptions options, const std::string& root = "") {
    options.selection.roots = {root.empty() ? top_ : root};
    auto opened = OpenFanotify(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    source_ = std::move(opened).value();
  }

  std::string At(const std::string& name) const { return top_ + "/" + name; }

  std::vector<std::string> Do(const std::function<bool()>& work) {
    pid_t pid = InChild(work);
    events_ = DrainAll(source_.get());
    for (const Captured& event : events_) {
      EXPECT_EQ(event.pid, static_cast<std::uint32_t>(pid)) << event.Line(top_);
      EXPECT_NE(event.fs.inode, 0U);
      EXPECT_NE(event.fs.device, 0U);
      // The child has ended before its events are read: without the connector all else about it is gone with it.
      if (!has_connector_) continue;
      EXPECT_EQ(event.ppid, static_cast<std::uint32_t>(::getpid()));
      EXPECT_NE(event.flags & kFlagCredentials, 0);
      EXPECT_EQ(event.uid, 0U);
      EXPECT_EQ(event.comm, std::string("fanotify_operations_test").substr(0, 15));
    }
    return Lines(events_, top_);
  }

  bool Touch(const std::string& name) {
    int fd = ::open(At(name).c_str(), O_CREAT | O_WRONLY, 0640);
    return fd >= 0 && ::close(fd) == 0;
  }

  ScratchFilesystem filesystem_;
  std::string top_;
  std::unique_ptr<Source> source_;
  std::vector<Captured> events_;
  const bool has_connector_ = ProcConnector::Open().ok();
};

TEST_P(FanotifyOperationsTest, AFileFromCreateToDelete) {
  EXPECT_THAT(Do([&] {
                int fd = ::open(At("f").c_str(), O_CREAT | O_WRONLY, 0640);
                return fd >= 0 && ::write(fd, "hello", 5) == 5 && ::close(fd) == 0;
              }),
              ElementsAre("fs.create f", "fs.open f", "fs.write f", "fs.close-write f"));
  for (const Captured& event : events_) {
    EXPECT_EQ(event.flags & (kFlagStat | kFlagSplit), kFlagStat | kFlagSplit);
    EXPECT_EQ(event.fs.size, 5U);
    EXPECT_EQ(event.fs.mode & 07777, 0640);
  }
  struct stat status;
  ASSERT_EQ(::stat(At("f").c_str(), &status), 0);
  EXPECT_EQ(events_[0].fs.inode, status.st_ino);
  EXPECT_EQ(events_[0].fs.device >> 20, major(status.st_dev));
  EXPECT_EQ(events_[0].fs.device & 0xfffff, minor(status.st_dev));

  EXPECT_THAT(Do([&] {
                char byte;
                int fd = ::open(At("f").c_str(), O_RDONLY);
                return fd >= 0 && ::read(fd, &byte, 1) == 1 && ::close(fd) == 0;
              }),
              ElementsAre("fs.open f", "fs.read f", "fs.close f"));
  EXPECT_THAT(Do([&] { return ::chmod(At("f").c_str(), 0600) == 0; }), ElementsAre("fs.attrib f"));
  EXPECT_EQ(events_[0].fs.mode & 07777, 0600);
  EXPECT_THAT(Do([&] { return ::chown(At("f").c_str(), 1, 1) == 0; }), ElementsAre("fs.attrib f"));
  EXPECT_THAT(Do([&] { return ::setxattr(At("f").c_str(), "trusted.a", "b", 1, 0) == 0; }), ElementsAre("fs.attrib f"));
  EXPECT_THAT(Do([&] { return ::truncate(At("f").c_str(), 2) == 0; }), ElementsAre("fs.write f"));
  EXPECT_EQ(events_[0].fs.size, 2U);
  EXPECT_THAT(Do([&] { return ::rename(At("f").c_str(), At("g").c_str()) == 0; }), ElementsAre("fs.rename f g"));
  EXPECT_THAT(Do([&] { return ::unlink(At("g").c_str()) == 0; }), ElementsAre("fs.delete g"));
  EXPECT_EQ(events_[0].flags & kFlagStat, 0);
  EXPECT_EQ(events_[0].fs.inode, status.st_ino);
}

TEST_P(FanotifyOperationsTest, Directories) {
  EXPECT_THAT(Do([&] { return ::mkdir(At("d").c_str(), 0755) == 0; }), ElementsAre("fs.mkdir d"));
  EXPECT_NE(events_[0].flags & kFlagDirectory, 0);
  EXPECT_THAT(Do([&] { return ::mkdir(At("d/e").c_str(), 0755) == 0; }), ElementsAre("fs.mkdir d/e"));
  EXPECT_THAT(Do([&] { return Touch("d/e/f"); }),
              ElementsAre("fs.create d/e/f", "fs.open d/e/f", "fs.close-write d/e/f"));
  EXPECT_THAT(Do([&] { return ::rename(At("d").c_str(), At("x").c_str()) == 0; }), ElementsAre("fs.rename d x"));
  EXPECT_THAT(Do([&] { return ::unlink(At("x/e/f").c_str()) == 0; }), ElementsAre("fs.delete x/e/f"));
  EXPECT_THAT(Do([&] { return ::chmod(At("x/e").c_str(), 0700) == 0; }), ElementsAre("fs.attrib x/e"));
  EXPECT_THAT(Do([&] { return ::rmdir(At("x/e").c_str()) == 0; }), ElementsAre("fs.rmdir x/e"));
  EXPECT_THAT(Do([&] { return ::rmdir(At("x").c_str()) == 0; }), ElementsAre("fs.rmdir x"));
}

TEST_P(FanotifyOperationsTest, LinksAndSpecialFiles) {
  EXPECT_THAT(Do([&] { return ::symlink("to/where", At("s").c_str()) == 0; }), ElementsAre("fs.symlink s to/where"));
  EXPECT_THAT(Do([&] { return ::mkfifo(At("p").c_str(), 0600) == 0; }), ElementsAre("fs.mknod p"));
  Do([&] { return Touch("f"); });
  EXPECT_THAT(Do([&] { return ::link(At("f").c_str(), At("h").c_str()) == 0; }), ElementsAre("fs.hardlink h"));
  EXPECT_THAT(Do([&] { return ::unlink(At("h").c_str()) == 0; }), ElementsAre("fs.delete h"));
  EXPECT_THAT(Do([&] { return ::unlink(At("f").c_str()) == 0; }), ElementsAre("fs.delete f"));
}

TEST_P(FanotifyOperationsTest, RenamesThatReplaceAndExchange) {
  Do([&] { return Touch("a") && Touch("b") && ::mkdir(At("d").c_str(), 0755) == 0 && Touch("d/in"); });
  EXPECT_THAT(Do([&] { return ::rename(At("a").c_str(), At("b").c_str()) == 0; }), ElementsAre("fs.rename a b"));
  EXPECT_THAT(
      Do([&] { return ::renameat2(AT_FDCWD, At("b").c_str(), AT_FDCWD, At("d").c_str(), RENAME_EXCHANGE) == 0; }),
      ::testing::UnorderedElementsAre("fs.rename b d", "fs.rename d b"));
  EXPECT_THAT(Do([&] { return ::unlink(At("b/in").c_str()) == 0; }), ElementsAre("fs.delete b/in"));
}

TEST_P(FanotifyOperationsTest, OnlyWhatLiesBelowTheRoots) {
  Do([&] { return ::mkdir(At("in").c_str(), 0755) == 0 && ::mkdir(At("inner").c_str(), 0755) == 0; });
  Watch({}, At("in"));
  EXPECT_THAT(Do([&] { return Touch("inner/f") && Touch("g"); }), IsEmpty());
  EXPECT_THAT(Do([&] { return ::rename(At("g").c_str(), At("in/g").c_str()) == 0; }), ElementsAre("fs.move-in in/g g"));
  EXPECT_THAT(Do([&] { return ::rename(At("in/g").c_str(), At("inner/g").c_str()) == 0; }),
              ElementsAre("fs.move-out in/g inner/g"));
  // A directory that is moved in brings its contents, one that is moved out takes them.
  EXPECT_THAT(Do([&] { return ::rename(At("inner").c_str(), At("in/ner").c_str()) == 0; }),
              ElementsAre("fs.move-in in/ner inner"));
  EXPECT_THAT(Do([&] { return ::unlink(At("in/ner/f").c_str()) == 0; }), ElementsAre("fs.delete in/ner/f"));
  EXPECT_THAT(Do([&] { return ::rename(At("in/ner").c_str(), At("out").c_str()) == 0; }),
              ElementsAre("fs.move-out in/ner out"));
  EXPECT_THAT(Do([&] { return ::unlink(At("out/g").c_str()) == 0; }), IsEmpty());
}

TEST_P(FanotifyOperationsTest, OneFileAsRoot) {
  Do([&] { return Touch("f") && Touch("g"); });
  Watch({}, At("f"));
  EXPECT_THAT(Do([&] { return ::chmod(At("g").c_str(), 0600) == 0 && ::chmod(At("f").c_str(), 0600) == 0; }),
              ElementsAre("fs.attrib f"));
}

TEST_P(FanotifyOperationsTest, DirectoryMarksSeeNothingDeeper) {
  Do([&] { return ::mkdir(At("d").c_str(), 0755) == 0; });
  Watch({.mark = MarkKind::kDirectory});
  EXPECT_THAT(Do([&] { return Touch("d/f"); }), IsEmpty());
  EXPECT_THAT(Do([&] { return ::rmdir(At("d").c_str()) != 0 && ::symlink("t", At("s").c_str()) == 0; }),
              ElementsAre("fs.symlink s t"));
}

TEST_P(FanotifyOperationsTest, MountMarksStillSeeCreatesAndRenames) {
  Watch({.mark = MarkKind::kMount});
  EXPECT_THAT(Do([&] { return Touch("f"); }), ElementsAre("fs.create f", "fs.open f", "fs.close-write f"));
  EXPECT_THAT(Do([&] { return ::rename(At("f").c_str(), At("g").c_str()) == 0; }), ElementsAre("fs.rename f g"));
}

TEST_P(FanotifyOperationsTest, OnlyWantedTypes) {
  FanotifyOptions options;
  options.selection.fs_types = std::uint64_t{1} << (kFsRmdir & 0xff);
  Watch(std::move(options));
  EXPECT_THAT(Do([&] {
                return ::mkdir(At("d").c_str(), 0755) == 0 && Touch("d/f") && ::unlink(At("d/f").c_str()) == 0 &&
                       ::rename(At("d").c_str(), At("e").c_str()) == 0 && ::rmdir(At("e").c_str()) == 0;
              }),
              ElementsAre("fs.rmdir e"));
}

TEST_P(FanotifyOperationsTest, NamesOfEveryByte) {
  std::string name;
  for (int byte = 1; byte < 256; ++byte) {
    if (byte != '/') name += static_cast<char>(byte);
  }
  ASSERT_EQ(name.size(), 254U);
  EXPECT_THAT(Do([&] { return ::mkdir(At(name).c_str(), 0755) == 0; }), ElementsAre("fs.mkdir " + name));
  EXPECT_THAT(Do([&] { return ::symlink(name.c_str(), At(name + "/" + name).c_str()) == 0; }),
              ElementsAre("fs.symlink " + name + "/" + name + " " + name));
  Watch({});  // the directory must now be asked for
  EXPECT_THAT(Do([&] { return ::unlink(At(name + "/" + name).c_str()) == 0; }),
              ElementsAre("fs.delete " + name + "/" + name));
}

TEST_P(FanotifyOperationsTest, LongPathsThatNoSystemCallTakes) {
  std::string component(200, 'n');
  pid_t pid = InChild([&] {
    if (::chdir(top_.c_str()) != 0) return false;
    for (int depth = 0; depth < 40; ++depth) {
      if (::mkdir(component.c_str(), 0755) != 0 || ::chdir(component.c_str()) != 0) return false;
    }
    return true;
  });
  std::vector<Captured> events = DrainAll(source_.get());
  ASSERT_EQ(events.size(), 40U);
  EXPECT_EQ(events[0].path, At(component));
  EXPECT_EQ(events[10].path.size(), top_.size() + 11 * 201);
  EXPECT_EQ(events[39].pid, static_cast<std::uint32_t>(pid));
  EXPECT_TRUE(events[39].path.starts_with("?/")) << events[39].path;
}

TEST_P(FanotifyOperationsTest, TheOwnProcessIsLeftOut) {
  ASSERT_TRUE(Touch("mine"));
  EXPECT_THAT(Do([&] { return ::chmod(At("mine").c_str(), 0600) == 0; }), ElementsAre("fs.attrib mine"));
  EXPECT_GT(source_->counters().own, 0U);
}

INSTANTIATE_TEST_SUITE_P(Filesystems, FanotifyOperationsTest, ::testing::Values("ext4", "tmpfs"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace vexevt
