#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "lib/correlate/pattern.h"
#include "lib/event/column.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kMaxThreshold = 50'000;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Status Parse(Pattern* pattern) {
    const std::size_t start = at_;
    const std::string_view word = Name();
    if ((word == "count" || word == "distinct") && (Peek() == '[' || Peek() == '(')) {
      return ParseThreshold(word, pattern);
    }
    at_ = start;
    VEXEVT_ASSIGN(PatternStep first, ParseStep());
    if (first.negated) return ErrorAt(start, "a pattern cannot begin with what must not happen");
    pattern->steps.push_back(std::move(first));
    while (Peek() != '\0') {
      if (pattern->steps.size() == kMaxSteps) return ErrorAt(at_, fmt::format("more than {} steps", kMaxSteps));
      VEXEVT_ASSIGN(Contiguity link, ParseLink());
      VEXEVT_ASSIGN(PatternStep step, ParseStep());
      step.link = link;
      pattern->steps.push_back(std::move(step));
    }
    return Status::Ok();
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

  Result<Contiguity> ParseLink() {
    const std::size_t at = at_;
    if (TakeWord("next")) return Contiguity::kStrict;
    if (TakeWord("then")) return TakeWord("any") ? Contiguity::kAny : Contiguity::kRelaxed;
    return ErrorAt(at, fmt::format("expected 'then', 'next' or 'then any', not {}", Shown()));
  }

  Result<PatternStep> ParseStep() {
    PatternStep step;
    step.negated = TakeWord("not");
    Peek();
    const std::size_t at = at_;
    step.name = Name();
    if (!step.name.empty() && !Take(':')) {
      return ErrorAt(at, fmt::format("expected a step, NAME: [EXPRESSION], not '{}'", step.name));
    }
    VEXEVT_ASSIGN(step.when, Bracketed());
    const std::size_t behind = at_;
    VEXEVT_TRY(ParseTimes(&step));
    bool more = true;
    while (more) {
      const std::size_t modifier = at_;
      more = false;
      if (TakeWord("consecutive")) {
        step.inner = Contiguity::kStrict;
      } else if (TakeWord("combinations")) {
        step.inner = Contiguity::kAny;
      } else if (TakeWord("greedy")) {
        step.greedy = true;
      } else if (TakeWord("until")) {
        VEXEVT_ASSIGN(step.until, Bracketed());
      } else {
        break;
      }
      more = true;
      if (step.most == 1) return ErrorAt(modifier, "this is for a step that may happen several times");
    }
    if (step.negated && (step.least != 1 || step.most != 1)) {
      return ErrorAt(behind, "what must not happen is not counted");
    }
    return step;
  }

  Status ParseTimes(PatternStep* step) {
    const std::size_t at = at_;
    if (Take('?')) {
      step->least = 0;
    } else if (Take('+')) {
      step->most = kMaxTimes;
    } else if (Take('*')) {
      step->least = 0;
      step->most = kMaxTimes;
    } else if (Take('{')) {
      VEXEVT_ASSIGN(step->least, Number(kMaxTimes));
      step->most = step->least;
      if (Take(',')) {
        step->most = kMaxTimes;
        if (Peek() != '}') {
          VEXEVT_ASSIGN(step->most, Number(kMaxTimes));
          if (step->most == 0) return ErrorAt(at, "a step that never happens is a step too many");
        }
      } else if (step->least == 0) {
        return ErrorAt(at, "a step that never happens is a step too many");
      }
      if (!Take('}')) return ErrorAt(at_, fmt::format("expected '}}', not {}", Shown()));
      if (step->most < step->least) return ErrorAt(at, "the second number is less than the first");
    }
    return Status::Ok();
  }

  Status ParseThreshold(std::string_view measure, Pattern* pattern) {
    Threshold threshold;
    if (measure == "distinct") {
      threshold.measure = Measure::kDistinct;
      if (!Take('(')) return ErrorAt(at_, "'distinct' counts the values of a field: distinct(path) [EXPRESSION] > 20");
      const std::size_t at = at_;
      const std::size_t end = std::min(text_.find(')', at_), text_.size());
      threshold.field = text_.substr(at_, end - at_);
      if (auto field = ParseColumn(threshold.field); !field.ok()) return ErrorAt(at, field.status().message());
      at_ = end;
      if (!Take(')')) return ErrorAt(at_, "expected ')'");
    }
    VEXEVT_ASSIGN(threshold.when, Bracketed());
    if (!Take('>')) return ErrorAt(at_, fmt::format("expected '>' or '>=' and a number, not {}", Shown()));
    const bool or_equal = at_ < text_.size() && text_[at_] == '=';
    if (or_equal) ++at_;
    Peek();
    const std::size_t at = at_;
    VEXEVT_ASSIGN(threshold.least, Number(kMaxThreshold));
    if (!or_equal) ++threshold.least;
    if (threshold.least == 0) return ErrorAt(at, "this always holds");
    if (Peek() != '\0') return ErrorAt(at_, fmt::format("expected the end, not {}", Shown()));
    pattern->threshold = std::move(threshold);
    return Status::Ok();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool MayBeSkipped(const PatternStep& step) { return step.least == 0 || step.negated; }

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
  if (std::ranges::all_of(pattern.steps, MayBeSkipped)) {
    return InvalidArgument("every step may be left out: nothing would make a match");
  }
  // Behind the last step that has to happen.
  const auto last = std::find_if_not(pattern.steps.rbegin(), pattern.steps.rend(), MayBeSkipped);
  if (std::any_of(pattern.steps.rbegin(), last, [](const PatternStep& step) { return step.negated; }) &&
      pattern.within_ns == 0) {
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
