#include "lib/react/work_pool.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <latch>
#include <map>

namespace vexevt {
namespace {

std::map<std::uint64_t, Status> WaitForAll(WorkPool& pool, std::size_t count) {
  std::map<std::uint64_t, Status> all;
  while (all.size() < count) {
    pollfd waiting{pool.fd(), POLLIN, 0};
    ::poll(&waiting, 1, -1);
    for (auto& [ticket, status] : pool.Take()) all.emplace(ticket, std::move(status));
  }
  return all;
}

TEST(WorkPool, GivesTheOutcomeOfEachJob) {
  WorkPool pool(3);
  for (std::uint64_t i = 0; i < 100; ++i) {
    pool.Add(i, [i] { return i % 2 == 0 ? Status() : Unavailable(std::to_string(i)); });
  }
  auto all = WaitForAll(pool, 100);
  EXPECT_TRUE(all[4].ok());
  EXPECT_EQ(all[5].message(), "5");
}

TEST(WorkPool, WorksSideBySide) {
  WorkPool pool(2);
  auto both = std::make_shared<std::latch>(2);
  for (std::uint64_t i = 0; i < 2; ++i) {
    pool.Add(i, [both] {
      both->arrive_and_wait();
      return Status();
    });
  }
  EXPECT_EQ(WaitForAll(pool, 2).size(), 2u);
}

TEST(WorkPool, DoesNotWaitForOneThatHangs) {
  auto release = std::make_shared<std::latch>(1);
  {
    WorkPool pool(1);
    pool.Add(1, [release] {
      release->wait();
      return Status();
    });
    pool.Add(2, [] { return Status(); });
  }
  release->count_down();
}

}  // namespace
}  // namespace vexevt
