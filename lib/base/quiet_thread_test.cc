#include "lib/base/quiet_thread.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <system_error>

namespace vexevt {
namespace {

bool BlocksTerm() {
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return ::sigismember(&mask, SIGTERM) == 1;
}

TEST(QuietThread, HandlesNoSignal) {
  bool blocked = false;
  auto thread = StartQuietThread([&] { blocked = BlocksTerm(); });
  ASSERT_TRUE(thread.ok());
  thread->join();
  EXPECT_TRUE(blocked);
  EXPECT_FALSE(BlocksTerm()) << "the one that starts it still does";
}

// Fails on its way into the thread, as a thread does that can't be had.
struct Unstartable {
  Unstartable() = default;
  Unstartable(Unstartable&&) { throw std::system_error(EAGAIN, std::system_category()); }
  void operator()() const {}
};

TEST(QuietThread, LeavesSignalsAsTheyWereWhereItCanNotStart) {
  const auto thread = StartQuietThread(Unstartable());
  EXPECT_EQ(thread.status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(thread.status().message(), "cannot start a thread: Resource temporarily unavailable");
  EXPECT_FALSE(BlocksTerm());
}

}  // namespace
}  // namespace vexevt
