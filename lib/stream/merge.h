// MergedInput: several inputs as one, in time order.
//
// The next event is the one with the least wall time among the first events of all inputs; of equal ones, that of the
// input that comes first. Within an input the order is never changed. So files give the same stream, byte for byte,
// each time.
//
// An input that can be idle (a pipe, a socket) can't be known to have no older event to come. It is waited for, but one
// that has been silent for kPatienceNs while others had events is given up on until it speaks again: then the others go
// on without delay. What it says later is given at once, and late() counts those events that came after a younger one.
#pragma once

#include <memory>
#include <vector>

#include "lib/base/clock.h"
#include "lib/stream/input.h"

namespace vexevt {

class MergedInput final : public StreamInput {
 public:
  static constexpr std::uint64_t kPatienceNs = 100 * kNsPerMs;

  // `inputs` is not empty; `clock` outlives this.
  MergedInput(std::vector<std::unique_ptr<StreamInput>> inputs, Clock& clock);

  // The error of an input comes after all its events, and after those of the others that had been read by then.
  Result<std::span<const EventView>> Read() override;
  bool MoreWaiting() override;
  void AddPolls(std::vector<pollfd>* polls) override;
  std::uint64_t wake_ns() const override;
  std::uint64_t offset() const override;
  std::uint64_t total_bytes() const override;
  bool ends_with_writers() const override;

  void AddMarks(std::size_t left, std::vector<FileMark>* marks) const override;

  std::uint64_t late() const { return late_; }

 private:
  enum class State : unsigned char {
    kHasEvents,
    kSilent,   // waited for until patience ends
    kGivenUp,  // silent for so long that nobody waits
    kEnded,
  };
  struct Input {
    std::unique_ptr<StreamInput> input;
    std::span<const EventView> events;  // not yet given
    State state = State::kSilent;
    std::uint64_t silent_since_ns;
    bool speaks_late = false;  // these events come after the input had been given up on
  };
  struct Stretch {
    const Input* input;
    std::size_t events;
  };

  void Clear();
  bool CanGive();
  void Refill(Input* input, std::uint64_t now_ns);
  void Merge();

  std::vector<Input> inputs_;
  Clock& clock_;
  std::vector<EventView> merged_;
  std::vector<Stretch> stretches_;  // of merged_, from one input each
  std::uint64_t last_wall_ns_ = 0;
  std::uint64_t late_ = 0;
  Status failure_;
};

// One of them as it is.
std::unique_ptr<StreamInput> Merged(std::vector<std::unique_ptr<StreamInput>> inputs, Clock& clock);

}  // namespace vexevt
