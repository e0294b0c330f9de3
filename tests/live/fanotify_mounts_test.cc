// Mounts that come, go, cover each other and show parts of one file system at several places.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/capture/fanotify.h"
#include "tests/live/captured.h"
#include "tests/live/scratch_filesystem.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FanotifyMountsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string reason = filesystem_.Make("tmpfs");
    if (!reason.empty()) GTEST_SKIP() << reason;
    top_ = filesystem_.top();
    for (const char* name : {"m", "a", "a/in", "b", "b/in", "at-a", "at-b"}) {
      ASSERT_EQ(::mkdir(At(name).c_str(), 0755), 0);
    }
  }

  void Watch(const std::vector<std::string>& roots) {
    FanotifyOptions options;
    for (const std::string& root : roots) options.selection.roots.push_back(root.empty() ? top_ : At(root));
    options.selection.fs_types = std::uint64_t{1} << (kFsMkdir & 0xff) | std::uint64_t{1} << (kFsRename & 0xff);
    options.warn = [this](std::string_view text) { warnings_.emplace_back(text); };
    auto opened = OpenFanotify(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    source_ = std::move(opened).value();
  }

  std::string At(const std::string& name) const { return top_ + "/" + name; }
  void MountAt(const std::string& name) { ASSERT_EQ(::mount("none", At(name).c_str(), "tmpfs", 0, nullptr), 0); }
  void Bind(const std::string& from, const std::string& to) {
    ASSERT_EQ(::mount(At(from).c_str(), At(to).c_str(), nullptr, MS_BIND, nullptr), 0);
  }
  std::vector<std::string> Told() { return Lines(DrainAll(source_.get()), top_); }
  std::vector<std::string> Make(const std::vector<std::string>& names) {
    InChild([&] {
      for (const std::string& name : names) {
        if (::mkdir(At(name).c_str(), 0755) != 0) return false;
      }
      return true;
    });
    return Told();
  }

  ScratchFilesystem filesystem_;
  std::string top_;
  std::unique_ptr<Source> source_;
  std::vector<std::string> warnings_;
};

TEST_F(FanotifyMountsTest, WhatIsMountedBelowARootIsWatchedAndNotHeld) {
  Watch({""});
  MountAt("m");
  pollfd poll{source_->poll_fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&poll, 1, 10'000), 1) << "a new mount wakes the source";
  EXPECT_THAT(Told(), ElementsAre("system.mount m"));
  EXPECT_THAT(Make({"m/d", "m/d/e"}), ElementsAre("fs.mkdir m/d", "fs.mkdir m/d/e"));
  ASSERT_EQ(::umount(At("m").c_str()), 0) << "a mount is not held by who watches it";
  EXPECT_THAT(Told(), ElementsAre("system.unmount m"));
  EXPECT_THAT(Make({"m/under"}), ElementsAre("fs.mkdir m/under"));
}

TEST_F(FanotifyMountsTest, ARootThatIsAMountCanGoAndComeBack) {
  MountAt("m");
  Watch({"m"});
  EXPECT_THAT(Make({"m/d"}), ElementsAre("fs.mkdir m/d"));
  ASSERT_EQ(::umount(At("m").c_str()), 0);
  EXPECT_THAT(Told(), ElementsAre("system.unmount m"));
  EXPECT_THAT(Make({"m/under", "other"}), ElementsAre("fs.mkdir m/under"));
  MountAt("m");
  EXPECT_THAT(Told(), ElementsAre("system.mount m"));
  EXPECT_THAT(Make({"m/again"}), ElementsAre("fs.mkdir m/again"));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(FanotifyMountsTest, ARootWhosePlaceIsGoneIsSaid) {
  MountAt("m");
  ASSERT_EQ(::mkdir(At("m/deep").c_str(), 0755), 0);
  FanotifyOptions options;
  options.mark = MarkKind::kDirectory;
  options.selection.roots = {At("m/deep")};
  options.warn = [this](std::string_view text) { warnings_.emplace_back(text); };
  auto opened = OpenFanotify(std::move(options));
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  source_ = std::move(opened).value();
  ASSERT_EQ(::umount(At("m").c_str()), 0);
  EXPECT_THAT(Told(), ElementsAre("system.unmount m"));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("/m/deep': No such file or directory")));
}

TEST_F(FanotifyMountsTest, RootsOnSeveralMountsOfOneFileSystemAreAllWatched) {
  Bind("a", "at-a");
  Bind("b", "at-b");
  Watch({"at-a", "at-b"});
  EXPECT_THAT(Make({"at-a/1", "at-b/2", "a/in/3", "b/in/4", "m/no"}),
              ElementsAre("fs.mkdir at-a/1", "fs.mkdir at-b/2", "fs.mkdir at-a/in/3", "fs.mkdir at-b/in/4"));
  // What is bound keeps its place when the directory itself is renamed.
  InChild([&] { return ::rename(At("b").c_str(), At("c").c_str()) == 0; });
  EXPECT_THAT(Make({"at-b/5", "c/in/6"}), ElementsAre("fs.mkdir at-b/5", "fs.mkdir at-b/in/6"));
}

TEST_F(FanotifyMountsTest, WhatAPartIsBoundToHidesNothingOfTheWhole) {
  Bind("a", "at-a");
  Watch({"at-a", "b"});
  EXPECT_THAT(Make({"a/in/1", "b/in/2"}), ElementsAre("fs.mkdir at-a/in/1", "fs.mkdir b/in/2"));
}

TEST_F(FanotifyMountsTest, WhatIsDoneInAnotherMountNamespaceHasOurPath) {
  Watch({"a"});
  InChild([&] {
    return ::unshare(CLONE_NEWNS) == 0 && ::mount(At("a").c_str(), At("m").c_str(), nullptr, MS_BIND, nullptr) == 0 &&
           ::mkdir(At("m/1").c_str(), 0755) == 0 && ::chroot(At("m").c_str()) == 0 && ::mkdir("/in/2", 0755) == 0;
  });
  EXPECT_THAT(Told(), ElementsAre("fs.mkdir a/1", "fs.mkdir a/in/2"));
}

TEST_F(FanotifyMountsTest, WithoutTheRightToKnowPathsThereIsNoCapture) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2];
  ASSERT_EQ(::syscall(SYS_capget, &header, data), 0);
  data[0].effective &= ~(1U << CAP_DAC_READ_SEARCH);
  ASSERT_EQ(::syscall(SYS_capset, &header, data), 0);
  FanotifyOptions options;
  options.selection.roots = {top_};
  auto opened = OpenFanotify(std::move(options));
  data[0].effective |= 1U << CAP_DAC_READ_SEARCH;
  EXPECT_EQ(::syscall(SYS_capset, &header, data), 0);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(opened.status().message(), HasSubstr("CAP_DAC_READ_SEARCH"));
}

}  // namespace
}  // namespace vexevt
