#include "lib/io/followed_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "lib/base/bytes.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

class FollowedFileTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    path_ = directory_ + "/log";
    Put("", O_TRUNC);
    auto file = FollowedFile::Open(path_);
    ASSERT_TRUE(file.ok()) << file.status().message();
    file_ = *std::move(file);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void Put(std::string_view text, int flags) {
    UniqueFd fd(open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600));
    ASSERT_TRUE(WriteAll(fd.get(), AsBytes(text), path_).ok());
  }

  // What one Read gives, and after a '|' why it does not continue what was before.
  std::string Read() {
    std::string text(100, '\0');
    auto got = file_->Read(std::as_writable_bytes(std::span(text)));
    if (!got.ok()) return got.status().message();
    text.resize(*got);
    std::string why = file_->TakeBreak();
    return why.empty() ? text : text + "|" + why;
  }

  // Whether what AddPolls names is readable, as a loop that waits would see it.
  bool Woken() const {
    std::vector<pollfd> polls;
    file_->AddPolls(&polls);
    return poll(polls.data(), polls.size(), 0) > 0;
  }

  std::string directory_ = testing::TempDir() + "vexevt-XXXXXX";
  std::string path_;
  std::unique_ptr<FollowedFile> file_;
};

TEST_F(FollowedFileTest, WhatIsAddedIsRead) {
  EXPECT_FALSE(file_->Ready());
  EXPECT_FALSE(Woken());
  Put("one", O_APPEND);
  EXPECT_TRUE(Woken());
  EXPECT_TRUE(file_->Ready());
  EXPECT_EQ(Read(), "one");
  EXPECT_FALSE(file_->Ready());
  EXPECT_FALSE(Woken());
  Put("two", O_APPEND);
  EXPECT_EQ(Read(), "two");
}

TEST_F(FollowedFileTest, ATruncatedFileIsReadAnew) {
  Put("a long line", O_APPEND);
  EXPECT_EQ(Read(), "a long line");
  Put("new", O_TRUNC);
  EXPECT_TRUE(Woken());
  EXPECT_EQ(Read(), "new|truncated");
  EXPECT_FALSE(file_->Ready());
}

TEST_F(FollowedFileTest, ARotatedFileIsReadToItsEndFirst) {
  Put("first", O_APPEND);
  EXPECT_EQ(Read(), "first");
  UniqueFd writer(open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  std::string old = path_ + ".1";
  ASSERT_EQ(rename(path_.c_str(), old.c_str()), 0);
  EXPECT_FALSE(file_->Ready());
  Put("", O_EXCL);
  EXPECT_FALSE(file_->Ready());
  // The writer hasn't opened the new one yet.
  ASSERT_TRUE(WriteAll(writer.get(), AsBytes("last"), old).ok());
  EXPECT_EQ(Read(), "last");
  Put("second", O_APPEND);
  EXPECT_TRUE(Woken());
  EXPECT_EQ(Read(), "second|replaced");
  Put("third", O_APPEND);
  EXPECT_TRUE(Woken());
  EXPECT_EQ(Read(), "third");
}

TEST_F(FollowedFileTest, FilesThatWereRotatedQuicklyAreAllRead) {
  Put("first", O_APPEND);
  EXPECT_EQ(Read(), "first");
  for (const char* text : {"second", "", "third", "fourth"}) {
    // As logrotate does: the older ones first.
    for (int n = 4; n > 0; --n) {
      rename((path_ + "." + std::to_string(n)).c_str(), (path_ + "." + std::to_string(n + 1)).c_str());
    }
    ASSERT_EQ(rename(path_.c_str(), (path_ + ".1").c_str()), 0);
    Put(text, O_EXCL);
  }
  EXPECT_EQ(Read(), "second|replaced");
  EXPECT_EQ(Read(), "third|replaced");
  EXPECT_EQ(Read(), "fourth|replaced");
  EXPECT_FALSE(file_->Ready());
  Put(" more", O_APPEND);
  EXPECT_TRUE(Woken());
  EXPECT_EQ(Read(), " more");
}

TEST_F(FollowedFileTest, AFileThatWasRemovedBeforeItWasSeenIsMissing) {
  Put("first", O_APPEND);
  EXPECT_EQ(Read(), "first");
  for (const char* text : {"second", "third"}) {
    ASSERT_EQ(rename(path_.c_str(), (path_ + ".1").c_str()), 0);  // over the one before
    Put(text, O_EXCL);
  }
  ASSERT_EQ(rename(path_.c_str(), (path_ + ".1").c_str()), 0);
  Put("fourth", O_EXCL);
  EXPECT_EQ(Read(), "third|replaced more than once");
  EXPECT_EQ(Read(), "fourth|replaced");
}

TEST_F(FollowedFileTest, AFileThatIsMovedOverItReplacesIt) {
  Put("first", O_APPEND);
  EXPECT_EQ(Read(), "first");
  std::string path = std::exchange(path_, path_ + ".new");
  Put("second", O_EXCL);
  ASSERT_EQ(rename(path_.c_str(), path.c_str()), 0);
  EXPECT_TRUE(Woken());
  EXPECT_EQ(Read(), "second|replaced");
}

TEST_F(FollowedFileTest, ADeletedFileIsWaitedFor) {
  Put("first", O_APPEND);
  EXPECT_EQ(Read(), "first");
  ASSERT_EQ(unlink(path_.c_str()), 0);
  EXPECT_FALSE(file_->Ready());
  Put("again", O_EXCL);
  EXPECT_TRUE(Woken());
  EXPECT_EQ(Read(), "again|replaced");
}

TEST(FollowedFile, OneThatIsNotThereIsRefused) {
  EXPECT_EQ(FollowedFile::Open("/no/such/file").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace vexevt
