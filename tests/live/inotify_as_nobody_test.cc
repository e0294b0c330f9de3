// The same as fanotify_operations_test.cc for those without rights: as nobody, by inotify, with all that it can tell.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "lib/capture/fanotify.h"
#include "lib/capture/inotify.h"
#include "tests/live/captured.h"
#include "tests/live/scratch_filesystem.h"
#include "tests/live/storm_plan.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uid_t kNobody = 65534;

class InotifyLiveTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string reason = filesystem_.Make(GetParam());
    if (!reason.empty()) GTEST_SKIP() << reason;
    top_ = filesystem_.top();
    ::rmdir(At("lost+found").c_str());  // which nobody may not read; a tmpfs has none
    ASSERT_EQ(::chmod(top_.c_str(), 01777), 0);
    ASSERT_EQ(::setgroups(0, nullptr), 0);
    ASSERT_EQ(::setegid(kNobody), 0);
    ASSERT_EQ(::seteuid(kNobody), 0);  // which takes the capabilities with it
    Watch();
  }
  void TearDown() override {
    source_.reset();
    if (::geteuid() != kNobody) return;  // skipped
    ASSERT_EQ(::seteuid(0), 0);          // who unmounts is root
  }

  void Watch(const std::string& root = "") {
    InotifyOptions options;
    options.selection.roots = {root.empty() ? top_ : root};
    options.warn = [this](std::string_view text) { warnings_.emplace_back(text); };
    auto opened = OpenInotify(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    source_ = std::move(opened).value();
  }

  std::string At(const std::string& name) const { return top_ + "/" + name; }

  std::vector<std::string> Do(const std::function<bool()>& work) {
    InChild(work);
    events_ = DrainAll(source_.get());
    for (const Captured& event : events_) {
      EXPECT_EQ(event.pid, 0U) << "inotify does not tell";
      EXPECT_EQ(event.comm, "");
      EXPECT_EQ(event.flags & (kFlagCredentials | kFlagSynthetic | kFlagSplit), 0) << event.Line(top_);
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
  std::vector<std::string> warnings_;
};

TEST_P(InotifyLiveTest, FanotifyIsNotForNobody) {
  FanotifyOptions options;
  options.selection.roots = {top_};
  auto opened = OpenFanotify(std::move(options));
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), StatusCode::kPermissionDenied);
}

TEST_P(InotifyLiveTest, AFileFromCreateToDelete) {
  EXPECT_THAT(Do([&] {
                int fd = ::open(At("f").c_str(), O_CREAT | O_WRONLY, 0640);
                return fd >= 0 && ::write(fd, "hello", 5) == 5 && ::close(fd) == 0;
              }),
              ElementsAre("fs.create f", "fs.open f", "fs.write f", "fs.close-write f"));
  struct stat status;
  ASSERT_EQ(::stat(At("f").c_str(), &status), 0);
  for (std::size_t i : {0U, 3U}) {
    EXPECT_NE(events_[i].flags & kFlagStat, 0);
    EXPECT_EQ(events_[i].fs.size, 5U);
    EXPECT_EQ(events_[i].fs.mode & 07777, 0640);
    EXPECT_EQ(events_[i].fs.inode, status.st_ino);
    EXPECT_EQ(events_[i].fs.device, major(status.st_dev) << 20 | minor(status.st_dev));
  }
  EXPECT_THAT(Do([&] {
                char byte;
                int fd = ::open(At("f").c_str(), O_RDONLY);
                return fd >= 0 && ::read(fd, &byte, 1) == 1 && ::close(fd) == 0;
              }),
              ElementsAre("fs.open f", "fs.read f", "fs.close f"));
  EXPECT_THAT(Do([&] { return ::chmod(At("f").c_str(), 0600) == 0; }), ElementsAre("fs.attrib f"));
  EXPECT_EQ(events_[0].fs.mode & 07777, 0600);
  EXPECT_THAT(Do([&] { return ::utimensat(AT_FDCWD, At("f").c_str(), nullptr, 0) == 0; }), ElementsAre("fs.attrib f"));
  if (GetParam() == std::string("ext4")) {  // a tmpfs keeps none for users before Linux 6.6
    EXPECT_THAT(Do([&] { return ::setxattr(At("f").c_str(), "user.a", "b", 1, 0) == 0; }), ElementsAre("fs.attrib f"));
  }
  EXPECT_THAT(Do([&] { return ::truncate(At("f").c_str(), 2) == 0; }), ElementsAre("fs.write f"));
  EXPECT_THAT(Do([&] { return ::rename(At("f").c_str(), At("g").c_str()) == 0; }), ElementsAre("fs.rename f g"));
  EXPECT_EQ(events_[0].fs.inode, status.st_ino);
  EXPECT_THAT(Do([&] { return ::unlink(At("g").c_str()) == 0; }), ElementsAre("fs.delete g"));
  EXPECT_EQ(events_[0].flags & kFlagStat, 0);
}

TEST_P(InotifyLiveTest, Directories) {
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

TEST_P(InotifyLiveTest, LinksAndSpecialFiles) {
  EXPECT_THAT(Do([&] { return ::symlink("to/where", At("s").c_str()) == 0; }), ElementsAre("fs.symlink s to/where"));
  EXPECT_THAT(Do([&] { return ::mkfifo(At("p").c_str(), 0600) == 0; }), ElementsAre("fs.mknod p"));
  Do([&] { return Touch("f"); });
  EXPECT_THAT(Do([&] { return ::link(At("f").c_str(), At("h").c_str()) == 0; }), ElementsAre("fs.hardlink h"));
  EXPECT_THAT(Do([&] { return ::unlink(At("h").c_str()) == 0; }), ElementsAre("fs.delete h"));
  EXPECT_THAT(Do([&] { return ::unlink(At("f").c_str()) == 0; }), ElementsAre("fs.delete f"));
}

TEST_P(InotifyLiveTest, RenamesThatReplaceAndExchange) {
  Do([&] { return Touch("a") && Touch("b"); });
  Do([&] { return ::mkdir(At("d").c_str(), 0755) == 0; });
  Do([&] { return Touch("d/in"); });
  EXPECT_THAT(Do([&] { return ::rename(At("a").c_str(), At("b").c_str()) == 0; }), ElementsAre("fs.rename a b"));
  EXPECT_THAT(
      Do([&] { return ::renameat2(AT_FDCWD, At("b").c_str(), AT_FDCWD, At("d").c_str(), RENAME_EXCHANGE) == 0; }),
      ::testing::UnorderedElementsAre("fs.rename b d", "fs.rename d b"));
  EXPECT_THAT(Do([&] { return ::unlink(At("b/in").c_str()) == 0; }), ElementsAre("fs.delete b/in"));
}

TEST_P(InotifyLiveTest, OnlyWhatLiesBelowTheRoots) {
  Do([&] { return ::mkdir(At("in").c_str(), 0755) == 0; });
  Do([&] { return ::mkdir(At("inner").c_str(), 0755) == 0; });
  Watch(At("in"));
  EXPECT_THAT(Do([&] { return Touch("inner/f") && Touch("g"); }), IsEmpty());
  EXPECT_THAT(Do([&] { return ::rename(At("g").c_str(), At("in/g").c_str()) == 0; }), ElementsAre("fs.move-in in/g"));
  EXPECT_THAT(Do([&] { return ::rename(At("in/g").c_str(), At("inner/g").c_str()) == 0; }),
              ElementsAre("fs.move-out in/g"));
  // A directory that is moved in brings its contents, one that is moved out takes them.
  EXPECT_THAT(Do([&] { return ::rename(At("inner").c_str(), At("in/ner").c_str()) == 0; }),
              ElementsAre("fs.move-in in/ner"));
  EXPECT_THAT(Do([&] { return ::unlink(At("in/ner/f").c_str()) == 0; }), ElementsAre("fs.delete in/ner/f"));
  EXPECT_THAT(Do([&] { return ::rename(At("in/ner").c_str(), At("out").c_str()) == 0; }),
              ElementsAre("fs.move-out in/ner"));
  EXPECT_THAT(Do([&] { return ::unlink(At("out/g").c_str()) == 0; }), IsEmpty());
}

TEST_P(InotifyLiveTest, OneFileAsRoot) {
  Do([&] { return Touch("f") && Touch("g"); });
  Watch(At("f"));
  EXPECT_THAT(Do([&] { return ::chmod(At("g").c_str(), 0600) == 0 && ::chmod(At("f").c_str(), 0600) == 0; }),
              ElementsAre("fs.attrib f"));
}

TEST_P(InotifyLiveTest, NamesOfEveryByte) {
  std::string name;
  for (int byte = 1; byte < 256; ++byte) {
    if (byte != '/') name += static_cast<char>(byte);
  }
  ASSERT_EQ(name.size(), 254U);
  EXPECT_THAT(Do([&] { return ::mkdir(At(name).c_str(), 0755) == 0; }), ElementsAre("fs.mkdir " + name));
  EXPECT_THAT(Do([&] { return ::symlink(name.c_str(), At(name + "/" + name).c_str()) == 0; }),
              ElementsAre("fs.symlink " + name + "/" + name + " " + name));
  EXPECT_THAT(Do([&] { return ::unlink(At(name + "/" + name).c_str()) == 0; }),
              ElementsAre("fs.delete " + name + "/" + name));
}

TEST_P(InotifyLiveTest, WhatLiesDeeperThanASystemCallReachesIsSaid) {
  std::string component(200, 'n'), path;
  for (int depth = 0; depth < 19; ++depth) {
    path += (path.empty() ? "" : "/") + component;
    ASSERT_THAT(Do([&] { return ::mkdir(At(path).c_str(), 0755) == 0; }), ElementsAre("fs.mkdir " + path));
  }
  InChild([&] {
    if (::chdir(At(path).c_str()) != 0) return false;
    for (int depth = 0; depth < 5; ++depth) {
      if (::mkdir(component.c_str(), 0755) != 0 || ::chdir(component.c_str()) != 0) return false;
    }
    return true;
  });
  std::vector<Captured> events = DrainAll(source_.get());
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].path, At(path + "/" + component));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("File name too long")));
}

TEST_P(InotifyLiveTest, WhatNobodyMayNotReadIsSaidAndLeftOut) {
  ASSERT_EQ(::seteuid(0), 0);
  ASSERT_EQ(::mkdir(At("private").c_str(), 0700), 0);
  ASSERT_EQ(::seteuid(kNobody), 0);
  Watch();
  EXPECT_THAT(warnings_, ::testing::Each(::testing::EndsWith("/private': Permission denied")));
  EXPECT_FALSE(warnings_.empty());
  EXPECT_THAT(Do([&] { return Touch("f"); }), ElementsAre("fs.create f", "fs.open f", "fs.close-write f"));
}

TEST_P(InotifyLiveTest, PathsAreOfTheTimeUnderARenameStormReadLate) {
  constexpr std::size_t kDirectories = 150;
  // Two records a rename, and the kernel keeps 16,384.
  StormPlan plan(20261126, 7'000, kDirectories);
  std::span<const StormPlan::Step> made = plan.steps().first(kDirectories), storm = plan.steps().subspan(kDirectories);
  InChild([&] { return StormPlan::Do(made, top_); });
  Watch();
  InChild([&] { return StormPlan::Do(storm, top_); });
  std::vector<std::string> expected = StormPlan::Lines(storm), got = Lines(DrainAll(source_.get()), top_);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], expected[i]) << "event " << i;
  EXPECT_EQ(source_->counters().gaps, 0U);
}

INSTANTIATE_TEST_SUITE_P(Filesystems, InotifyLiveTest, ::testing::Values("ext4", "tmpfs"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace vexevt
