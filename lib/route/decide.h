// Which rules hold for an event. A rule is a bit, and what an event's type, boundary and path admit are sets of bits:
// their intersection is small, and only for what is left of it that they don't settle is an expression evaluated.
//
// The answers are those of evaluating every expression on every event, at a cost that hardly grows with their number.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/event_view.h"
#include "lib/expr/expression.h"

namespace vexevt {

// The rules of a file, compiled together. Immutable: any number of Deciders, one for each thread, may use one.
class DecisionTable {
 public:
  // Rule i holds where *rules[i] does. The expressions outlive the table.
  static Result<DecisionTable> Build(std::span<const Expression* const> rules);

  DecisionTable(DecisionTable&&) noexcept;
  DecisionTable& operator=(DecisionTable&&) noexcept;
  ~DecisionTable();

  // Compiles now what else is compiled beside the traffic: for a table that is swapped in while the old one still
  // decides.
  void Warm() const;

 private:
  friend class Decider;
  struct Rep;
  explicit DecisionTable(std::unique_ptr<const Rep> rep);
  std::unique_ptr<const Rep> rep_;
};

// The rules that hold for each event of a batch, ascending.
class Decisions {
 public:
  std::size_t size() const { return ends_.size(); }
  std::span<const std::uint32_t> operator[](std::size_t event) const {
    const std::size_t begin = event == 0 ? 0 : ends_[event - 1];
    return {rules_.data() + begin, ends_[event] - begin};
  }

 private:
  friend class Decider;
  std::vector<std::uint32_t> rules_;
  std::vector<std::size_t> ends_;
};

// Decides with one table, and remembers the paths that it saw (about 3 MB). A new table needs a new Decider. Not
// thread-safe.
class Decider {
 public:
  explicit Decider(const DecisionTable& table);  // outlives the decider
  Decider(Decider&&) noexcept;
  Decider& operator=(Decider&&) noexcept;
  ~Decider();

  // Overwrites `decisions`, whose size is then that of `events`. Cheapest for hundreds of events at once: the paths not
  // seen before are searched together. Allocates only until the largest batch was seen.
  void Decide(std::span<const EventView> events, Decisions& decisions);

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace vexevt
