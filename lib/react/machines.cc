#include "lib/react/machines.h"

#include <algorithm>
#include <utility>

namespace vexevt {

Result<Machines> Machines::Compile(const WorkflowsFile& file, const NamedLists& lists, std::uint64_t now_ns) {
  Machines machines;
  machines.machines_ = file.machines;
  machines.states_.assign(file.machines.size(), 0);
  machines.since_ns_.assign(file.machines.size(), now_ns);
  for (std::uint32_t i = 0; i < file.machines.size(); ++i) {
    for (const Transition& transition : file.machines[i].transitions) {
      Edge edge{.machine = i, .transition = transition, .on = {}};
      if (transition.after_ns > 0) {
        machines.by_time_.push_back(std::move(edge));
        continue;
      }
      VEXEVT_ASSIGN(edge.on, CompileCondition(file, transition.on, lists));
      machines.types_.Add(static_cast<std::uint32_t>(machines.by_event_.size()), edge.on.alone());
      machines.by_event_.push_back(std::move(edge));
    }
  }
  return machines;
}

bool Machines::Leads(const Edge& edge) const {
  return std::ranges::binary_search(edge.transition.from, states_[edge.machine]);
}

void Machines::See(const EventView& event, std::uint64_t now_ns, const Tell& tell) {
  taken_.clear();
  for (const std::uint32_t index : types_.Of(event.type())) {
    const Edge& edge = by_event_[index];
    const bool has_gone = !taken_.empty() && taken_.back()->machine == edge.machine;
    if (!has_gone && Leads(edge) && edge.on.Matches(event, states_)) taken_.push_back(&edge);
  }
  for (const Edge* edge : taken_) Go(edge->machine, edge->transition.to, now_ns, tell);
}

void Machines::Advance(std::uint64_t now_ns, const Tell& tell) {
  taken_.clear();
  for (const Edge& edge : by_time_) {
    const bool has_gone = !taken_.empty() && taken_.back()->machine == edge.machine;
    const std::uint64_t since = since_ns_[edge.machine];
    const bool is_over = now_ns >= since && now_ns - since >= edge.transition.after_ns;
    if (!has_gone && is_over && Leads(edge)) taken_.push_back(&edge);
  }
  for (const Edge* edge : taken_) Go(edge->machine, edge->transition.to, now_ns, tell);
}

std::optional<std::uint64_t> Machines::next_deadline_ns() const {
  std::optional<std::uint64_t> next;
  for (const Edge& edge : by_time_) {
    if (!Leads(edge)) continue;
    const std::uint64_t since = since_ns_[edge.machine];
    const std::uint64_t at = since + std::min(edge.transition.after_ns, ~since);
    next = std::min(next.value_or(at), at);
  }
  return next;
}

void Machines::Set(std::string_view machine, std::string_view state, std::uint64_t now_ns, const Tell& tell) {
  const auto known = std::ranges::find(machines_, machine, &StateMachine::name);
  if (known == machines_.end()) return;
  const auto to = std::ranges::find(known->states, state);
  if (to == known->states.end()) return;
  Go(static_cast<std::uint32_t>(known - machines_.begin()), static_cast<std::uint32_t>(to - known->states.begin()),
     now_ns, tell);
}

// Into the state that it is in: no change, but its time there begins anew.
void Machines::Go(std::uint32_t machine, std::uint32_t to, std::uint64_t now_ns, const Tell& tell) {
  since_ns_[machine] = now_ns;
  const std::uint32_t from = std::exchange(states_[machine], to);
  const StateMachine& of = machines_[machine];
  if (from != to) tell({of.name, of.states[from], of.states[to], now_ns});
}

std::vector<KeptMachine> Machines::Keep() const {
  std::vector<KeptMachine> kept;
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    kept.push_back({machines_[i].name, machines_[i].states[states_[i]], since_ns_[i]});
  }
  return kept;
}

void Machines::Restore(std::span<const KeptMachine> kept) {
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    const auto known = std::ranges::find(kept, machines_[i].name, &KeptMachine::machine);
    if (known == kept.end()) continue;
    const auto state = std::ranges::find(machines_[i].states, known->state);
    if (state == machines_[i].states.end()) continue;
    states_[i] = static_cast<std::uint32_t>(state - machines_[i].states.begin());
    since_ns_[i] = known->since_ns;
  }
}

}  // namespace vexevt
