#include "lib/io/full.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <thread>

#include "lib/base/bytes.h"
#include "lib/base/unique_fd.h"
#include "lib/io/testing/faults.h"

namespace vexevt {
namespace {

TEST(WriteAll, WaitsForANonBlockingPipe) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
  UniqueFd from(ends[0]), to(ends[1]);
  std::string text(1 << 20, 'x');
  std::size_t got = 0;
  std::thread reader([&] {
    fcntl(from.get(), F_SETFL, 0);
    char chunk[4096];
    while (ssize_t n = read(from.get(), chunk, sizeof chunk)) got += static_cast<std::size_t>(n);
  });
  EXPECT_TRUE(WriteAll(to.get(), AsBytes(text), "pipe").ok());
  to.reset();
  reader.join();
  EXPECT_EQ(got, text.size());
}

TEST(WriteAll, TellsOfAFullDisk) {
  UniqueFd full(open("/dev/full", O_WRONLY));
  Status status = WriteAll(full.get(), AsBytes("x"), "b.evt");
  EXPECT_EQ(status.message(), "cannot write 'b.evt': No space left on device");
}

TEST(ReadFile, WholeOrAnError) {
  std::string path = testing::TempDir() + "whole";
  std::ofstream(path) << std::string(100'000, 'y');
  EXPECT_EQ(ReadFile(path, 1 << 20)->size(), 100'000u);
  EXPECT_EQ(ReadFile(path, 1000).status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ReadFile("/no/such", 1000).status().code(), StatusCode::kNotFound);
}

TEST(WriteAll, ShortAndInterruptedWritesArriveWhole) {
  std::string text(1000, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  for (std::size_t most : {1UL, 7UL, 999UL}) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    UniqueFd from(ends[0]), to(ends[1]);
    FaultyFd faulty(to.get(), {.most = most, .interrupted = true});
    ASSERT_TRUE(WriteAll(to.get(), AsBytes(text), "p").ok());
    EXPECT_EQ(faulty.calls(), 2 * ((text.size() + most - 1) / most));
    std::string got(2000, '\0');
    auto size = ReadSome(from.get(), std::as_writable_bytes(std::span(got)), "p");
    ASSERT_TRUE(size.ok());
    EXPECT_EQ(got.substr(0, *size), text);
  }
}

TEST(WriteAll, AnErrorInTheMiddleIsTold) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  UniqueFd from(ends[0]), to(ends[1]);
  FaultyFd faulty(to.get(), {.fail_at = 10, .error = ENOSPC});
  EXPECT_EQ(WriteAll(to.get(), AsBytes("more than ten bytes"), "p").message(),
            "cannot write 'p': No space left on device");
}

}  // namespace
}  // namespace vexevt
