// The protocol of lane.h, sleep.h and slots.h on stepped cells, through every interleaving of small programs.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "lib/ring/lane.h"
#include "lib/ring/sleep.h"
#include "lib/ring/slots.h"
#include "lib/ring/testing/interleave.h"

namespace vexevt {
namespace {

using interleave::BlockUntil;
using interleave::ExploreSchedules;
using interleave::Program;
using Cell = interleave::Stepped<std::uint64_t>;

// Room for two batches of one word in four segments, so that a third overwrites the first.
constexpr std::uint64_t kLaneBytes = 64;
constexpr unsigned kSegments = 4;

struct Cells {
  Cell reserved, oldest, acked, open, deaths, published, events;
};

struct Words {
  std::array<Cell, kLaneBytes / 8>* words;
  Cell& At(std::uint64_t position, std::size_t i) const { return (*words)[(position / 8 + i) % words->size()]; }
  std::uint64_t Load(std::uint64_t position, std::size_t i) const {
    return At(position, i).load(std::memory_order_acquire);
  }
  void Store(std::uint64_t position, std::size_t i, std::uint64_t value) const {
    At(position, i).store(value, std::memory_order_release);
  }
  void PrepareToStore(std::uint64_t) const {}
};

using Writer = LaneWriter<Cells, Words, kSegments>;
using Reader = LaneReader<Cells, Words>;

struct Lane {
  Cells cells;
  std::array<Cell, kLaneBytes / 8> words{};
  // What the reader found: of each batch its number, or how many were missing.
  std::uint64_t next = 0, lost = 0, got = 0;
  interleave::Stepped<std::uint32_t> sleepers;
  Cell wakes;
  std::array<Cell, 2> slots{Cell(kFreeSlot), Cell(kFreeSlot)};
};

// Batch n holds one word, n * 3 + 1.
void WriteBatches(Lane& lane, std::uint64_t count) {
  Writer writer(&lane.cells, Words{&lane.words}, kLaneBytes);
  for (std::uint64_t n = 0; n < count; ++n) {
    const std::uint64_t word = n * 3 + 1;
    writer.Append({&word, 1}, 1, n + 100);
  }
}

// Takes what is there, and holds each batch to what was written.
void ReadBatches(Lane& lane, Reader& reader) {
  std::array<std::uint64_t, kLaneBytes / 8> copy;
  std::size_t words = 0;
  if (reader.Copy(copy, &words) != LaneState::kCopied) return;
  for (std::size_t at = 0; at < words; at += kBatchHeaderWords + 1) {
    ASSERT_EQ(copy[at], 8 | std::uint64_t{1} << 32);
    const std::uint64_t n = copy[at + 1];
    ASSERT_EQ(copy[at + 2], n + 100);
    ASSERT_EQ(copy[at + 3], n * 3 + 1);
    ASSERT_GE(n, lane.next);
    lane.lost += n - lane.next;
    lane.next = n + 1;
    ++lane.got;
    reader.Advance(sizeof(BatchHeader) + 8);
  }
}

Program WriteAndRead(std::uint64_t batches, int reads) {
  auto lane = std::make_shared<Lane>();
  auto reader = std::make_shared<Reader>(&lane->cells, Words{&lane->words}, kLaneBytes);
  return {.threads = {[lane, batches] { WriteBatches(*lane, batches); },
                      [lane, reader, reads] {
                        for (int i = 0; i < reads; ++i) ReadBatches(*lane, *reader);
                      }},
          .check = [lane, reader, batches] {
            for (int i = 0; i < 4; ++i) ReadBatches(*lane, *reader);
            // Nothing came behind an overrun: the count of all events tells.
            EXPECT_EQ(reader->position(), lane->cells.published.peek());
            lane->lost += lane->cells.events.peek() - lane->next;
            EXPECT_EQ(lane->got + lane->lost, batches) << "each batch is read or told lost, once";
          }};
}

TEST(LaneModel, EverySchedule) {
  const std::size_t schedules = ExploreSchedules([] { return WriteAndRead(1, 3); }, interleave::kAllSchedules);
  EXPECT_GT(schedules, 500u);
}

TEST(LaneModel, OverrunWhileReading) {
  const std::size_t schedules = ExploreSchedules([] { return WriteAndRead(4, 2); }, 3);
  EXPECT_GT(schedules, 1000u);
}

// What the reader copies must not be used before it has looked at what the writer reserved: the model finds that.
TEST(LaneModel, TheModelCatchesAReaderThatDoesNotLookBack) {
  bool torn = false;
  ExploreSchedules(
      [&torn] {
        auto lane = std::make_shared<Lane>();
        return Program{.threads = {[lane] { WriteBatches(*lane, 3); },
                                   [lane, &torn] {
                                     if (lane->cells.published.load(std::memory_order_acquire) < 32) return;
                                     const Words words{&lane->words};
                                     const std::uint64_t n = words.Load(0, 1);
                                     torn |= words.Load(0, 3) != n * 3 + 1;
                                   }},
                       .check = [] {}};
      },
      2);
  EXPECT_TRUE(torn);
}

TEST(LaneModel, ANewWriterGoesOnWhereOneDiedInTheMiddle) {
  ExploreSchedules(
      [] {
        auto lane = std::make_shared<Lane>();
        auto reader = std::make_shared<Reader>(&lane->cells, Words{&lane->words}, kLaneBytes);
        WriteBatches(*lane, 2);
        return Program{
            .threads = {[lane] {
                          // One who reserves and writes, and never publishes.
                          const std::uint64_t published = lane->cells.published.peek();
                          const std::uint64_t events = lane->cells.events.peek();
                          Writer dying(&lane->cells, Words{&lane->words}, kLaneBytes);
                          const std::array<std::uint64_t, 3> words{9, 9, 9};
                          dying.Append(words, 1, 9);
                          lane->cells.published.store(published, std::memory_order_relaxed);
                          lane->cells.events.store(events, std::memory_order_relaxed);
                          Writer next(&lane->cells, Words{&lane->words}, kLaneBytes);
                          const std::uint64_t word = 2 * 3 + 1;
                          next.Append({&word, 1}, 1, 102);
                        },
                        [lane, reader] {
                          std::array<std::uint64_t, 8> copy;
                          std::size_t got = 0;
                          // Only of what the first writer published: what was taken back stands for a write that was
                          // never published.
                          if (lane->cells.published.load(std::memory_order_acquire) != 64) return;
                          if (reader->Copy(std::span(copy).first(8), &got) == LaneState::kCopied && got == 8) {
                            EXPECT_EQ(copy[3], 1u);
                            EXPECT_EQ(copy[7], 4u);
                          }
                        }},
            .check = [lane, reader] {
              Lane& found = *lane;
              Reader late(&found.cells, Words{&found.words}, kLaneBytes);
              for (int i = 0; i < 3; ++i) ReadBatches(found, late);
              EXPECT_EQ(found.next, 3u);
            }};
      },
      2);
}

TEST(SleepModel, NoWakeUpIsMissed) {
  const std::size_t schedules = ExploreSchedules(
      [] {
        auto lane = std::make_shared<Lane>();
        const auto write = [lane](std::uint64_t position) {
          lane->cells.published.store(position, std::memory_order_seq_cst);
          if (TakeSleepers(lane->sleepers)) lane->wakes.store(lane->wakes.peek() + 1, std::memory_order_seq_cst);
        };
        const auto read = [lane] {
          while (lane->cells.published.load(std::memory_order_seq_cst) != 16) {
            const std::uint64_t seen = lane->cells.published.peek();
            const std::uint32_t value = AnnounceSleep(lane->sleepers);
            if (lane->cells.published.load(std::memory_order_seq_cst) != seen) continue;
            interleave::Step();
            if (lane->sleepers.peek() != value) continue;  // what FUTEX_WAIT looks at as it falls asleep
            BlockUntil([lane, wakes = lane->wakes.peek()] { return lane->wakes.peek() != wakes; });
          }
        };
        return Program{.threads = {[write] { write(8), write(16); }, read, read}, .check = [] {}};
      },
      3);
  EXPECT_GT(schedules, 1000u);
}

// A reader comes while the writer finds out how far it may go.
TEST(SlotModel, AReaderThatComesIsSeenOrStartsLater) {
  const std::size_t schedules = ExploreSchedules(
      [] {
        auto lane = std::make_shared<Lane>();
        auto own_acked = std::make_shared<std::uint64_t>(0);
        auto start = std::make_shared<std::uint64_t>(0);
        lane->slots[0] = Cell(32);  // one reader has read 32 bytes
        lane->cells.published = Cell(64);
        return Program{
            .threads = {[lane, own_acked] { RaiseAcked(lane->cells.acked, own_acked.get(), lane->slots, 2, 64); },
                        [lane, start] { *start = EnterSlot(lane->cells.acked, lane->slots[1]); }},
            .check = [own_acked, start] {
              EXPECT_GE(*start, *own_acked) << "what the writer may overwrite is not what it starts with";
              EXPECT_LE(*own_acked, 32u);
            }};
      },
      interleave::kAllSchedules);
  EXPECT_GT(schedules, 10u);
}

TEST(SlotModel, PositionsThatAreMadeUpHoldNobodyBack) {
  std::array<Cell, 2> slots{Cell(1000), Cell(3)};
  EXPECT_EQ(SlowestReader(slots, 2, 16, 64, 0), 64u);
}

}  // namespace
}  // namespace vexevt
