// The bus: what user space injects and modules emit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <random>

#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "tests/kmod/guest/device.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kPeer[] = "/sys/module/vexevt_peer/parameters/";

Event FuseEvent() {
  Event event;
  event.id = {42, 7};
  event.wall_ns = 1'000'000'000;
  event.mono_ns = 5;
  event.type = kFsTruncate;
  event.boundary = Boundary::kFuse;
  event.flags = kFlagCredentials;
  event.pid = 4242;
  event.comm = "fused";
  event.payload = FsPayload{.path = "/mnt/a"};
  event.causes = {{1, 2}};
  event.attributes = {{"user.tag", AttributeText{"blue"}}, {"n", std::int64_t{9}}};
  return event;
}

TEST(Bus, AnInjectedFrameGoesToEveryOtherSubscriber) {
  Device sender({.flags = VEXEVT_SETUP_BUS}), one({.flags = VEXEVT_SETUP_BUS}), other({.flags = VEXEVT_SETUP_BUS}),
      deaf;
  std::uint64_t seen_before = ReadNumber(std::string(kPeer) + "seen");
  Event event = FuseEvent();
  ASSERT_EQ(sender.Inject(event), 0);
  event.flags |= kFlagInjected;
  for (Device* device : {&one, &other}) {
    std::vector<Seen> seen = device->Read();
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].event, event) << "as it was sent, but for the flag";
  }
  EXPECT_THAT(sender.Read(), IsEmpty());
  EXPECT_THAT(deaf.Read(), IsEmpty());
  EXPECT_EQ(one.Counters().bus, 1u);
  EXPECT_EQ(one.Counters().delivered, 1u);
  EXPECT_EQ(ReadNumber(std::string(kPeer) + "seen"), seen_before + 1);
  EXPECT_EQ(ReadNumber(std::string(kPeer) + "last_type"), kFsTruncate);
}

TEST(Bus, NobodyClaimsToBeTheKernel) {
  Device sender, receiver({.flags = VEXEVT_SETUP_BUS});
  Event event = FuseEvent();
  for (Boundary boundary : {Boundary::kUnknown, Boundary::kKernel, Boundary::kAgent}) {
    event.boundary = boundary;
    ASSERT_EQ(sender.Inject(event), 0);
  }
  std::vector<Seen> seen = receiver.Read();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].event.boundary, Boundary::kUser);
  EXPECT_EQ(seen[1].event.boundary, Boundary::kUser);
  EXPECT_EQ(seen[2].event.boundary, Boundary::kAgent);
}

TEST(Bus, PriorityChoosesTheLane) {
  Device sender, receiver({.normal_bytes = 16384, .urgent_bytes = 16384, .flags = VEXEVT_SETUP_BUS});
  Event event = FuseEvent();
  for (int i = 0; i < 300; ++i) ASSERT_EQ(sender.Inject(event), 0);
  event.priority = Priority::kCritical;
  ASSERT_EQ(sender.Inject(event), 0);
  std::vector<Seen> seen = receiver.Read();
  ASSERT_GE(seen.size(), 2u);
  EXPECT_EQ(seen.back().event.priority, Priority::kCritical);
  EXPECT_EQ(seen[seen.size() - 2].event.type, kVexevtLost);
  EXPECT_EQ(seen[seen.size() - 2].gap().lost + seen.size() - 2, 300u);
}

TEST(Bus, AWriteTakesAsManyFramesAsAreWhole) {
  Device sender, receiver({.flags = VEXEVT_SETUP_BUS});
  std::vector<std::byte> frames;
  Event event = FuseEvent();
  for (int i = 0; i < 3; ++i) AppendFrame(event, &frames);
  std::size_t one = frames.size() / 3;
  EXPECT_EQ(::write(sender.fd(), frames.data(), frames.size()), static_cast<ssize_t>(frames.size()));
  EXPECT_EQ(receiver.Read().size(), 3u);
  EXPECT_EQ(::write(sender.fd(), frames.data(), frames.size() - 8), static_cast<ssize_t>(2 * one));
  EXPECT_EQ(receiver.Read().size(), 2u);
  frames[one + 8] ^= std::byte{3};
  EXPECT_EQ(::write(sender.fd(), frames.data(), frames.size()), static_cast<ssize_t>(one));
  EXPECT_EQ(receiver.Read().size(), 1u);
  EXPECT_EQ(::write(sender.fd(), frames.data(), 0), 0);
}

TEST(Bus, WhatIsNoFrameIsRefused) {
  Device sender, receiver({.flags = VEXEVT_SETUP_BUS});
  Event event = FuseEvent();
  auto error_of = [&](const std::vector<std::byte>& bytes) {
    return ::write(sender.fd(), bytes.data(), bytes.size()) < 0 ? errno : 0;
  };
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EXPECT_EQ(error_of({frame.begin(), frame.begin() + 4}), EINVAL);
  EXPECT_EQ(error_of({frame.begin(), frame.end() - 8}), EINVAL);
  event.type = 0;
  EXPECT_EQ(sender.Inject(event), EINVAL);
  event.type = kFsCreate;
  std::string large(VEXEVT_INJECT_MAX, 'x');
  event.comm = large;
  EXPECT_EQ(sender.Inject(event), EINVAL);
  event.comm = std::string_view(large).substr(0, VEXEVT_INJECT_MAX - 400);
  EXPECT_EQ(sender.Inject(event), 0);
  EXPECT_EQ(::write(sender.fd(), Nowhere(), 64), -1);
  EXPECT_EQ(errno, EFAULT);
  EXPECT_EQ(receiver.Read().size(), 1u);
}

// Damaged frames: what the kernel takes, every reader takes. Device::Read fails for one that doesn't.
TEST(Bus, ADamagedFrameIsRefusedOrReadable) {
  Device sender, receiver({.flags = VEXEVT_SETUP_BUS});
  std::mt19937_64 random(1);
  std::vector<std::byte> frame;
  AppendFrame(FuseEvent(), &frame);
  int taken = 0, refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> damaged = frame;
    for (auto flips = random() % 3 + 1; flips > 0; --flips) {
      std::size_t bit = random() % (damaged.size() * 8);
      damaged[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
    }
    if (::write(sender.fd(), damaged.data(), damaged.size()) < 0) {
      ++refused;
      continue;
    }
    ++taken;
    std::uint64_t buffer[512];
    ssize_t got = ::read(receiver.fd(), buffer, sizeof buffer);
    ASSERT_GT(got, 0);
    EventView view;
    auto bytes = std::as_bytes(std::span(buffer)).first(static_cast<std::size_t>(got));
    ASSERT_TRUE(EventView::Bind(bytes, &view));
    ASSERT_NE(view.flags() & kFlagInjected, 0);
    ASSERT_NE(view.boundary(), Boundary::kKernel);
  }
  EXPECT_GT(taken, 1000);
  EXPECT_GT(refused, 1000);
}

TEST(Bus, ModulesEmitInTheNameOfTheCurrentProcess) {
  Device receiver({.flags = VEXEVT_SETUP_BUS}), deaf;
  int pid = InChild([] { WriteText(std::string(kPeer) + "emit", "/emitted"); });
  std::vector<Seen> seen = receiver.Read();
  ASSERT_THAT(Lines(seen), ElementsAre("fs.create /emitted"));
  EXPECT_EQ(seen[0].event.boundary, Boundary::kKernel);
  EXPECT_EQ(seen[0].event.priority, Priority::kHigh);
  EXPECT_EQ(seen[0].event.flags, kFlagCredentials) << "emitted, not injected";
  EXPECT_EQ(seen[0].event.pid, static_cast<std::uint32_t>(pid));
  EXPECT_EQ(seen[0].event.comm, "guest_test");
  EXPECT_NE(seen[0].event.id.source, 0u);
  EXPECT_NE(seen[0].event.id.source, receiver.setup().id_source);
  EXPECT_NE(seen[0].event.wall_ns, 0u);
  EXPECT_THAT(deaf.Read(), IsEmpty());
  std::string within;
  EXPECT_EQ(static_cast<int>(ReadNumber(std::string(kPeer) + "last_type")), kFsCreate);
}

TEST(Bus, ANotifierThatEmitsIsTold) {
  Device sender;
  ASSERT_EQ(sender.Inject(FuseEvent()), 0);
  FILE* file = std::fopen((std::string(kPeer) + "emit_within").c_str(), "r");
  ASSERT_NE(file, nullptr);
  int within = 0;
  EXPECT_EQ(std::fscanf(file, "%d", &within), 1);
  std::fclose(file);
  EXPECT_EQ(within, -EDEADLK);
}

}  // namespace
}  // namespace vexevt
