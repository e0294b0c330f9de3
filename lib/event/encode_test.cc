#include "lib/event/encode.h"

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gtest/gtest.h>

#include <string>

#include "lib/base/bytes.h"
#include "lib/event/event.capnp.h"
#include "lib/event/event_view.h"
#include "lib/event/testing/samples.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

// Frames must be aligned as capnp asks.
struct Frame {
  std::vector<std::byte> bytes;
  explicit Frame(const Event& event) { AppendFrame(event, &bytes); }
};

TEST(Encode, IsCanonicalForCapnp) {
  for (const Event& event : SampleEvents()) {
    Frame frame(event);
    ASSERT_LE(frame.bytes.size(), EncodedBound(event));
    capnp::FlatArrayMessageReader reader(
        {reinterpret_cast<const capnp::word*>(frame.bytes.data()), frame.bytes.size() / sizeof(capnp::word)});
    auto canonical = capnp::canonicalize(reader.getRoot<schema::Event>());
    ASSERT_EQ(frame.bytes.size() - 8, canonical.asBytes().size()) << TypeName(event.type);
    EXPECT_EQ(std::memcmp(frame.bytes.data() + 8, canonical.begin(), frame.bytes.size() - 8), 0)
        << TypeName(event.type);
  }
}

TEST(Encode, UnpackGivesTheEventBack) {
  for (const Event& event : SampleEvents()) {
    Frame frame(event);
    EventView view;
    ASSERT_TRUE(EventView::Bind(frame.bytes, &view)) << TypeName(event.type);
    Event unpacked;
    Unpack(view, &unpacked);
    EXPECT_TRUE(unpacked == event) << TypeName(event.type);
  }
}

TEST(Encode, CapnpReadsWhatWasWritten) {
  Event event = SampleEvents()[1];
  Frame frame(event);
  capnp::FlatArrayMessageReader reader(
      {reinterpret_cast<const capnp::word*>(frame.bytes.data()), frame.bytes.size() / sizeof(capnp::word)});
  auto root = reader.getRoot<schema::Event>();
  EXPECT_EQ(root.getIdSource(), event.id.source);
  EXPECT_EQ(root.getType(), event.type);
  EXPECT_EQ(root.getPid(), event.pid);
  const auto& fs = std::get<FsPayload>(event.payload);
  auto path = root.getPayload().getFs().getPath();
  EXPECT_EQ(AsText({reinterpret_cast<const std::byte*>(path.begin()), path.size()}), fs.path);
  EXPECT_EQ(root.getPayload().getFs().getInode(), fs.inode);
}

TEST(Encode, WhatIsEmptyCostsNothing) {
  Event event;
  EXPECT_EQ(Frame(event).bytes.size(), 16u);
  event.type = kFsDelete;
  event.payload = FsPayload{.path = "/a"};
  // Segment table, root pointer, words up to the payload's tag, one pointer, one word of path.
  EXPECT_EQ(Frame(event).bytes.size(), 8u + 8 + 64 + 8 + 8);
}

TEST(Encode, LongPathsFit) {
  std::string path(4095, 'x');
  Event event;
  event.payload = FsPayload{.path = path, .path2 = path};
  Frame frame(event);
  EventView view;
  ASSERT_TRUE(EventView::Bind(frame.bytes, &view));
  EXPECT_EQ(view.path(), path);
  EXPECT_EQ(view.path2(), path);
}

}  // namespace
}  // namespace vexevt
