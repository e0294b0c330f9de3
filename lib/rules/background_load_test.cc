#include "lib/rules/background_load.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <future>

namespace vexevt {
namespace {

int Await(BackgroundLoad<int>& load) {
  for (;;) {
    pollfd done{load.fd(), POLLIN, 0};
    poll(&done, 1, -1);
    if (auto given = load.Take()) return *given;
  }
}

TEST(BackgroundLoad, GivesWhatWasLoadedOnce) {
  BackgroundLoad<int> load([] { return 7; });
  EXPECT_FALSE(load.busy());
  EXPECT_FALSE(load.Take().has_value());
  load.Start();
  EXPECT_TRUE(load.busy());
  EXPECT_EQ(Await(load), 7);
  EXPECT_FALSE(load.busy());
  EXPECT_FALSE(load.ready());
  EXPECT_FALSE(load.Take().has_value());
}

TEST(BackgroundLoad, RequestsThatOverlapGiveTheLastStateAndNothingElse) {
  std::promise<void> may_end;
  std::future<void> ended = may_end.get_future();
  int calls = 0;
  BackgroundLoad<int> load([&] {
    if (++calls == 1) ended.wait();
    return calls;
  });
  load.Start();
  load.Start();
  load.Start();
  may_end.set_value();
  EXPECT_EQ(Await(load), 2);
  EXPECT_FALSE(load.busy());
}

}  // namespace
}  // namespace vexevt
