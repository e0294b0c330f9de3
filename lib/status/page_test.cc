#include "lib/status/page.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace vexevt {
namespace {

StatusNumbers AllAre(std::uint64_t value) {
  return {value, value, value, value, value, value, value, value, value, value, value, value, value};
}

TEST(StatusPage, ShowsWhatWasPublished) {
  StatusPage page({"vexevt-try", "a.evt b.evt", "-", 1234});
  auto reading = ReadStatusPage(page.fd());
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->facts.tool, "vexevt-try");
  EXPECT_EQ(reading->facts.input, "a.evt b.evt");
  EXPECT_EQ(reading->facts.output, "-");
  EXPECT_EQ(reading->facts.started_wall_ns, 1234u);
  EXPECT_EQ(reading->numbers.in, 0u);
  page.Publish({.in = 7, .out = 5, .waits = 1});
  reading = ReadStatusPage(page.fd());
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->numbers.in, 7u);
  EXPECT_EQ(reading->numbers.out, 5u);
  EXPECT_EQ(reading->numbers.dropped, 0u);
  EXPECT_EQ(reading->numbers.waits, 1u);
}

TEST(StatusPage, CutsWhatIsLong) {
  StatusPage page({std::string(100, 't'), std::string(5000, 'i'), std::string(255, 'o'), 0});
  auto reading = ReadStatusPage(page.fd());
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->facts.tool, std::string(31, 't'));
  EXPECT_EQ(reading->facts.input, std::string(255, 'i'));
  EXPECT_EQ(reading->facts.output, std::string(255, 'o'));
}

TEST(StatusPage, NumbersAreOfOneMoment) {
  StatusPage page({"vexevt-try", "-", "-", 0});
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::uint64_t value = 0; !stop; ++value) page.Publish(AllAre(value));
  });
  std::uint64_t last = 0;
  for (int i = 0; i < 2000; ++i) {
    auto reading = ReadStatusPage(page.fd());
    if (!reading) continue;  // the writer never rested
    const StatusNumbers& numbers = reading->numbers;
    EXPECT_EQ(numbers.in, numbers.waited_ns);
    EXPECT_EQ(numbers.out, numbers.last_wall_ns);
    EXPECT_EQ(numbers.in, numbers.lost);
    EXPECT_GE(numbers.in, last);
    last = numbers.in;
  }
  stop = true;
  writer.join();
  page.Publish(AllAre(~std::uint64_t{0}));
  EXPECT_EQ(ReadStatusPage(page.fd())->numbers.waits, ~std::uint64_t{0});
}

TEST(StatusPage, NobodyCutsItOff) {
  StatusPage page({"vexevt-try", "-", "-", 0});
  EXPECT_NE(::ftruncate(page.fd(), 0), 0);
}

TEST(StatusPage, WhatIsNoPageIsRefused) {
  EXPECT_FALSE(ReadStatusPage(-1));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  UniqueFd read_end(ends[0]), write_end(ends[1]);
  EXPECT_FALSE(ReadStatusPage(read_end.get()));
  EXPECT_FALSE(ReadStatusPage(UniqueFd(::open("/dev/zero", O_RDONLY)).get()));

  // As long as one, but could be cut off; then sealed, but of zeros.
  StatusPage page({"vexevt-try", "-", "-", 0});
  const off_t size = ::lseek(page.fd(), 0, SEEK_END);
  UniqueFd fake(::memfd_create("vexevt-status", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(::ftruncate(fake.get(), size), 0);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  ASSERT_EQ(::pread(page.fd(), bytes.data(), bytes.size(), 0), size);
  ASSERT_EQ(::pwrite(fake.get(), bytes.data(), bytes.size(), 0), size);
  EXPECT_FALSE(ReadStatusPage(fake.get()));
  ASSERT_EQ(::fcntl(fake.get(), F_ADD_SEALS, F_SEAL_SHRINK), 0);
  EXPECT_TRUE(ReadStatusPage(fake.get()));

  // Texts without an end, and numbers that are for ever being written.
  bytes.assign(bytes.size(), '\xff');
  ASSERT_EQ(::pwrite(fake.get(), bytes.data(), bytes.size() - 8, 8), size - 8);
  EXPECT_FALSE(ReadStatusPage(fake.get()));
  bytes.assign(bytes.size(), '\0');
  ASSERT_EQ(::pwrite(fake.get(), bytes.data(), bytes.size(), 0), size);
  EXPECT_FALSE(ReadStatusPage(fake.get()));
}

}  // namespace
}  // namespace vexevt
