#include "lib/correlate/automaton.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace vexevt {
namespace {

// A position where something begins or ends, with a bit for each step that must not happen before it, or behind it.
struct Way {
  std::uint32_t position = 0;
  std::uint64_t absent = 0;
};

struct Stretch {
  std::vector<Way> entries, exits;
  bool optional = false;
};

class Builder {
 public:
  explicit Builder(const Pattern& pattern) : pattern_(pattern) {}

  Result<Automaton> Build() && {
    VEXEVT_ASSIGN(Stretch whole, Add(pattern_.shape, Contiguity::kRelaxed));
    for (const Way& entry : whole.entries) automaton_.first |= BitOf(entry.position);
    for (const Way& exit : whole.exits) {
      automaton_.positions[exit.position].complete = true;
      ForBits(exit.absent, [&](std::uint32_t step) { AbsenceOf(exit.position, step).at_end = true; });
    }
    return std::move(automaton_);
  }

 private:
  // What lies before it is `link`.
  Result<Stretch> Add(const PatternNode& node, Contiguity link) {
    if (node.kind == PatternNode::Kind::kStep) return AddStep(node, link);
    Stretch all;
    all.optional = node.least == 0;
    const bool endless = node.most == kMaxTimes;
    const std::uint32_t rounds = endless ? std::max(node.least, 1u) + 2 : node.most;
    std::vector<Way> before, circle;  // the exits of the round before; where the endless rounds begin
    for (std::uint32_t round = 1; round <= rounds; ++round) {
      VEXEVT_ASSIGN(Stretch one, AddOnce(node, round == 1 ? link : node.inner));
      if (round == 1) all.entries = one.entries;
      if (round > 1) Connect(before, one.entries);
      if (round + 1 == rounds) circle = one.entries;
      if (round >= node.least) all.exits.insert(all.exits.end(), one.exits.begin(), one.exits.end());
      if (endless && round == rounds) Connect(one.exits, circle);
      before = std::move(one.exits);
    }
    return all;
  }

  Result<Stretch> AddStep(const PatternNode& node, Contiguity link) {
    const PatternStep& step = pattern_.steps[node.step];
    const auto index = static_cast<std::uint32_t>(automaton_.positions.size());
    if (index == kMaxPositions) {
      return InvalidArgument(fmt::format("{}: with all its repetitions written out the pattern has more than {} steps",
                                         node.at + 1, kMaxPositions));
    }
    StepPosition& position = automaton_.positions.emplace_back();
    position.step = node.step;
    position.least = std::max(step.least, 1u);
    position.most = step.most;
    position.members = BitOf(index);
    position.link = link;
    position.inner = step.inner;
    return Stretch{{{index, 0}}, {{index, 0}}, step.least == 0};
  }

  // One round of a group.
  Result<Stretch> AddOnce(const PatternNode& node, Contiguity link) {
    if (node.kind == PatternNode::Kind::kRow) return AddRow(node, link);
    Stretch all;
    for (const PatternNode& part : node.parts) {
      VEXEVT_ASSIGN(const Stretch one, Add(part, link));
      all.entries.insert(all.entries.end(), one.entries.begin(), one.entries.end());
      all.exits.insert(all.exits.end(), one.exits.begin(), one.exits.end());
    }
    if (node.kind == PatternNode::Kind::kOneOf) return all;
    std::uint64_t members = 0;
    for (const Way& entry : all.entries) members |= BitOf(entry.position);
    for (const Way& entry : all.entries) {
      StepPosition& position = automaton_.positions[entry.position];
      position.members = members;
      position.least = position.most = node.count;
      position.inner = node.inner;
    }
    return all;
  }

  Result<Stretch> AddRow(const PatternNode& node, Contiguity link) {
    Stretch row;
    row.optional = true;
    std::uint64_t absent = 0;
    for (const PatternNode& part : node.parts) {
      const bool is_step = part.kind == PatternNode::Kind::kStep;
      if (is_step && pattern_.steps[part.step].negated) {
        absent |= BitOf(part.step);
        for (Way& exit : row.exits) exit.absent |= BitOf(part.step);
        continue;
      }
      const Contiguity own = is_step ? pattern_.steps[part.step].link : part.link;
      VEXEVT_ASSIGN(Stretch one, Add(part, &part == &node.parts.front() ? link : own));
      Connect(row.exits, one.entries);
      if (row.optional) {
        for (const Way& entry : one.entries) row.entries.push_back({entry.position, entry.absent | absent});
      }
      if (!one.optional) row.exits.clear();
      row.optional = row.optional && one.optional;
      row.exits.insert(row.exits.end(), one.exits.begin(), one.exits.end());
    }
    return row;
  }

  void Connect(const std::vector<Way>& exits, const std::vector<Way>& entries) {
    for (const Way& exit : exits) {
      for (const Way& entry : entries) {
        automaton_.positions[exit.position].next |= BitOf(entry.position);
        ForBits(exit.absent | entry.absent,
                [&](std::uint32_t step) { AbsenceOf(exit.position, step).before |= BitOf(entry.position); });
      }
    }
  }

  Absence& AbsenceOf(std::uint32_t position, std::uint32_t step) {
    std::vector<Absence>& absences = automaton_.positions[position].absences;
    const auto found = std::ranges::find(absences, step, &Absence::step);
    return found != absences.end() ? *found : absences.emplace_back(Absence{.step = step});
  }

  const Pattern& pattern_;
  Automaton automaton_;
};

}  // namespace

Result<Automaton> BuildAutomaton(const Pattern& pattern) { return Builder(pattern).Build(); }

}  // namespace vexevt
