#include "lib/stream/resync_source.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "lib/event/type.h"
#include "lib/io/testing/memory.h"
#include "lib/io/zstd_sink.h"
#include "lib/io/zstd_source.h"
#include "lib/stream/reader.h"
#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

using Bytes = std::vector<std::byte>;

Bytes Frame(std::uint64_t time) {
  Event event{.id = {1, time}, .wall_ns = time, .type = kFsCreate};
  std::string path = "/srv/" + std::string(time % 5 * 10, 'x');
  event.payload = FsPayload{.path = path};
  return FrameOf(event);
}

Bytes Row(std::uint64_t from, std::uint64_t to) {
  Bytes bytes;
  for (std::uint64_t time = from; time <= to; ++time) {
    Bytes frame = Frame(time);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  return bytes;
}

Bytes Joined(std::initializer_list<Bytes> parts) {
  Bytes bytes;
  for (const Bytes& part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

// The times of the events, and of gaps what they say in brackets.
std::string Describe(StreamInput& input) {
  std::string text;
  for (;;) {
    auto events = input.Read();
    if (!events.ok()) return text + "! " + events.status().message();
    if (events->empty()) return text;
    for (const EventView& event : *events) {
      bool gap = event.type() == kVexevtLost;
      text +=
          gap ? "[" + std::string(event.Bytes(layout::kPayloadGapCause)) + "] " : std::to_string(event.wall_ns()) + " ";
    }
  }
}

std::string Resynced(const Bytes& bytes, std::vector<std::size_t> pieces = {~std::size_t{0}}) {
  auto source = std::make_unique<ResyncSource>(std::make_unique<MemorySource>(bytes, std::move(pieces)), "x");
  StreamReader reader(std::move(source), "x");
  return Describe(reader);
}

std::string Gap(std::size_t bytes, std::size_t offset) {
  return "[" + std::to_string(bytes) + " bytes at offset " + std::to_string(offset) + " of 'x' are not events] ";
}

TEST(Resync, AWholeStreamIsAsItIs) {
  EXPECT_EQ(Resynced({}), "");
  EXPECT_EQ(Resynced(Row(1, 1)), "1 ");
  for (std::size_t piece : {1u, 7u, 100u}) EXPECT_EQ(Resynced(Row(1, 6), {piece}), "1 2 3 4 5 6 ");
  Bytes samples;
  for (Event event : SampleEvents()) {
    if (event.type == EventType{}) event.type = kFsCreate;
    AppendFrame(event, &samples);
  }
  ResyncSource source(std::make_unique<MemorySource>(samples), "x");
  EXPECT_EQ(ReadAll(source), std::pair(samples, std::string()));
}

TEST(Resync, GarbageIsLeftOutWhereverItIsAndHoweverLong) {
  for (std::size_t size : {1u, 8u, 13u, 1000u, 3'000'000u}) {
    for (std::byte value : {std::byte{0}, std::byte{1}, std::byte{0xff}}) {
      Bytes garbage(size, value);
      EXPECT_EQ(Resynced(Joined({garbage, Row(1, 3)}), {50'000}), Gap(size, 0) + "1 2 3 ");
      EXPECT_EQ(Resynced(Joined({Row(1, 2), garbage, Row(3, 5)}), {50'000}),
                "1 2 " + Gap(size, Row(1, 2).size()) + "3 4 5 ");
      EXPECT_EQ(Resynced(Joined({Row(1, 2), garbage})), "1 2 " + Gap(size, Row(1, 2).size()));
    }
  }
}

TEST(Resync, ACutLosesTheEventThatItHit) {
  Bytes all = Row(1, 6);
  std::size_t second = Row(1, 1).size(), third = Row(1, 2).size();
  Bytes cut = all;
  cut.erase(cut.begin() + static_cast<std::ptrdiff_t>(second) + 20,
            cut.begin() + static_cast<std::ptrdiff_t>(second) + 33);
  EXPECT_EQ(Resynced(cut), "1 " + Gap(third - second - 13, second) + "3 4 5 6 ");
  cut = all;
  cut.resize(cut.size() - 5);
  EXPECT_EQ(Resynced(cut, {1}), "1 2 3 4 5 " + Gap(Frame(6).size() - 5, Row(1, 5).size()));
}

// What is missing at the end of an event may be made up for by the start of the next one.
TEST(Resync, AnEventWhoseEndIsMissingDoesNotTakeTheNextOnes) {
  for (std::size_t missing = 1; missing < Frame(3).size(); ++missing) {
    Bytes cut = Frame(3);
    cut.resize(cut.size() - missing);
    EXPECT_EQ(Resynced(Joined({Row(1, 2), cut, Row(4, 6), Bytes(7, std::byte{0xff})})),
              "1 2 " + Gap(cut.size(), Row(1, 2).size()) + "4 5 6 " +
                  Gap(7, Row(1, 2).size() + cut.size() + Row(4, 6).size()))
        << missing;
  }
}

TEST(Resync, BetweenDamagedPlacesARowIsWanted) {
  Bytes garbage(5, std::byte{0xff});
  std::string lost = Gap(10 + Row(3, 4).size(), Row(1, 2).size());
  EXPECT_EQ(Resynced(Joined({Row(1, 2), garbage, Row(3, 4), garbage, Row(5, 7)})), "1 2 " + lost + "5 6 7 ");
  EXPECT_EQ(Resynced(Joined({garbage, Row(3, 5), garbage, Row(6, 6)})),
            Gap(5, 0) + "3 4 5 " + Gap(5, 5 + Row(3, 5).size()) + "6 ");
}

// The length of the second is made so large that it ends exactly behind the third.
TEST(Resync, AWrongLengthDoesNotSwallowWhatFollows) {
  Bytes all = Joined({Frame(5), Frame(10), Frame(15), Frame(20), Frame(25), Frame(30)});
  std::size_t size = Frame(5).size();
  Bytes damaged = all;
  Store(damaged.data() + size + 4, static_cast<std::uint32_t>((2 * size - 8) / 8));
  EXPECT_EQ(Resynced(damaged), "5 " + Gap(size, size) + "15 20 25 30 ");
  EXPECT_EQ(Resynced(damaged, {1}), "5 " + Gap(size, size) + "15 20 25 30 ");
}

TEST(Resync, AnEventThatHoldsEventsIsOne) {
  Bytes inner = Row(1, 5);
  Event event{.id = {1, 9}, .wall_ns = 9, .type = kFsCreate};
  event.attributes = {{"stream", AttributeBytes{AsText(inner)}}};
  EXPECT_EQ(Resynced(Joined({FrameOf(event), Bytes(9, std::byte{0xff}), Row(10, 12)})),
            "9 " + Gap(9, FrameOf(event).size()) + "10 11 12 ");
}

TEST(Resync, DamagedZstdDataCostsItsFrame) {
  Bytes compressed;
  std::vector<std::size_t> ends;
  for (std::uint64_t from : {1u, 11u, 21u}) {
    Bytes frame;
    ZstdSink sink(std::make_unique<MemorySink>(&frame));
    ASSERT_TRUE(sink.Write(Row(from, from + 9)).ok());
    ASSERT_TRUE(sink.Close().ok());
    compressed = Joined({compressed, frame});
    ends.push_back(compressed.size());
  }
  for (std::size_t at = ends[0]; at < ends[1]; ++at) {
    Bytes damaged = compressed;
    for (std::size_t i = at; i < std::min(at + 8, ends[1]); ++i) damaged[i] = ~damaged[i];
    auto zstd = std::make_unique<ZstdSource>(std::make_unique<MemorySource>(damaged), "x", ZstdSource::OnDamage::kGoOn);
    StreamReader reader(std::make_unique<ResyncSource>(std::move(zstd), "x"), "x");
    std::string text = Describe(reader);
    ASSERT_TRUE(text.starts_with("1 2 3 4 5 6 7 8 9 10 ")) << at << text;
    ASSERT_TRUE(text.ends_with("21 22 23 24 25 26 27 28 29 30 ")) << at << text;
  }
  Bytes damaged = compressed;
  damaged[ends[0]] = ~damaged[ends[0]];
  auto zstd = std::make_unique<ZstdSource>(std::make_unique<MemorySource>(damaged), "x", ZstdSource::OnDamage::kGoOn);
  StreamReader reader(std::make_unique<ResyncSource>(std::move(zstd), "x"), "x");
  EXPECT_EQ(Describe(reader), "1 2 3 4 5 6 7 8 9 10 ['x' was damaged behind offset " + std::to_string(ends[0]) +
                                  "] 21 22 23 24 25 26 27 28 29 30 ");
}

}  // namespace
}  // namespace vexevt
