#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

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

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

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
  explicit Parser(std::string_view text) : text_(text) {}

  Status Parse(Pattern* pattern) {
    const std::size_t start = at_;
    const std::string_view word = Name();
    const auto measure = std::ranges::find(kMeasures, word, &MeasureName::name);
    if (measure != std::end(kMeasures) && (Peek() == '[' || Peek() == '(')) return ParseThreshold(*measure, pattern);
    at_ = start;
    steps_ = &pattern->steps;
    VEXEVT_ASSIGN(pattern->shape, ParseRow(0));
    if (Peek() == '\0') return Status::Ok();
    return ErrorAt(at_, fmt::format("expected 'then', 'next' or 'then any', not {}", Shown()));
  }

 private:
  Status ErrorAt(std::size_t at, std::string_view what) const {
    return InvalidArgument(fmt::format("{}: {}", at + 1, what));
  }

  // The next byte that is no space; NUL at the end.
  char Peek() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }

  std::string_view Name() {
    Peek();
    const std::size_t start = at_;
    while (at_ < text_.size() && IsNameByte(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  bool TakeWord(std::string_view word) {
    Peek();
    const std::size_t start = at_;
    if (Name() == word) return true;
    at_ = start;
    return false;
  }

  std::string Shown() {
    if (Peek() == '\0') return "the end";
    const std::size_t start = at_;
    const std::string_view name = Name();
    at_ = start;
    return fmt::format("'{}'", name.empty() ? text_.substr(at_, 1) : name);
  }

  // What stands between brackets; those within it are paired, or quoted.
  Result<PatternPart> Bracketed() {
    if (Peek() != '[') return ErrorAt(at_, fmt::format("expected '[' and an expression, not {}", Shown()));
    const std::size_t open = at_++;
    int depth = 1;
    bool quoted = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quoted) {
        if (c == '\\') ++at_;
        if (c == '"') quoted = false;
        continue;
      }
      if (c == '"') quoted = true;
      if (c == '[') ++depth;
      if (c == ']' && --depth == 0) break;
    }
    if (at_ >= text_.size()) return ErrorAt(open, "the '[' that stands here has no ']'");
    PatternPart part{std::string(text_.substr(open + 1, at_ - open - 1)), open + 1};
    ++at_;
    return part;
  }

  Result<std::uint32_t> Number(std::uint32_t most) {
    Peek();
    const std::size_t start = at_;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    at_ = static_cast<std::size_t>(end - text_.data());
    if (end == text_.data() + start) return ErrorAt(start, fmt::format("expected a number, not {}", Shown()));
    if (error != std::errc() || number > most) return ErrorAt(start, fmt::format("at most {} are counted", most));
    return number;
  }

  std::optional<Contiguity> TakeLink() {
    if (TakeWord("next")) return Contiguity::kStrict;
    if (TakeWord("then")) return TakeWord("any") ? Contiguity::kAny : Contiguity::kRelaxed;
    return std::nullopt;
  }

  Result<PatternNode> ParseRow(std::size_t depth) {
    Peek();
    PatternNode row;
    row.kind = PatternNode::Kind::kRow;
    row.at = at_;
    std::optional<Contiguity> link = Contiguity::kRelaxed;
    do {
      VEXEVT_ASSIGN(PatternNode part, ParsePart(depth));
      if (part.kind == PatternNode::Kind::kStep) {
        PatternStep& step = (*steps_)[part.step];
        if (step.negated && row.parts.empty()) {
          return ErrorAt(part.at,
                         fmt::format("a {} cannot begin with what must not happen", depth > 0 ? "group" : "pattern"));
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
    if (Peek() == '(') return ParseGroup(depth);
    const std::size_t at = at_;
    const bool counts = std::ranges::all_of(Name(), [](char c) { return c >= '0' && c <= '9'; }) && TakeWord("of");
    at_ = at;
    if (counts) return ParseSomeOf();
    VEXEVT_ASSIGN(PatternNode node, ParseStep());
    PatternStep& step = steps_->back();
    const std::size_t behind = at_;
    VEXEVT_TRY(ParseTimes(&step.least, &step.most));
    for (;;) {
      const std::size_t modifier = at_;
      if (TakeWord("greedy")) {
        step.greedy = true;
      } else if (TakeWord("until")) {
        VEXEVT_ASSIGN(step.until, Bracketed());
      } else if (!TakeInner(&step.inner)) {
        break;
      }
      if (step.most == 1) return ErrorAt(modifier, "this is for a step that may happen several times");
    }
    if (step.negated && (step.least != 1 || step.most != 1)) {
      return ErrorAt(behind, "what must not happen is not counted");
    }
    return node;
  }

  // Adds it to the steps, as one that happens once.
  Result<PatternNode> ParseStep() {
    PatternStep step;
    PatternNode node;
    node.step = static_cast<std::uint32_t>(steps_->size());
    Peek();
    node.at = at_;
    step.negated = TakeWord("not");
    if (step.negated && Peek() == '(') return ErrorAt(at_, "what must not happen is one step");
    Peek();
    const std::size_t at = at_;
    step.name = Name();
    if (!step.name.empty() && !Take(':')) {
      return ErrorAt(at, fmt::format("expected a step, NAME: [EXPRESSION], not '{}'", step.name));
    }
    VEXEVT_ASSIGN(step.when, Bracketed());
    if (steps_->size() == kMaxSteps) return ErrorAt(node.at, fmt::format("more than {} steps", kMaxSteps));
    steps_->push_back(std::move(step));
    return node;
  }

  Result<PatternNode> ParseGroup(std::size_t depth) {
    const std::size_t at = at_;
    if (depth == kMaxDepth) return ErrorAt(at, fmt::format("groups stand in groups at most {} deep", kMaxDepth));
    Take('(');
    VEXEVT_ASSIGN(PatternNode row, ParseRow(depth + 1));
    PatternNode group;
    if (TakeWord("and")) {
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
    while (TakeWord("or")) {
      VEXEVT_ASSIGN(PatternNode row, ParseRow(depth + 1));
      VEXEVT_TRY(CheckHappens(row));
      one.parts.push_back(std::move(row));
    }
    if (!Take(')')) return ErrorAt(at_, fmt::format("expected ')', 'then', 'or' or 'and', not {}", Shown()));
    return one.parts.size() > 1 ? std::move(one) : PatternNode(std::move(one.parts[0]));
  }

  // Behind the first `and`.
  Result<PatternNode> ParseAll(PatternNode first) {
    PatternNode all;
    all.kind = PatternNode::Kind::kSomeOf;
    all.parts = std::move(first.parts);
    if (all.parts.size() > 1 || !IsPlain(all.parts[0])) {
      return ErrorAt(first.at, "beside 'and' stand single steps, that happen once");
    }
    do {
      VEXEVT_TRY(ParseMember(&all));
    } while (TakeWord("and"));
    if (!Take(')')) return ErrorAt(at_, fmt::format("expected ')' or 'and', not {}", Shown()));
    all.count = static_cast<std::uint32_t>(all.parts.size());
    return all;
  }

  Result<PatternNode> ParseSomeOf() {
    PatternNode some;
    some.kind = PatternNode::Kind::kSomeOf;
    some.at = at_;
    VEXEVT_ASSIGN(some.count, Number(kMaxSteps));
    TakeWord("of");
    if (!Take('(')) return ErrorAt(at_, fmt::format("expected '(' and steps, not {}", Shown()));
    do {
      VEXEVT_TRY(ParseMember(&some));
    } while (Take(','));
    if (!Take(')')) return ErrorAt(at_, fmt::format("expected ',' or ')', not {}", Shown()));
    if (some.count == 0 || some.count > some.parts.size()) {
      return ErrorAt(some.at, fmt::format("{} of {} steps cannot happen", some.count, some.parts.size()));
    }
    VEXEVT_TRY(ParseRepeats(&some));
    return some;
  }

  Status ParseMember(PatternNode* some) {
    VEXEVT_ASSIGN(PatternNode step, ParseStep());
    if (!IsPlain(step)) return ErrorAt(step.at, "what must not happen has no place among steps in any order");
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
    return ErrorAt(row.at, "something has to happen within a group: it is the group that may be left out, ( … )?");
  }

  Status ParseRepeats(PatternNode* group) {
    VEXEVT_TRY(ParseTimes(&group->least, &group->most));
    for (;;) {
      const std::size_t modifier = at_;
      if (TakeWord("greedy") || TakeWord("until")) return ErrorAt(modifier, "this is for a step, not for a group");
      if (!TakeInner(&group->inner)) return Status::Ok();
      if (group->most == 1 && group->kind != PatternNode::Kind::kSomeOf) {
        return ErrorAt(modifier, "this is for a group that may happen several times");
      }
    }
  }

  bool TakeInner(Contiguity* inner) {
    if (TakeWord("consecutive")) {
      *inner = Contiguity::kStrict;
    } else if (TakeWord("combinations")) {
      *inner = Contiguity::kAny;
    } else {
      return false;
    }
    return true;
  }

  Status ParseTimes(std::uint32_t* least, std::uint32_t* most) {
    const std::size_t at = at_;
    if (Take('?')) {
      *least = 0;
    } else if (Take('+')) {
      *most = kMaxTimes;
    } else if (Take('*')) {
      *least = 0;
      *most = kMaxTimes;
    } else if (Take('{')) {
      VEXEVT_ASSIGN(*least, Number(kMaxTimes));
      *most = *least;
      if (Take(',')) {
        *most = kMaxTimes;
        if (Peek() != '}') {
          VEXEVT_ASSIGN(*most, Number(kMaxTimes));
          if (*most == 0) return ErrorAt(at, "a step that never happens is a step too many");
        }
      } else if (*least == 0) {
        return ErrorAt(at, "a step that never happens is a step too many");
      }
      if (!Take('}')) return ErrorAt(at_, fmt::format("expected '}}', not {}", Shown()));
      if (*most < *least) return ErrorAt(at, "the second number is less than the first");
    }
    return Status::Ok();
  }

  Status ParseThreshold(const MeasureName& named, Pattern* pattern) {
    Threshold threshold;
    threshold.measure = named.measure;
    std::optional<FieldType> type;
    if (!named.example.empty()) {
      if (!Take('(')) return ErrorAt(at_, fmt::format("'{}' is of a field: {}", named.name, named.example));
      if (text_.find(')', at_) == std::string_view::npos)
        return ErrorAt(at_ - 1, "the '(' that stands here has no ')'");
      if (threshold.measure == Measure::kPercentile) VEXEVT_TRY(ParsePercent(&threshold));
      VEXEVT_ASSIGN(type, ParseMeasured(&threshold));
    }
    VEXEVT_ASSIGN(threshold.when, Bracketed());
    if (!Take('>')) return ErrorAt(at_, fmt::format("expected '>' or '>=' and a number, not {}", Shown()));
    threshold.or_equal = at_ < text_.size() && text_[at_] == '=';
    if (threshold.or_equal) ++at_;
    Peek();
    const std::size_t at = at_;
    if (threshold.measure == Measure::kCount || threshold.measure == Measure::kDistinct) {
      VEXEVT_ASSIGN(threshold.least, Number(kMaxThreshold));
      if (!threshold.or_equal) ++threshold.least;
      if (threshold.least == 0) return ErrorAt(at, "this always holds");
    } else {
      VEXEVT_ASSIGN(threshold.limit, ParseLimit(type));
    }
    if (threshold.measure == Measure::kRate && (!TakeWord("times") || !TakeWord("before"))) {
      return ErrorAt(at_, "a rate is compared with the window before: rate [EXPRESSION] > 5 times before");
    }
    if (Peek() != '\0') return ErrorAt(at_, fmt::format("expected the end, not {}", Shown()));
    pattern->threshold = std::move(threshold);
    return Status::Ok();
  }

  // "99," or "99.9,".
  Status ParsePercent(Threshold* threshold) {
    Peek();
    const std::size_t at = at_;
    double percent = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), percent);
    at_ = static_cast<std::size_t>(end - text_.data());
    if (error != std::errc() || !(percent >= 0.001 && percent <= 99.999)) {
      return ErrorAt(at, "expected a per cent between 0.001 and 99.999");
    }
    threshold->percent = static_cast<std::uint32_t>(std::lround(percent * 1000));
    return Take(',') ? Status::Ok() : ErrorAt(at_, "expected ',' and a field");
  }

  // Up to the closing parenthesis, which there is. nullopt: an attribute, which has the type that its event gives it.
  Result<std::optional<FieldType>> ParseMeasured(Threshold* threshold) {
    Peek();
    const std::size_t at = at_;
    at_ = text_.find(')', at_);
    threshold->field = text_.substr(at, at_++ - at);
    auto column = ParseColumn(threshold->field);
    if (!column.ok()) return ErrorAt(at, column.status().message());
    if (column->field == nullptr) return std::optional<FieldType>();
    const FieldType type = column->field->type;
    const bool number = type == FieldType::kUint || type == FieldType::kInt || type == FieldType::kFloat ||
                        type == FieldType::kSize || type == FieldType::kDuration;
    if (threshold->measure == Measure::kDistinct || number) return std::optional(type);
    return ErrorAt(at, fmt::format("'{}' is no number", threshold->field));
  }

  // In the units of the field; of an attribute as a number, a size or a duration.
  Result<double> ParseLimit(std::optional<FieldType> type) {
    const std::size_t at = at_;
    while (at_ < text_.size() && !IsSpace(text_[at_])) ++at_;
    const std::string_view text = text_.substr(at, at_ - at);
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
    return ErrorAt(at, fmt::format("'{}' is not a {}", text, is_size ? "size" : is_duration ? "duration" : "number"));
  }

  std::string_view text_;
  std::size_t at_ = 0;
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
