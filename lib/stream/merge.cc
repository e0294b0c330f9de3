#include "lib/stream/merge.h"

#include <algorithm>

#include "lib/io/held_up.h"

namespace vexevt {

MergedInput::MergedInput(std::vector<std::unique_ptr<StreamInput>> inputs, Clock& clock) : clock_(clock) {
  std::uint64_t now_ns = clock_.Now().mono_ns;
  for (auto& input : inputs) inputs_.push_back({.input = std::move(input), .events = {}, .silent_since_ns = now_ns});
}

Result<std::span<const EventView>> MergedInput::Read() {
  Clear();
  std::vector<pollfd> polls;
  for (;;) {
    if (CanGive()) {
      Merge();
      if (merged_.empty() && !failure_.ok()) return Status(failure_.code(), failure_.message());
      return std::span<const EventView>(merged_);
    }
    polls.clear();
    AddPolls(&polls);
    int timeout_ms = -1;
    if (std::uint64_t wake = wake_ns(), now = clock_.Now().mono_ns; wake != kNoWake) {
      timeout_ms = wake > now ? static_cast<int>((wake - now + kNsPerMs - 1) / kNsPerMs) : 0;
    }
    HeldUp held_up;
    poll(polls.data(), polls.size(), timeout_ms);
  }
}

bool MergedInput::MoreWaiting() {
  Clear();
  return CanGive();
}

void MergedInput::Clear() {
  merged_.clear();
  stretches_.clear();
}

// Whether the next events (or the end, or an error) are known; reads what is there.
bool MergedInput::CanGive() {
  std::uint64_t now_ns = clock_.Now().mono_ns;
  bool waited_for = false, some = false, all_ended = true;
  for (Input& input : inputs_) {
    if (input.events.empty() && input.state != State::kEnded && failure_.ok()) Refill(&input, now_ns);
    waited_for |= input.state == State::kSilent;
    some |= !input.events.empty();
    all_ended &= input.state == State::kEnded;
  }
  if (!failure_.ok() || all_ended) return true;
  return some && !waited_for;
}

void MergedInput::Refill(Input* input, std::uint64_t now_ns) {
  if (!input->input->MoreWaiting()) {
    if (input->state == State::kHasEvents) {
      input->state = State::kSilent;
      input->silent_since_ns = now_ns;
    }
    if (now_ns - input->silent_since_ns >= kPatienceNs) input->state = State::kGivenUp;
    return;
  }
  auto events = input->input->Read();
  if (!events.ok()) {
    failure_ = std::move(events).status();
    return;
  }
  input->events = *events;
  input->speaks_late = input->state == State::kGivenUp;
  input->state = events->empty() ? State::kEnded : State::kHasEvents;
}

// Until one input has nothing left: it may have older events to come than the others hold. After a failure: all.
void MergedInput::Merge() {
  for (;;) {
    Input* first = nullptr;
    std::uint64_t first_ns = 0;
    std::uint64_t bound_ns =
        ~std::uint64_t{0};  // of the first event of all others, and whether it precedes an equal one
    bool bound_is_before = false;
    for (Input& input : inputs_) {
      if (input.events.empty()) continue;
      std::uint64_t wall_ns = input.events.front().wall_ns();
      if (first == nullptr || wall_ns < first_ns) {
        if (first != nullptr) {
          bound_ns = first_ns;
          bound_is_before = true;
        }
        first = &input;
        first_ns = wall_ns;
      } else if (wall_ns < bound_ns) {
        bound_ns = wall_ns;
        bound_is_before = false;
      }
    }
    if (first == nullptr) return;
    std::span<const EventView>& events = first->events;
    std::size_t count = 0;
    do {
      std::uint64_t wall_ns = events[count].wall_ns();
      if (count > 0 && (wall_ns > bound_ns || (wall_ns == bound_ns && bound_is_before))) break;
      if (first->speaks_late && wall_ns < last_wall_ns_) ++late_;
      last_wall_ns_ = std::max(last_wall_ns_, wall_ns);
    } while (++count < events.size());
    merged_.insert(merged_.end(), events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count));
    stretches_.push_back({first, count});
    events = events.subspan(count);
    if (events.empty() && failure_.ok()) return;
  }
}

void MergedInput::AddPolls(std::vector<pollfd>* polls) {
  for (Input& input : inputs_) {
    if (input.events.empty() && input.state != State::kEnded) input.input->AddPolls(polls);
  }
}

std::uint64_t MergedInput::wake_ns() const {
  std::uint64_t own = kNoWake, patience = kNoWake;
  bool some = false;
  for (const Input& input : inputs_) {
    some |= !input.events.empty();
    if (input.state == State::kSilent) patience = std::min(patience, input.silent_since_ns + kPatienceNs);
    if (input.events.empty() && input.state != State::kEnded) own = std::min(own, input.input->wake_ns());
  }
  return some ? std::min(own, patience) : own;
}

std::uint64_t MergedInput::offset() const {
  std::uint64_t bytes = 0;
  for (const Input& input : inputs_) bytes += input.input->offset();
  return bytes;
}

std::uint64_t MergedInput::total_bytes() const {
  std::uint64_t bytes = 0;
  for (const Input& input : inputs_) {
    if (input.input->total_bytes() == 0) return 0;
    bytes += input.input->total_bytes();
  }
  return bytes;
}

void MergedInput::AddMarks(std::size_t left, std::vector<FileMark>* marks) const {
  std::vector<std::size_t> behind;  // events of each input's batch
  for (const Input& input : inputs_) behind.push_back(input.events.size());
  for (auto stretch = stretches_.rbegin(); left > 0 && stretch != stretches_.rend(); ++stretch) {
    std::size_t events = std::min(left, stretch->events);
    behind[static_cast<std::size_t>(stretch->input - inputs_.data())] += events;
    left -= events;
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) inputs_[i].input->AddMarks(behind[i], marks);
}

bool MergedInput::ends_with_writers() const {
  return std::ranges::all_of(inputs_, [](const Input& input) { return input.input->ends_with_writers(); });
}

std::unique_ptr<StreamInput> Merged(std::vector<std::unique_ptr<StreamInput>> inputs, Clock& clock) {
  if (inputs.size() == 1) return std::move(inputs.front());
  return std::make_unique<MergedInput>(std::move(inputs), clock);
}

}  // namespace vexevt
