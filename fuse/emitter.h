// Emitter: takes records from the queue, makes events of them, and writes those for which the expression holds. Its Run
// is a thread of its own, so that no operation ever waits for a reader.
//
// What comes after a pause is written at once; what follows within kGatherNs is gathered, so that neither records nor
// the reader cost a wake-up each.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuse/event_queue.h"
#include "fuse/record.h"
#include "lib/base/clock.h"
#include "lib/base/status.h"
#include "lib/capture/frame_batch.h"
#include "lib/event/event.h"
#include "lib/event/id_source.h"
#include "lib/expr/expression.h"

namespace vexevt {

// Where frames go: see event_output.h.
class FrameOutput {
 public:
  virtual ~FrameOutput() = default;
  // Whole frames, which go out at once. False: they are lost, and it has been said why.
  virtual bool Write(std::span<const std::byte> frames) = 0;
};

class Emitter {
 public:
  static constexpr std::uint64_t kGatherNs = 2 * kNsPerMs;

  // All outlive it. `where` null: every event.
  Emitter(EventQueue& queue, FrameOutput& output, const Expression* where, const Place& place)
      : queue_(queue), output_(output), where_(where), place_(place) {}

  // Writes what comes until Stop, then what is still in the queue.
  void Run();
  // Any thread. Nothing is put into the queue any more.
  void Stop();

  // Before Run and after it: an event of the daemon's own.
  void Tell(EventType type, std::string_view subject, std::string_view object, std::string_view detail);

 private:
  bool Drain();
  void Take(std::span<const std::byte> stored);
  void TakeFrame(const Record& record);
  void Append();
  void AppendLost(std::uint64_t count);
  void Hand();

  EventQueue& queue_;
  FrameOutput& output_;
  const Expression* const where_;
  const Place place_;
  EventIds ids_;
  std::uint64_t wall_offset_ns_ = 0;  // wall time less monotonic time
  std::uint64_t last_wall_ns_ = 0;
  std::uint64_t in_batch_ = 0;  // events, and those that its gaps tell of
  Event event_;
  FrameBatch batch_;
  std::atomic<bool> stopping_{false};
};

}  // namespace vexevt
