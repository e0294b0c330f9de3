// Gate: which of the events that set off a workflow become runs, and when: debounce and cooldown by key, one run at a
// time for a key, so many at once, and a queue with a bound for those that wait.
//
// It decides and does nothing: who owns it begins the runs that it is told of, and says when they end. Time is wall
// time in ns, passed in, so that what is kept outlives the process; it is meant not to go back, and where it does,
// what waits for it waits longer. Not thread-safe.
//
// Memory is bounded: kMaxKeys keys that hold an event or cool down, the workflow's queue, and kMaxWaitingBytes of the
// events in it. Where keys are too many, those whose time comes first are let go early, and counted.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/event/column.h"
#include "lib/event/event_view.h"
#include "lib/react/workflow.h"
#include "lib/rules/event_key.h"

namespace vexevt {

// What a run is begun for: an event, and those that it stands for. A plain value, to be stored.
struct Occasion {
  std::uint64_t number = 0;  // of those of this gate, from 1 in the order in which they came to be
  std::uint64_t key = 0;     // of the event, a hash
  std::vector<std::byte> frame;
  std::uint64_t count = 1;     // events
  std::uint64_t first_ns = 0;  // when the first of them came, and
  std::uint64_t last_ns = 0;   // the last
};

enum class Verdict : std::uint8_t {
  kBegins,     // its run begins now
  kHeld,       // the debounce holds it
  kWaits,      // until a run of its key, or of the workflow, has ended
  kCooling,    // given up: a run of its key began within the cooldown
  kBusy,       // given up: a run goes on, and if_busy is drop
  kReplaced,   // given up: it waited, and a later one of its key takes its place
  kQueueFull,  // given up: no more can wait
};

class Gate {
 public:
  static constexpr std::size_t kMaxKeys = 65'536;
  static constexpr std::size_t kMaxWaitingBytes = std::size_t{64} << 20;

  // What becomes of an occasion, which may be moved from, but with kWaits. It must not call the gate.
  using Tell = std::function<void(Verdict, Occasion&)>;

  explicit Gate(const Workflow& workflow);

  // An event that sets the workflow off. Returns what becomes of it, and tells what becomes of occasions: of its own,
  // unless the event is held or given up at sight (kHeld, kCooling, kBusy), and of others that make room for it. One
  // that is held costs about a copy of its frame.
  Verdict Offer(const EventView& event, std::uint64_t now_ns, const Tell& tell);
  // What time brings.
  void Advance(std::uint64_t now_ns, const Tell& tell);
  // A run that was begun for an occasion of this key has ended.
  void Ended(std::uint64_t key, std::uint64_t now_ns, const Tell& tell);

  // When Advance has something to do, or a little before; nullopt: not before the next call.
  std::optional<std::uint64_t> next_deadline_ns() const;

  std::uint64_t HashOf(const EventView& event) const { return fields_.empty() ? 0 : key_.Hash(event); }
  // The values of the key, joined by commas; empty without a key.
  std::string KeyText(const EventView& event) const;

  std::uint32_t running() const { return running_; }
  std::uint32_t waiting() const { return waiting_; }
  std::size_t held() const { return held_; }
  // Keys whose debounce or cooldown was cut short, as they were too many.
  std::uint64_t hurried() const { return hurried_; }

  // What has to outlive the process. Those that wait are told of one by one; those that are held change with each
  // event, and are asked for now and then: each key whose held event has changed since the last call, with nullptr
  // where it holds none any more.
  using SeeHeld = std::function<void(std::uint64_t key, const Occasion* held)>;
  void TakeHeldChanges(const SeeHeld& see);

  // After a restart, or for a reload: puts back what was kept, under the key that the event has now. A run that goes
  // on counts as one of `key`.
  void RestoreHeld(Occasion held);
  void RestoreWaiting(Occasion waiting);  // Advance tells what begins
  void RestoreRunning(std::uint64_t key);
  void RestoreCooling(std::uint64_t key, std::uint64_t until_ns);

  // Takes over all of `before`, the gate of the workflow as it was, at a reload. Advance then tells what begins.
  void Inherit(Gate&& before);

 private:
  struct Key {
    std::uint64_t cooling_until_ns = 0;
    std::uint64_t timer_ns = 0;  // its entry in timers_ that counts; 0: none
    std::uint32_t running = 0;
    bool holds = false;
    bool ready = false;    // is in ready_
    bool changed = false;  // is in changed_
    Occasion held;
    std::list<Occasion> waiting;
  };
  using Keys = std::unordered_map<std::uint64_t, Key>;
  struct Timer {
    std::uint64_t at_ns, key;
    bool operator>(const Timer& other) const { return at_ns > other.at_ns; }
  };

  std::uint32_t MostOfKey() const { return fields_.empty() ? concurrency_ : 1; }
  bool MayBegin(const Key& key) const { return running_ < concurrency_ && key.running < MostOfKey(); }
  std::uint64_t DueOf(const Occasion& held) const;

  Key& KeyAt(std::uint64_t hash, std::uint64_t now_ns, const Tell& tell);
  void Hold(std::uint64_t hash, const EventView& event, std::uint64_t now_ns, Key* key);
  Verdict Decide(std::uint64_t hash, Occasion* occasion, std::uint64_t now_ns, const Tell& tell, Key* key);
  Verdict Wait(std::uint64_t hash, Occasion* occasion, const Tell& tell, Key* key);
  void PutWaiting(std::uint64_t hash, Occasion occasion, Key* key);
  Occasion TakeWaiting(Key* key);
  void Begin(std::uint64_t hash, Occasion* occasion, std::uint64_t now_ns, const Tell& tell, Key* key);
  void BeginReady(std::uint64_t now_ns, const Tell& tell);
  void MakeReady(std::uint64_t hash, Key* key);
  void NoteChange(std::uint64_t hash, Key* key);
  bool Rehash(Occasion* occasion);

  void Arm(std::uint64_t hash, Key* key);
  // The timer that is due first, if it still counts; `early`: whether it is due or not.
  void ExpireFirst(bool early, std::uint64_t now_ns, const Tell& tell);
  void ForgetIfIdle(std::uint64_t hash);

  std::vector<Column> fields_;
  EventKey key_;
  Debounce debounce_;
  std::uint64_t cooldown_ns_;
  std::uint32_t concurrency_;
  IfBusy if_busy_;
  std::uint32_t queue_;

  Keys keys_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;  // some are out of date
  std::deque<std::uint64_t> ready_;     // keys of which one waits and could begin, were it not for the others
  std::vector<std::uint64_t> changed_;  // keys whose held event has changed
  std::uint64_t numbers_ = 0, hurried_ = 0;
  std::uint32_t running_ = 0, waiting_ = 0;
  std::size_t held_ = 0, waiting_bytes_ = 0;
};

}  // namespace vexevt
