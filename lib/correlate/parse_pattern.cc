#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "lib/base/text_cursor.h"
#include "lib/base/units.h"
#include "lib/correlate/pattern.h"
#include "lib/event/column.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kMaxThreshold = 50'000;

struct MeasureName {
  std::string_view name;
  Measure measure;
  std::string_view example;  // of one that has a field
};
constexpr MeasureName kMeasures[] = {{"count", Measure::kCount, ""},
                                     {"distinct", Measure::kDistinct, "distinct(path) [EXPRESSION] > 20"},
                                     {"sum", Measure::kSum, "sum(size) [EXPRESSION] > 1G"},
                                     {"mean", Measure::kMean, "mean(latency) [EXPRESSION] > 20ms"},
                                     {"percentile", Measure::kPercentile, "percentile(99, latency) [EXPRESSION] > 1s"},
                                     {"rate", Measure::kRate, ""}};

bool MayBeSkipped(const PatternNode& node, const std::vector<PatternStep>& steps) {
  if (node.kind != PatternNode::Kind::kStep) return node.least == 0;
  return steps[node.step].least == 0 || steps[node.step].negated;
}

// Whether a match may end there with something that has not happened.
bool EndsInAbsence(const PatternNode& node, const std::vector<PatternStep>& steps) {
  const auto ends = [&](const PatternNode& part) { return EndsInAbsence(part, steps); };
  if (node.kind == PatternNode::Kind::kStep) return steps[node.step].negated;
  if (node.kind != PatternNode::Kind::kRow) return std::ranges::any_of(node.parts, ends);
  for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part) {
    if (ends(*part)) return true;
    if (!MayBeSkipped(*part, steps)) return false;
  }
  return false;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : in_(text, "_-") {}

  Status Parse(Pattern* pattern) {
    const std::string_view word = in_.Word();
    const auto measure = std::ranges::find(kMeasures, word, &MeasureName::name);
    if (measure != std::end(kMeasures) && (in_.Peek() == '[' || in_.Peek() == '('))
      return ParseThreshold(*measure, pattern);
    in_.GoTo(0);
    steps_ = &pattern->steps;
    VEXEVT_ASSIGN(pattern->shape, ParseRow(0));
    if (in_.Peek() == '\0') return Status::Ok();
    return in_.Expected("'then', 'next' or 'then any'");
  }

 private:
  Result<PatternPart> Bracketed() {
    const std::size_t open = in_.Here();
    VEXEVT_ASSIGN(const std::string_view text, in_.Bracketed());
    return PatternPart{std::string(text), open + 1};
  }

  Result<std::uint32_t> Number(std::uint32_t most) {
    const std::size_t start = in_.Here();
    std::uint32_t number = 0;
    const auto error = ReadNumber(&number);
    if (error == std::errc::invalid_argument) return in_.Expected("a number");
    if (error != std::errc() || number > most) return ErrorAtByte(start, fmt::format("at most {} are counted", most));
    return number;
  }

  // The longest text that is a number; none: nothing is taken.
  template <typename T>
  std::errc ReadNumber(T* number) {
    const std::size_t start = in_.Here();
    const std::string_view rest = in_.Rest();
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), *number);
    in_.GoTo(start + static_cast<std::size_t>(end - rest.data()));
    return error;
  }

  std::optional<Contiguity> TakeLink() {
    if (in_.TakeWord("next")) return Contiguity::kStrict;
    if (in_.TakeWord("then")) return in_.TakeWord("any") ? Contiguity::kAny : Contiguity::kRelaxed;
    return std::nullopt;
  }

  Result<PatternNode> ParseRow(std::size_t depth) {
    PatternNode row;
    row.kind = PatternNode::Kind::kRow;
    row.at = in_.Here();
    std::optional<Contiguity> link = Contiguity::kRelaxed;
    do {
      VEXEVT_ASSIGN(PatternNode part, ParsePart(depth));
      if (part.kind == PatternNode::Kind::kStep) {
        PatternStep& step = (*steps_)[part.step];
        if (step.negated && row.parts.empty()) {
          return ErrorAtByte(
              part.at, fmt::format("a {} cannot begin with what must not happen", depth > 0 ? "group" : "pattern"));
        }
        step.link = *link;
      } else {
        part.link = *link;
      }
      row.parts.push_back(std::move(part));
      link = TakeLink();
    } while (link);
    return row;
  }

  Result<PatternNode> ParsePart(std::size_t depth) {
    if (in_.Peek() == '(') return ParseGroup(depth);
    const std::size_t at = in_.Here();
    const bool counts =
        std::ranges::all_of(in_.Word(), [](char c) { return c >= '0' && c <= '9'; }) && in_.TakeWord("of");
    in_.GoTo(at);
    if (counts) return ParseSomeOf();
    VEXEVT_ASSIGN(PatternNode node, ParseStep());
    PatternStep& step = steps_->back();
    const std::size_t behind = in_.Here();
    VEXEVT_TRY(ParseTimes(&step.least, &step.most));
    for (;;) {
      const std::size_t modifier = in_.Here();
      if (in_.TakeWord("greedy")) {
        step.greedy = true;
      } else if (in_.TakeWord("until")) {
        VEXEVT_ASSIGN(step.until, Bracketed());
      } else if (!TakeInner(&step.inner)) {
        break;
      }
      if (step.most == 1) return ErrorAtByte(modifier, "this is for a step that may happen several times");
    }
    if (step.negated && (step.least != 1 || step.most != 1)) {
      return ErrorAtByte(behind, "what must not happen is not counted");
    }
    return node;
  }

  // Adds it to the steps, as one that happens once.
  Result<PatternNode> ParseStep() {
    PatternStep step;
    PatternNode node;
    node.step = static_cast<std::uint32_t>(steps_->size());
    node.at = in_.Here();
    step.negated = in_.TakeWord("not");
    if (step.negated && in_.Peek() == '(') return ErrorAtByte(in_.Here(), "what must not happen is one step");
    const std::size_t at = in_.Here();
    step.name = in_.Word();
    if (!step.name.empty() && !in_.Take(':')) {
      return ErrorAtByte(at, fmt::format("expected a step, NAME: [EXPRESSION], not '{}'", step.name));
    }
    VEXEVT_ASSIGN(step.when, Bracketed());
    if (steps_->size() == kMaxSteps) return ErrorAtByte(node.at, fmt::format("more than {} steps", kMaxSteps));
    steps_->push_back(std::move(step));
    return node;
  }

  Result<PatternNode> ParseGroup(std::size_t depth) {
    const std::size_t at = in_.Here();
    if (depth == kMaxDepth) return ErrorAtByte(at, fmt::format("groups stand in groups at most {} deep", kMaxDepth));
    in_.Take('(');
    VEXEVT_ASSIGN(PatternNode row, ParseRow(depth + 1));
    PatternNode group;
    if (in_.TakeWord("and")) {
      VEXEVT_ASSIGN(group, ParseAll(std::move(row)));
    } else {
      VEXEVT_ASSIGN(group, ParseOneOf(std::move(row), depth));
    }
    group.at = at;
    VEXEVT_TRY(ParseRepeats(&group));
    return group;
  }

  // Behind the first of the rows that stand beside `or`; where there is none, that one row.
  Result<PatternNode> ParseOneOf(PatternNode first, std::size_t depth) {
    VEXEVT_TRY(CheckHappens(first));
    PatternNode one;
    one.kind = PatternNode::Kind::kOneOf;
    one.parts.push_back(std::move(first));
    while (in_.TakeWord("or")) {
      VEXEVT_ASSIGN(PatternNode row, ParseRow(depth + 1));
      VEXEVT_TRY(CheckHappens(row));
      one.parts.push_back(std::move(row));
    }
    if (!in_.Take(')')) return in_.Expected("')', 'then', 'or' or 'and'");
    return one.parts.size() > 1 ? std::move(one) : PatternNode(std::move(one.parts[0]));
  }

  // Behind the first `and`.
  Result<PatternNode> ParseAll(PatternNode first) {
    PatternNode all;
    all.kind = PatternNode::Kind::kSomeOf;
    all.parts = std::move(first.parts);
    if (all.parts.size() > 1 || !IsPlain(all.parts[0])) {
      return ErrorAtByte(first.at, "beside 'and' stand single steps, that happen once");
    }
    do {
      VEXEVT_TRY(ParseMember(&all));
    } while (in_.TakeWord("and"));
    if (!in_.Take(')')) return in_.Expected("')' or 'and'");
    all.count = static_cast<std::uint32_t>(all.parts.size());
    return all;
  }

  Result<PatternNode> ParseSomeOf() {
    PatternNode some;
    some.kind = PatternNode::Kind::kSomeOf;
    some.at = in_.Here();
    VEXEVT_ASSIGN(some.count, Number(kMaxSteps));
    in_.TakeWord("of");
    if (!in_.Take('(')) return in_.Expected("'(' and steps");
    do {
      VEXEVT_TRY(ParseMember(&some));
    } while (in_.Take(','));
    if (!in_.Take(')')) return in_.Expected("',' or ')'");
    if (some.count == 0 || some.count > some.parts.size()) {
      return ErrorAtByte(some.at, fmt::format("{} of {} steps cannot happen", some.count, some.parts.size()));
    }
    VEXEVT_TRY(ParseRepeats(&some));
    return some;
  }

  Status ParseMember(PatternNode* some) {
    VEXEVT_ASSIGN(PatternNode step, ParseStep());
    if (!IsPlain(step)) return ErrorAtByte(step.at, "what must not happen has no place among steps in any order");
    some->parts.push_back(std::move(step));
    return Status::Ok();
  }

  bool IsPlain(const PatternNode& node) const {
    if (node.kind != PatternNode::Kind::kStep) return false;
    const PatternStep& step = (*steps_)[node.step];
    return !step.negated && step.least == 1 && step.most == 1;
  }

  Status CheckHappens(const PatternNode& row) const {
    const auto skipped = [&](const PatternNode& part) { return MayBeSkipped(part, *steps_); };
    if (!std::ranges::all_of(row.parts, skipped)) return Status::Ok();
    return ErrorAtByte(row.at, "something has to happen within a group: it is the group that may be left out, ( … )?");
  }

  Status ParseRepeats(PatternNode* group) {
    VEXEVT_TRY(ParseTimes(&group->least, &group->most));
    for (;;) {
      const std::size_t modifier = in_.Here();
      if (in_.TakeWord("greedy") || in_.TakeWord("until"))
        return ErrorAtByte(modifier, "this is for a step, not for a group");
      if (!TakeInner(&group->inner)) return Status::Ok();
      if (group->most == 1 && group->kind != PatternNode::Kind::kSomeOf) {
        return ErrorAtByte(modifier, "this is for a group that may happen several times");
      }
    }
  }

  bool TakeInner(Contiguity* inner) {
    if (in_.TakeWord("consecutive")) {
      *inner = Contiguity::kStrict;
    } else if (in_.TakeWord("combinations")) {
      *inner = Contiguity::kAny;
    } else {
      return false;
    }
    return true;
  }

  Status ParseTimes(std::uint32_t* least, std::uint32_t* most) {
    const std::size_t at = in_.Here();
    if (in_.Take('?')) {
      *least = 0;
    } else if (in_.Take('+')) {
      *most = kMaxTimes;
    } else if (in_.Take('*')) {
      *least = 0;
      *most = kMaxTimes;
    } else if (in_.Take('{')) {
      VEXEVT_ASSIGN(*least, Number(kMaxTimes));
      *most = *least;
      if (in_.Take(',')) {
        *most = kMaxTimes;
        if (in_.Peek() != '}') {
          VEXEVT_ASSIGN(*most, Number(kMaxTimes));
          if (*most == 0) return ErrorAtByte(at, "a step that never happens is a step too many");
        }
      } else if (*least == 0) {
        return ErrorAtByte(at, "a step that never happens is a step too many");
      }
      if (!in_.Take('}')) return in_.Expected("'}'");
      if (*most < *least) return ErrorAtByte(at, "the second number is less than the first");
    }
    return Status::Ok();
  }

  Status ParseThreshold(const MeasureName& named, Pattern* pattern) {
    Threshold threshold;
    threshold.measure = named.measure;
    std::optional<FieldType> type;
    if (!named.example.empty()) {
      const std::size_t open = in_.Here();
      if (!in_.Take('(')) return ErrorAtByte(open, fmt::format("'{}' is of a field: {}", named.name, named.example));
      if (in_.Rest().find(')') == std::string_view::npos)
        return ErrorAtByte(open, "the '(' that stands here has no ')'");
      if (threshold.measure == Measure::kPercentile) VEXEVT_TRY(ParsePercent(&threshold));
      VEXEVT_ASSIGN(type, ParseMeasured(&threshold));
    }
    VEXEVT_ASSIGN(threshold.when, Bracketed());
    if (!in_.Take('>')) return in_.Expected("'>' or '>=' and a number");
    threshold.or_equal = in_.Rest().starts_with('=') && in_.Take('=');
    const std::size_t at = in_.Here();
    if (threshold.measure == Measure::kCount || threshold.measure == Measure::kDistinct) {
      VEXEVT_ASSIGN(threshold.least, Number(kMaxThreshold));
      if (!threshold.or_equal) ++threshold.least;
      if (threshold.least == 0) return ErrorAtByte(at, "this always holds");
    } else {
      VEXEVT_ASSIGN(threshold.limit, ParseLimit(type));
    }
    if (threshold.measure == Measure::kRate && (!in_.TakeWord("times") || !in_.TakeWord("before"))) {
      return ErrorAtByte(in_.Here(), "a rate is compared with the window before: rate [EXPRESSION] > 5 times before");
    }
    if (in_.Peek() != '\0') return in_.Expected("the end");
    pattern->threshold = std::move(threshold);
    return Status::Ok();
  }

  // "99," or "99.9,".
  Status ParsePercent(Threshold* threshold) {
    const std::size_t at = in_.Here();
    double percent = 0;
    if (ReadNumber(&percent) != std::errc() || !(percent >= 0.001 && percent <= 99.999)) {
      return ErrorAtByte(at, "expected a per cent between 0.001 and 99.999");
    }
    threshold->percent = static_cast<std::uint32_t>(std::lround(percent * 1000));
    return in_.Take(',') ? Status::Ok() : ErrorAtByte(in_.Here(), "expected ',' and a field");
  }

  // Up to the closing parenthesis, which there is. nullopt: an attribute, which has the type that its event gives it.
  Result<std::optional<FieldType>> ParseMeasured(Threshold* threshold) {
    const std::size_t at = in_.Here();
    threshold->field = in_.Rest().substr(0, in_.Rest().find(')'));
    in_.GoTo(at + threshold->field.size() + 1);
    auto column = ParseColumn(threshold->field);
    if (!column.ok()) return ErrorAtByte(at, column.status().message());
    if (column->field == nullptr) return std::optional<FieldType>();
    const FieldType type = column->field->type;
    const bool number = type == FieldType::kUint || type == FieldType::kInt || type == FieldType::kFloat ||
                        type == FieldType::kSize || type == FieldType::kDuration;
    if (threshold->measure == Measure::kDistinct || number) return std::optional(type);
    return ErrorAtByte(at, fmt::format("'{}' is no number", threshold->field));
  }

  // In the units of the field; of an attribute as a number, a size or a duration.
  Result<double> ParseLimit(std::optional<FieldType> type) {
    const std::size_t at = in_.Here();
    const std::string_view text = in_.UpToSpace();
    const bool is_size = type == FieldType::kSize, is_duration = type == FieldType::kDuration;
    double plain = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), plain);
    const bool is_plain =
        error == std::errc() && end == text.data() + text.size() && std::isfinite(plain) && plain >= 0;
    if (is_plain && !is_duration) return plain;
    const auto as_number = [](const Result<std::uint64_t>& parsed) {
      return parsed.ok() ? std::optional(static_cast<double>(*parsed)) : std::nullopt;
    };
    std::optional<double> limit;
    if (type && !is_size && !is_duration) limit = as_number(ParseCount(text));
    if (!type || is_size) limit = as_number(ParseSize(text));
    if (!limit && (!type || is_duration)) limit = as_number(ParseDuration(text));
    if (limit) return *limit;
    const std::string_view wanted = is_size ? "size" : is_duration ? "duration" : "number";
    return ErrorAtByte(at, fmt::format("'{}' is not a {}", text, wanted));
  }

  TextCursor in_;
  std::vector<PatternStep>* steps_ = nullptr;
};

}  // namespace

Status ParsePatternText(std::string_view text, Pattern* pattern) { return Parser(text).Parse(pattern); }

Status CheckPattern(const Pattern& pattern) {
  if (pattern.threshold) {
    if (pattern.within_ns == 0) return InvalidArgument("a threshold wants 'within': the window that is counted in");
    if (pattern.skip != Skip::kToNext) return InvalidArgument("'skip' is for sequences");
    return Status::Ok();
  }
  std::vector<std::string_view> names;
  for (const PatternStep& step : pattern.steps) {
    if (step.name.empty()) continue;
    if (std::ranges::find(names, step.name) != names.end()) {
      return InvalidArgument(fmt::format("two steps are named '{}'", step.name));
    }
    names.push_back(step.name);
  }
  const auto skipped = [&](const PatternNode& part) { return MayBeSkipped(part, pattern.steps); };
  if (std::ranges::all_of(pattern.shape.parts, skipped)) {
    return InvalidArgument("every step may be left out: nothing would make a match");
  }
  if (EndsInAbsence(pattern.shape, pattern.steps) && pattern.within_ns == 0) {
    return InvalidArgument("a pattern that ends with what must not happen wants 'within': how long it must not");
  }
  if (pattern.skip == Skip::kToFirst || pattern.skip == Skip::kToLast) {
    const auto step = std::ranges::find(pattern.steps, pattern.skip_to, &PatternStep::name);
    if (step == pattern.steps.end() || step->negated || pattern.skip_to.empty()) {
      return InvalidArgument(fmt::format("'skip' names '{}', which is no step that happens", pattern.skip_to));
    }
    if (step == pattern.steps.begin() && pattern.skip == Skip::kToFirst) {
      return InvalidArgument("'skip' to the first event of a match would find the same match for ever");
    }
  }
  return Status::Ok();
}

}  // namespace vexevt
