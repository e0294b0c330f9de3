// Events that are encoded, written in pieces and read in pieces are the same events: the bytes, and what they say.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "lib/event/unpack.h"
#include "lib/io/testing/memory.h"
#include "lib/stream/reader.h"
#include "lib/stream/resync_source.h"
#include "lib/stream/writer.h"
#include "tests/property/random_event.h"

namespace vexevt {
namespace {

std::vector<std::size_t> AnyPieces() {
  return *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 700)));
}

RC_GTEST_PROP(Stream, WhatWasWrittenIsReadWhereverItIsSplit, ()) {
  RandomEvents random;
  std::deque<Event> events;
  std::vector<std::byte> stream;
  {
    StreamWriter writer(std::make_unique<MemorySink>(&stream), "memory");
    for (int i = *rc::gen::inRange(0, 30); i > 0; --i) {
      const Event& event = events.emplace_back(random.Any());
      auto room = writer.Reserve(EncodedBound(event));
      RC_ASSERT(room.ok());
      writer.Commit(Encode(event, *room));
      if (*rc::gen::inRange(0, 4) == 0) RC_ASSERT(writer.Flush().ok());
    }
    RC_ASSERT(writer.Close().ok());
  }

  StreamReader reader(std::make_unique<MemorySource>(stream, AnyPieces()), "memory");
  std::vector<std::byte> copied;
  std::size_t count = 0;
  for (;;) {
    auto batch = reader.Read();
    RC_ASSERT(batch.ok());
    if (batch->empty()) break;
    for (const EventView& view : *batch) {
      RC_ASSERT(count < events.size());
      Event read;
      Unpack(view, &read);
      std::vector<std::byte> again;
      AppendFrame(read, &again);
      std::vector<std::byte> expected;
      AppendFrame(events[count++], &expected);
      RC_ASSERT(again == expected);
      copied.insert(copied.end(), view.frame().begin(), view.frame().end());
    }
  }
  RC_ASSERT(count == events.size());
  RC_ASSERT(copied == stream);
}

RC_GTEST_PROP(Stream, ACutIsToldAtTheOffsetOfTheEventThatItHit, ()) {
  RandomEvents random;
  std::vector<std::byte> stream;
  std::vector<std::size_t> ends = {0};
  for (int i = *rc::gen::inRange(1, 10); i > 0; --i) {
    AppendFrame(random.Any(), &stream);
    ends.push_back(stream.size());
  }
  std::size_t cut = *rc::gen::inRange<std::size_t>(0, stream.size() + 1);
  std::size_t whole = *std::prev(std::ranges::upper_bound(ends, cut));
  StreamReader reader(std::make_unique<MemorySource>(std::span(stream).first(cut), AnyPieces()), "x");
  std::size_t bytes = 0;
  auto batch = reader.Read();
  for (; batch.ok() && !batch->empty(); batch = reader.Read()) {
    for (const EventView& view : *batch) bytes += view.frame().size();
  }
  RC_ASSERT(bytes == whole);
  RC_ASSERT(batch.ok() == (cut == whole));
  if (!batch.ok()) RC_ASSERT(batch.status().message() == "x: offset " + std::to_string(whole) + ": truncated event");
}

struct DamagedStream {
  std::vector<std::vector<std::byte>> frames;  // as they were
  std::vector<bool> hit;
  std::vector<std::byte> bytes;  // as they are
};

// Frames, with a few places overwritten, removed or added to.
DamagedStream AnyDamagedStream() {
  DamagedStream stream;
  RandomEvents random;
  for (int i = *rc::gen::inRange(1, 25); i > 0; --i) {
    Event event = random.Any();
    // Only the reader's own gaps shall be gaps, and no type would be no event.
    if (event.type == EventType{} || event.type == kVexevtLost) event.type = kFsCreate;
    AppendFrame(event, &stream.frames.emplace_back());
  }
  stream.hit.resize(stream.frames.size());
  for (std::size_t i = 0; i < stream.frames.size(); ++i) {
    std::vector<std::byte> frame = stream.frames[i];
    auto at = frame.begin() + static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, frame.size()));
    auto size = std::min<std::ptrdiff_t>(frame.end() - at, *rc::gen::inRange(1, 40));
    stream.hit[i] = true;
    switch (*rc::gen::inRange(0, 16)) {
      case 0:  // one bit, anywhere
        *at ^= std::byte{1} << *rc::gen::inRange(0, 8);
        break;
      case 1:
        frame.erase(at, at + size);
        break;
      case 2:
        std::fill(at, at + size, std::byte{0xff});
        break;
      case 3:
        frame.insert(at, static_cast<std::size_t>(size), std::byte{*rc::gen::arbitrary<std::uint8_t>()});
        break;
      default:
        stream.hit[i] = false;
    }
    stream.bytes.insert(stream.bytes.end(), frame.begin(), frame.end());
  }
  return stream;
}

RC_GTEST_PROP(Resync, LosesNoRowOfWholeEventsAndInventsNone, ()) {
  DamagedStream stream = AnyDamagedStream();
  auto source = std::make_unique<ResyncSource>(std::make_unique<MemorySource>(stream.bytes, AnyPieces()), "x");
  StreamReader reader(std::move(source), "x");
  std::vector<std::vector<std::byte>> got;
  for (;;) {
    auto batch = reader.Read();
    RC_ASSERT(batch.ok());
    if (batch->empty()) break;
    for (const EventView& event : *batch) {
      if (event.type() != kVexevtLost) got.emplace_back(event.frame().begin(), event.frame().end());
    }
  }
  // What has to be there: what was not hit before the first damage, at the end, and in rows between; but not right
  // before a place that was hit, since bytes that are missing there may as well be missing from the event before.
  std::size_t count = stream.frames.size(), altered = 0;
  auto next = got.begin();
  for (std::size_t i = 0; i < count;) {
    if (stream.hit[i]) {
      ++altered;
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < count && !stream.hit[end]) ++end;
    bool wanted = i == 0 || end == count || end - i >= ResyncSource::kChain;
    for (; i < end; ++i) {
      bool before_hit = i + 1 == end && end < count;
      auto found = std::find(next, got.end(), stream.frames[i]);
      RC_ASSERT(!wanted || before_hit || found != got.end());
      if (found == got.end()) continue;
      // What stands before it was not there as it is: so it is one that was hit, its values changed.
      RC_ASSERT(static_cast<std::size_t>(found - next) <= altered);
      altered -= static_cast<std::size_t>(found - next);
      next = found + 1;
    }
  }
  RC_ASSERT(static_cast<std::size_t>(got.end() - next) <= altered);
}

}  // namespace
}  // namespace vexevt
