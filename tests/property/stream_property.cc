// Events that are encoded, written in pieces and read in pieces are the same events: the bytes, and what they say.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "lib/event/unpack.h"
#include "lib/io/byte_sink.h"
#include "lib/io/byte_source.h"
#include "lib/stream/reader.h"
#include "lib/stream/writer.h"
#include "tests/property/random_event.h"

namespace vexevt {
namespace {

// Gives bytes in pieces of the sizes given, over and over.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::span<const std::byte> bytes, std::vector<std::size_t> sizes)
      : rest_(bytes), sizes_(std::move(sizes)) {}
  Result<std::size_t> Read(std::span<std::byte> to) override {
    std::size_t size = std::min({sizes_[next_++ % sizes_.size()], to.size(), rest_.size()});
    std::copy_n(rest_.begin(), size, to.begin());
    rest_ = rest_.subspan(size);
    return size;
  }
  bool Ready() override { return true; }
  void AddPolls(std::vector<pollfd>*) const override {}

 private:
  std::span<const std::byte> rest_;
  std::vector<std::size_t> sizes_;
  std::size_t next_ = 0;
};

class MemorySink final : public ByteSink {
 public:
  explicit MemorySink(std::vector<std::byte>* bytes) : bytes_(bytes) {}
  Status Write(std::span<const std::byte> bytes) override {
    bytes_->insert(bytes_->end(), bytes.begin(), bytes.end());
    return {};
  }
  Status Close() override { return {}; }
  int fd() const override { return -1; }

 private:
  std::vector<std::byte>* bytes_;
};

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

  StreamReader reader(std::make_unique<PieceSource>(stream, AnyPieces()), "memory");
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
  StreamReader reader(std::make_unique<PieceSource>(std::span(stream).first(cut), AnyPieces()), "x");
  std::size_t bytes = 0;
  auto batch = reader.Read();
  for (; batch.ok() && !batch->empty(); batch = reader.Read()) {
    for (const EventView& view : *batch) bytes += view.frame().size();
  }
  RC_ASSERT(bytes == whole);
  RC_ASSERT(batch.ok() == (cut == whole));
  if (!batch.ok()) RC_ASSERT(batch.status().message() == "x: offset " + std::to_string(whole) + ": truncated event");
}

}  // namespace
}  // namespace vexevt
