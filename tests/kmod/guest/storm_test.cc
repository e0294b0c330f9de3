// Several writers at once: every event is there, or counted.
#include "tests/kmod/guest/storm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "tests/kmod/guest/device.h"

namespace vexevt {
namespace {

// What one file goes through comes in that order, whatever the others do.
class Order {
 public:
  void Add(const std::vector<Seen>& seen) {
    static const EventType kOrder[] = {kFsCreate, kFsOpen, kFsCloseWrite, kFsDelete};
    for (const Seen& one : seen) {
      if (one.event.type == kVexevtLost) {
        lost += one.gap().lost;
        continue;
      }
      ++events;
      int& step = steps_[std::string(one.fs().path)];
      if (lost == 0) {
        EXPECT_EQ(one.event.type, kOrder[step]) << one.Line();
      }
      ++step;
    }
  }
  std::uint64_t events = 0, lost = 0;

 private:
  std::map<std::string, int> steps_;
};

TEST(Storm, ALiveReaderMissesNothing) {
  for (bool mapped : {false, true}) {
    Scratch scratch;
    Device device({.normal_bytes = 16 << 20, .urgent_bytes = 1 << 20});
    std::unique_ptr<Mapping> mapping;
    if (mapped) mapping = std::make_unique<Mapping>(&device);
    ASSERT_EQ(device.Mark("/t", VEXEVT_FS_ALL, VEXEVT_BIT(VEXEVT_FS_DELETE)), 0);
    std::vector<pid_t> writers = StartStorm();
    Order order;
    pollfd ready{device.fd(), POLLIN, 0};
    while (order.events < kStormEvents && ::poll(&ready, 1, 60'000) == 1) {
      order.Add(mapping ? mapping->Read() : device.Read());
      if (::testing::Test::HasFailure()) break;
    }
    AwaitStorm(writers);
    EXPECT_EQ(order.events, kStormEvents);
    EXPECT_EQ(order.lost, 0u);
  }
}

TEST(Storm, AStalledReaderIsToldOfEveryLoss) {
  Scratch scratch;
  Device device({.normal_bytes = 65536});
  ASSERT_EQ(device.Mark("/t"), 0);
  AwaitStorm(StartStorm());
  Order order;
  order.Add(device.Read());
  EXPECT_LT(order.events, kStormEvents);
  Touch("/t/last");
  order.Add(device.Read());
  EXPECT_EQ(order.events + order.lost, kStormEvents + 3);
}

// The stream goes to the host as it is, which reads it with the tools.
TEST(Storm, AStreamForTheHost) {
  const char* port = std::getenv("VEXEVT_STREAM");
  if (port == nullptr) GTEST_SKIP() << "VEXEVT_STREAM is not set";
  Scratch scratch;
  Device device({.host = "guest", .tenant = "tests"});
  ASSERT_EQ(device.Mark("/t"), 0);
  for (int i = 0; i < 25; ++i) {
    std::string path = "/t/" + std::to_string(i);
    Touch(path);
    ASSERT_EQ(::rename(path.c_str(), "/t/moved"), 0);
  }
  FILE* out = std::fopen(port, "w");
  ASSERT_NE(out, nullptr);
  for (const Seen& one : device.Read()) std::fwrite(one.words.data(), 8, one.words.size(), out);
  EXPECT_EQ(std::fclose(out), 0);
}

}  // namespace
}  // namespace vexevt
