#include "lib/io/byte_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/bytes.h"
#include "lib/io/full.h"
#include "lib/io/testing/faults.h"

namespace vexevt {
namespace {

TEST(FdSink, AFileThatIsFullEndsWhereAWriteEnded) {
  for (int flags : {0, O_APPEND}) {
    std::string path = testing::TempDir() + "full-file";
    FdSink sink(UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | flags, 0600)), path);
    ASSERT_TRUE(sink.Write(AsBytes("whole,")).ok());
    {
      FaultyFd faulty(sink.fd(), {.fail_at = 3, .error = ENOSPC});
      EXPECT_EQ(sink.Write(AsBytes("too much,")).code(), StatusCode::kResourceExhausted);
    }
    EXPECT_EQ(*ReadFile(path, 100), "whole,");
    ASSERT_TRUE(sink.Write(AsBytes("more")).ok());
    EXPECT_EQ(*ReadFile(path, 100), "whole,more");
  }
}

TEST(FdSink, WhatAnotherWroteBehindItStays) {
  std::string path = testing::TempDir() + "shared-file";
  UniqueFd other(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0600));
  FdSink sink(UniqueFd(::open(path.c_str(), O_WRONLY | O_CLOEXEC)), path);
  ASSERT_EQ(::write(other.get(), "12345678", 8), 8);
  FaultyFd faulty(sink.fd(), {.fail_at = 3, .error = ENOSPC});
  EXPECT_FALSE(sink.Write(AsBytes("abcdef")).ok());
  EXPECT_EQ(*ReadFile(path, 100), "abc45678");
}

}  // namespace
}  // namespace vexevt
