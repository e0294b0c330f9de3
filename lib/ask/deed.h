// Deed: one thing that was done, as a sentence says it: what a step of a pattern, or the condition of a rule, is made
// of. Plain values. For lib/ask itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vexevt {

// How something is related to that of the deed before.
enum class Relation : std::uint8_t { kNone, kSame, kOther };

struct Count {
  std::uint64_t least = 1;  // so many
  bool fewer = false;       // fewer than that
  bool times = false;       // of events, whatever was said to be counted
  bool distinct = false;    // different ones were asked for
  std::size_t at = 0;       // the word that is the number
};

struct Actor {
  std::string field;      // that tells one from another: uid, pid, comm, agent.agent
  std::string condition;  // empty: anyone
  bool one = false;       // one and the same of all that is counted, or that follows
  bool plural = false;
  Relation relation = Relation::kNone;
  std::optional<Count> count;  // "more than 3 users"
};

struct Deed {
  std::string name;                     // of the step: "deleted"
  std::vector<std::string> types;       // of events; empty: any
  std::optional<Actor> actor;           // none: nobody is named
  std::vector<std::string> conditions;  // all hold
  std::string field;                    // that says to what it was done: "path"; empty: nothing has one
  Relation object = Relation::kNone;    // "it", "another file"
  bool once = false, moves = false;     // of the verb
  std::optional<Count> count;           // of what it was done to
  std::string volume;                   // "> 1GB" of what was read or written; empty: it is not measured
  std::vector<std::string> clock;       // timeofday and weekday, without their zone
  std::string zone;                     // empty: UTC
  std::vector<std::string> each;        // fields: "for each user"
  bool negated = false;                 // it must not happen
  bool at_once = false;                 // right behind the one before
  bool beside = false;                  // "and": behind the one before, or before it
  std::optional<std::uint64_t> within_ns;
  std::size_t at = 0;  // its first word
};

// The expression that holds for its events. `before`: the deed to which `object` and the actor's relation refer, and
// nullptr where a pattern's key says the same.
std::string ConditionOf(const Deed& deed, const Deed* actor_before, const Deed* object_before);

}  // namespace vexevt
