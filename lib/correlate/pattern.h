// Pattern: a shape over several events, as vexevt-patterns(5) describes it. Plain values: read and checked for shape,
// conditions not yet compiled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/event.h"

namespace vexevt {

// A part of a pattern's text, and where it begins there: in bytes, from 0.
struct PatternPart {
  std::string text;
  std::size_t at = 0;
};

inline constexpr std::size_t kMaxSteps = 32;
inline constexpr std::size_t kMaxPositions = 64;    // of steps, once groups that repeat are written out
inline constexpr std::size_t kMaxDepth = 8;         // of groups in groups
inline constexpr std::uint32_t kMaxTimes = 10'000;  // as often at most may a step happen

// Which events may lie between an event and the one before it in a match. After Flink CEP.
enum class Contiguity : std::uint8_t {
  kStrict,   // `next`: none
  kRelaxed,  // `then`: those for which the condition does not hold
  kAny,      // `then any`: any
};

struct PatternStep {
  std::string name;  // empty: none
  PatternPart when;
  Contiguity link = Contiguity::kRelaxed;  // to what is before it; of the first step without meaning
  bool negated = false;                    // must not happen there
  // How often it happens, and what may lie between.
  std::uint32_t least = 1, most = 1;
  Contiguity inner = Contiguity::kRelaxed;
  bool greedy = false;               // what it can take, the steps behind it do not get
  std::optional<PatternPart> until;  // ends it
};

// How the steps make up a sequence.
struct PatternNode {
  enum class Kind : std::uint8_t {
    kStep,    // one of Pattern::steps, which says by itself what lies before it and how often it happens
    kRow,     // parts, one after the other
    kOneOf,   // one of its parts
    kSomeOf,  // `count` of its parts, steps that happen once, in any order
  };
  Kind kind = Kind::kStep;
  std::uint32_t step = 0, count = 0;
  std::vector<PatternNode> parts;
  std::size_t at = 0;  // in the pattern's text
  // As a step's; of kSomeOf `inner` is also what lies between its parts.
  Contiguity link = Contiguity::kRelaxed, inner = Contiguity::kRelaxed;
  std::uint32_t least = 1, most = 1;
};

// What of the events in a window is compared with a limit.
enum class Measure : std::uint8_t {
  kCount,
  kDistinct,    // different values of the field
  kSum,         // of the field's values
  kMean,        // of the field's values
  kPercentile,  // the value that so many per cent of them do not exceed, by nearest rank
  kRate,        // times the number of the window before
};

struct Threshold {
  Measure measure = Measure::kCount;
  std::string field;  // all but kCount and kRate
  PatternPart when;
  std::uint32_t least = 1;    // kCount, kDistinct: so many make a match
  double limit = 0;           // of the others: more than this,
  bool or_equal = false;      // or as much
  std::uint32_t percent = 0;  // kPercentile: in thousandths, 1 to 99,999
};

// What a match makes of the partial matches that began before it ended. After Flink CEP.
enum class Skip : std::uint8_t { kNone, kToNext, kPastLast, kToFirst, kToLast };

struct Pattern {
  std::string name;
  std::vector<PatternStep> steps;      // either, in the order in which they are written
  PatternNode shape;                   // of them: a row
  std::optional<Threshold> threshold;  // or
  std::vector<std::string> by;         // events that differ in one of these fields have nothing to do with each other
  std::uint64_t within_ns = 0;         // from a match's first event to before so long after it; 0: for ever
  Skip skip = Skip::kToNext;
  std::string skip_to;                            // kToFirst, kToLast: the name of a step
  std::uint64_t suppress_ns = 0;                  // after a match none of the same key for so long
  std::optional<std::vector<std::string>> shown;  // STEP.FIELD each; nullopt: the path of each named step
  bool timeouts = false;                          // partial matches that ran out of time are told, too
  Priority severity = Priority::kNormal;
  std::uint32_t partials_by_key = 1'000, partials = 1'000'000;  // how many are kept
};

// A sequence or a threshold, as text:
//
//   sequence  = part {("next" | "then" | "then any") part}
//   part      = ["not"] step {times | "greedy" | "until" "[" EXPRESSION "]"} | group {times}
//   step      = [NAME ":"] "[" EXPRESSION "]"
//   group     = "(" sequence {"or" sequence} ")" | "(" step {"and" step} ")" | n "of" "(" step {"," step} ")"
//   times     = "?" | "*" | "+" | "{" n ["," [m]] "}" | "consecutive" | "combinations"
//   threshold = measure "[" EXPRESSION "]" (">" | ">=") VALUE ["times" "before"]
//   measure   = "count" | "rate" | ("distinct" | "sum" | "mean") "(" FIELD ")" | "percentile" "(" NUMBER "," FIELD ")"
//
// Sets steps and shape, or threshold, of *pattern. A failure's message is "COLUMN: what is wrong", in bytes from 1.
Status ParsePatternText(std::string_view text, Pattern* pattern);

// What no single part can tell: steps that are named twice or nowhere, windows that are missing. A failure's message
// has no column.
Status CheckPattern(const Pattern& pattern);

}  // namespace vexevt
