// Machines: in which states the state machines of a workflows file are. Events, time and actions change them;
// expressions ask for them. Time is wall time in ns, passed in. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/react/compile_condition.h"
#include "lib/react/type_index.h"

namespace vexevt {

// One machine went from one state to another. Borrows from Machines.
struct StateChange {
  std::string_view machine, from, to;
  std::uint64_t at_ns = 0;
};

// What has to outlive the process.
struct KeptMachine {
  std::string machine, state;
  std::uint64_t since_ns = 0;
};

class Machines {
 public:
  using Tell = std::function<void(const StateChange&)>;

  // All in their initial states since `now_ns`. Failures are told at their place in the file.
  static Result<Machines> Compile(const WorkflowsFile& file, const NamedLists& lists, std::uint64_t now_ns);

  // The place of each machine's state, for Triggers and StateCondition, in the order of the file.
  std::span<const std::uint32_t> states() const { return states_; }

  // Whether an event of the type may make a transition.
  bool AsksFor(EventType type) const { return !types_.Of(type).empty(); }
  // The transitions that `event` makes, one of each machine at most: the first that leads on from its state. All of
  // them go by the states before it. Some nanoseconds where no transition asks for events of its type.
  void See(const EventView& event, std::uint64_t now_ns, const Tell& tell);
  // Those that time makes, one of each machine at most. They count from now on: after a pause none happens twice over.
  void Advance(std::uint64_t now_ns, const Tell& tell);
  // When Advance has something to do; nullopt: not before the next change.
  std::optional<std::uint64_t> next_deadline_ns() const;

  // Both exist, as the file has been checked; else nothing happens.
  void Set(std::string_view machine, std::string_view state, std::uint64_t now_ns, const Tell& tell);

  std::vector<KeptMachine> Keep() const;
  // What does not exist any more is left out.
  void Restore(std::span<const KeptMachine> kept);

 private:
  struct Edge {
    std::uint32_t machine = 0;
    Transition transition;
    StateCondition on;  // where it is one by events
  };

  bool Leads(const Edge& edge) const;
  void Go(std::uint32_t machine, std::uint32_t to, std::uint64_t now_ns, const Tell& tell);

  std::vector<StateMachine> machines_;
  std::vector<Edge> by_event_, by_time_;  // in the order of the file
  TypeIndex types_;                       // of by_event_
  std::vector<std::uint32_t> states_;
  std::vector<std::uint64_t> since_ns_;
  std::vector<const Edge*> taken_;  // scratch
};

}  // namespace vexevt
