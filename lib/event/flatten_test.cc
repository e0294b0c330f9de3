#include "lib/event/flatten.h"

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gtest/gtest.h>

#include <cstring>

#include "lib/event/encode.h"
#include "lib/event/event.capnp.h"
#include "lib/event/event_view.h"
#include "lib/event/newer.capnp.h"
#include "lib/event/testing/capnp_read.h"
#include "lib/event/testing/samples.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

std::vector<std::byte> BytesOf(capnp::MessageBuilder& message) {
  auto words = capnp::messageToFlatArray(message);
  auto bytes = words.asBytes();
  std::vector<std::byte> frame(bytes.size());
  std::memcpy(frame.data(), bytes.begin(), bytes.size());
  return frame;
}

// The same event in segments of `segment_words`, with far pointers between them.
std::vector<std::byte> InSegments(std::span<const std::byte> frame, unsigned segment_words) {
  capnp::FlatArrayMessageReader reader({reinterpret_cast<const capnp::word*>(frame.data()), frame.size() / 8});
  capnp::MallocMessageBuilder message(segment_words, capnp::AllocationStrategy::FIXED_SIZE);
  message.setRoot(reader.getRoot<schema::Event>());
  return BytesOf(message);
}

TEST(Flatten, SegmentsAndFarPointersGiveThePlainFrame) {
  for (unsigned segment_words : {1u, 2u, 8u, 40u}) {
    for (const Event& event : SampleEvents()) {
      std::vector<std::byte> plain, flat;
      AppendFrame(event, &plain);
      std::vector<std::byte> segmented = InSegments(plain, segment_words);
      ASSERT_EQ(MeasureFrame(segmented).bytes, segmented.size());
      ASSERT_TRUE(Flatten(segmented, &flat).ok());
      EXPECT_EQ(flat, plain) << TypeName(event.type) << " in segments of " << segment_words;
      EventView view;
      EXPECT_EQ(EventView::Bind(segmented, &view), Load<std::uint32_t>(segmented.data()) == 0);
    }
  }
}

TEST(Flatten, WhatANewerSchemaAddedSurvives) {
  capnp::MallocMessageBuilder message(1, capnp::AllocationStrategy::FIXED_SIZE);
  auto event = message.initRoot<newer::Event>();
  event.setPid(4711);
  event.setMoreNumber(77);
  event.setMoreText(kj::StringPtr("new at the top").asBytes());
  auto attribute = event.initAttributes(1)[0];
  attribute.setKey(kj::StringPtr("k").asBytes());
  attribute.setMoreNumber(88);
  attribute.setMoreText(kj::StringPtr("new in a list").asBytes());
  std::vector<std::byte> flat;
  ASSERT_TRUE(Flatten(BytesOf(message), &flat).ok());

  EventView view;
  ASSERT_TRUE(EventView::Bind(flat, &view));
  EXPECT_EQ(view.pid(), 4711u);
  EXPECT_EQ(view.attribute(0).key, "k");
  capnp::FlatArrayMessageReader reader({reinterpret_cast<const capnp::word*>(flat.data()), flat.size() / 8});
  auto root = reader.getRoot<newer::Event>();
  EXPECT_EQ(root.getMoreNumber(), 77u);
  EXPECT_TRUE(root.getMoreText() == kj::StringPtr("new at the top").asBytes());
  EXPECT_EQ(root.getAttributes()[0].getMoreNumber(), 88u);
  EXPECT_TRUE(root.getAttributes()[0].getMoreText() == kj::StringPtr("new in a list").asBytes());
}

TEST(Flatten, BrokenSegmentsAreDataLoss) {
  std::vector<std::byte> plain, flat;
  AppendFrame(SampleEvents()[2], &plain);
  std::vector<std::byte> segmented = InSegments(plain, 8);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < segmented.size() * 8; ++bit) {
    auto mask = static_cast<std::byte>(1 << (bit % 8));
    segmented[bit / 8] ^= mask;
    if (FrameSize size = MeasureFrame(segmented); size.state == FrameState::kOk && size.bytes == segmented.size()) {
      Status status = Flatten(segmented, &flat);
      EventView view;
      if (status.ok()) {
        // Flatten copies whatever is well formed. That each field is of its kind, Bind sees, also where this payload
        // doesn't use the pointer and capnp therefore doesn't look.
        Event event;
        bool bound = EventView::Bind(flat, &view);
        if (bound) Unpack(view, &event);
        CapnpRead theirs(segmented);
        EXPECT_TRUE(!bound || (theirs.ok() && SameEvent(event, theirs.event()))) << bit;
      } else {
        EXPECT_EQ(status.code(), StatusCode::kDataLoss);
        ++refused;
      }
    }
    segmented[bit / 8] ^= mask;
  }
  EXPECT_GT(refused, 0u);
}

}  // namespace
}  // namespace vexevt
