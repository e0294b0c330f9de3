#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include "lib/base/nearest_name.h"
#include "lib/base/units.h"
#include "lib/stats/query.h"

namespace vexevt {
namespace {

// What stands between the brackets of a measure.
enum class Takes : std::uint8_t { kNothing, kAny, kNumber, kNumberAndField, kParts };

struct MeasureWord {
  std::string_view word;
  AggregateKind kind;
  Takes takes;
};
constexpr MeasureWord kMeasureWords[] = {{"count", AggregateKind::kCount, Takes::kNothing},
                                         {"rate", AggregateKind::kRate, Takes::kNothing},
                                         {"interarrival", AggregateKind::kInterarrival, Takes::kNothing},
                                         {"sum", AggregateKind::kSum, Takes::kNumber},
                                         {"min", AggregateKind::kMin, Takes::kNumber},
                                         {"max", AggregateKind::kMax, Takes::kNumber},
                                         {"mean", AggregateKind::kMean, Takes::kNumber},
                                         {"variance", AggregateKind::kVariance, Takes::kNumber},
                                         {"stddev", AggregateKind::kStddev, Takes::kNumber},
                                         {"first", AggregateKind::kFirst, Takes::kAny},
                                         {"last", AggregateKind::kLast, Takes::kAny},
                                         {"quantile", AggregateKind::kQuantile, Takes::kNumberAndField},
                                         {"distinct", AggregateKind::kDistinct, Takes::kAny},
                                         {"topk", AggregateKind::kTopK, Takes::kNumberAndField},
                                         {"histogram", AggregateKind::kHistogram, Takes::kNumber},
                                         {"entropy", AggregateKind::kEntropy, Takes::kAny},
                                         {"ratio", AggregateKind::kRatio, Takes::kParts}};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_' || c == '-' || c == '.';
}

bool HoldsNumbers(const Column& column) {
  if (column.field == nullptr) return true;  // an attribute may hold anything
  switch (column.field->type) {
    case FieldType::kUint:
    case FieldType::kInt:
    case FieldType::kFloat:
    case FieldType::kSize:
    case FieldType::kTime:
    case FieldType::kDuration:
    case FieldType::kErrno:
      return true;
    default:
      return false;
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<StatsQuery> Parse() {
    StatsQuery query;
    query.text = text_;
    do {
      Peek();
      const std::size_t at = at_;
      if (query.aggregates.size() == kMaxAggregates) {
        return ErrorAt(at, fmt::format("more than {} aggregates", kMaxAggregates));
      }
      VEXEVT_ASSIGN(Aggregate aggregate, ParseAggregate(0));
      if (TakeWord("as")) {
        VEXEVT_ASSIGN(aggregate.name, ParseName());
      }
      if (std::ranges::find(query.aggregates, aggregate.name, &Aggregate::name) != query.aggregates.end()) {
        return ErrorAt(at, fmt::format("two aggregates are named '{}': name one with 'as NAME'", aggregate.name));
      }
      VEXEVT_TRY(CheckName(at, aggregate.name));
      query.aggregates.push_back(std::move(aggregate));
    } while (Take(','));
    if (TakeWord("by")) VEXEVT_TRY(ParseKey(&query));
    VEXEVT_TRY(ParseWindows(&query.windows));
    if (Peek() == '\0') return query;
    return ErrorAt(at_, fmt::format("expected ',', 'by', 'every' or 'session', not {}", Shown()));
  }

 private:
  static Status ErrorAt(std::size_t at, std::string_view what) {
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

  Status Expect(char c) {
    if (Take(c)) return {};
    return ErrorAt(at_, fmt::format("expected '{}', not {}", c, Shown()));
  }

  std::string_view Word() {
    Peek();
    const std::size_t start = at_;
    while (at_ < text_.size() && IsWordByte(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  bool TakeWord(std::string_view word) {
    Peek();
    const std::size_t start = at_;
    if (Word() == word) return true;
    at_ = start;
    return false;
  }

  std::string Shown() {
    if (Peek() == '\0') return "the end";
    const std::size_t start = at_;
    const std::string_view word = Word();
    at_ = start;
    return fmt::format("'{}'", word.empty() ? text_.substr(at_, 1) : word);
  }

  Result<std::string> ParseName() {
    Peek();
    const std::size_t at = at_;
    const std::string_view name = Word();
    if (name.empty()) return ErrorAt(at, fmt::format("expected a name, not {}", Shown()));
    return std::string(name);
  }

  Result<Column> ParseField() {
    Peek();
    const std::size_t at = at_;
    const std::string_view word = Word();
    if (word.empty()) return ErrorAt(at, fmt::format("expected a field, not {}", Shown()));
    auto column = ParseColumn(word);
    if (!column.ok()) return ErrorAt(at, column.status().message());
    return column;
  }

  Result<double> ParseNumber() {
    Peek();
    const std::size_t at = at_;
    const std::string_view word = Word();
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) {
      at_ = at;
      return ErrorAt(at, fmt::format("expected a number, not {}", Shown()));
    }
    return number;
  }

  Result<std::uint64_t> ParseDurationWord() {
    Peek();
    const std::size_t at = at_;
    while (at_ < text_.size() && !IsSpace(text_[at_])) ++at_;  // µs are more than bytes of words
    const std::string_view word = text_.substr(at, at_ - at);
    if (word.empty()) return ErrorAt(at, "expected a duration, not the end");
    auto duration = ParseDuration(word);
    if (!duration.ok()) return ErrorAt(at, duration.status().message());
    if (*duration == 0) return ErrorAt(at, "a window is longer than 0");
    return duration;
  }

  // An expression in brackets; those within it are paired, or quoted.
  Status ParseWhen(Aggregate* aggregate) {
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
    aggregate->when = text_.substr(open + 1, at_ - open - 1);
    aggregate->when_at = open + 1;
    ++at_;
    if (std::ranges::all_of(aggregate->when, IsSpace))
      return ErrorAt(open, "expected an expression between '[' and ']'");
    return {};
  }

  // What every result has besides.
  static Status CheckName(std::size_t at, std::string_view name) {
    static constexpr std::string_view kTaken[] = {"begin", "end", "other", "lower_bound", "partial", "state"};
    if (std::ranges::find(kTaken, name) == std::end(kTaken)) return {};
    return ErrorAt(at, fmt::format("'{}' is what results say of their window", name));
  }

  Status UnknownMeasure(std::size_t at, std::string_view word) {
    if (word.empty()) {
      at_ = at;
      return ErrorAt(at, fmt::format("expected an aggregate like count or p99(size), not {}", Shown()));
    }
    std::vector<std::string_view> names;
    for (const MeasureWord& known : kMeasureWords) names.push_back(known.word);
    return ErrorAt(at, fmt::format("unknown aggregate '{}'{}", word, NearestHint(word, names)));
  }

  // p50, p99.9
  static bool ReadPercentile(std::string_view word, double* fraction) {
    if (word.size() < 2 || word[0] != 'p' || !IsDigit(word[1])) return false;
    const auto [end, error] =
        std::from_chars(word.data() + 1, word.data() + word.size(), *fraction, std::chars_format::fixed);
    *fraction /= 100;
    return error == std::errc() && end == word.data() + word.size();
  }

  Result<Aggregate> ParseAggregate(int depth) {
    Peek();
    const std::size_t at = at_;
    const std::string_view word = Word();
    Aggregate aggregate;
    Takes takes = Takes::kNumber;
    const auto known = std::ranges::find(kMeasureWords, word, &MeasureWord::word);
    if (known != std::end(kMeasureWords)) {
      aggregate.kind = known->kind;
      takes = known->takes;
    } else if (ReadPercentile(word, &aggregate.fraction)) {
      aggregate.kind = AggregateKind::kQuantile;
      if (aggregate.fraction > 1) return ErrorAt(at, "a percentile is 0 to 100");
    } else {
      return UnknownMeasure(at, word);
    }
    aggregate.name = word;
    if (takes == Takes::kParts) {
      if (depth > 0) return ErrorAt(at, "a ratio is of two aggregates that are none");
      VEXEVT_TRY(ParseRatio(&aggregate));
    } else if (takes != Takes::kNothing) {
      VEXEVT_TRY(ParseOperands(takes, &aggregate));
    }
    if (Peek() != '[') return aggregate;
    if (takes == Takes::kParts) return ErrorAt(at_, "of a ratio each part has its own expression");
    VEXEVT_TRY(ParseWhen(&aggregate));
    return aggregate;
  }

  Status ParseOperands(Takes takes, Aggregate* aggregate) {
    VEXEVT_TRY(Expect('('));
    if (takes == Takes::kNumberAndField) {
      Peek();
      const std::size_t at = at_;
      VEXEVT_ASSIGN(const double number, ParseNumber());
      if (aggregate->kind == AggregateKind::kQuantile) {
        if (!(number >= 0 && number <= 1)) return ErrorAt(at, "a quantile is 0 to 1");
        aggregate->fraction = number;
      } else {
        if (!(number >= 1 && number <= kMaxTopK) || number != std::floor(number)) {
          return ErrorAt(at, fmt::format("it is 1 to {}", kMaxTopK));
        }
        aggregate->most = static_cast<std::uint32_t>(number);
      }
      VEXEVT_TRY(Expect(','));
    }
    Peek();
    const std::size_t at = at_;
    VEXEVT_ASSIGN(aggregate->field, ParseField());
    if ((takes == Takes::kNumber || aggregate->kind == AggregateKind::kQuantile) && !HoldsNumbers(aggregate->field)) {
      return ErrorAt(at, fmt::format("'{}' is no number", aggregate->field.name));
    }
    const Column& field = aggregate->field;
    aggregate->name += "_" + (field.field == nullptr ? field.attribute : field.name);
    return Expect(')');
  }

  Status ParseRatio(Aggregate* ratio) {
    VEXEVT_TRY(Expect('('));
    for (int part = 0; part < 2; ++part) {
      if (part > 0) VEXEVT_TRY(Expect(','));
      Peek();
      const std::size_t at = at_;
      VEXEVT_ASSIGN(Aggregate aggregate, ParseAggregate(1));
      if (!IsNumber(aggregate)) return ErrorAt(at, fmt::format("'{}' is no number", aggregate.name));
      ratio->parts.push_back(std::move(aggregate));
    }
    return Expect(')');
  }

  Status ParseKey(StatsQuery* query) {
    do {
      Peek();
      const std::size_t at = at_;
      VEXEVT_ASSIGN(Column column, ParseField());
      if (query->by.size() == kMaxKeyFields) return ErrorAt(at, fmt::format("more than {} fields", kMaxKeyFields));
      if (std::ranges::find(query->by, column.name, &Column::name) != query->by.end()) {
        return ErrorAt(at, fmt::format("'{}' is named twice", column.name));
      }
      const std::string& name = column.field == nullptr ? column.attribute : column.name;
      VEXEVT_TRY(CheckName(at, name));
      if (std::ranges::find(query->aggregates, name, &Aggregate::name) != query->aggregates.end()) {
        return ErrorAt(at, fmt::format("an aggregate is named '{}', too: name it with 'as NAME'", name));
      }
      query->by.push_back(std::move(column));
    } while (Take(','));
    return {};
  }

  Status ParseWindows(WindowShape* windows) {
    if (TakeWord("session")) {
      if (!TakeWord("gap")) return ErrorAt(at_, fmt::format("expected 'gap', not {}", Shown()));
      windows->kind = WindowKind::kSession;
      VEXEVT_ASSIGN(windows->gap_ns, ParseDurationWord());
      return {};
    }
    if (!TakeWord("every")) return {};
    Peek();
    const std::size_t at = at_;
    const std::string_view count = Word();
    if (!count.empty() && TakeWord("events")) {
      auto events = ParseCount(count);
      if (!events.ok()) return ErrorAt(at, events.status().message());
      if (*events == 0) return ErrorAt(at, "a window has more than 0 events");
      windows->kind = WindowKind::kCount;
      windows->events = *events;
      return {};
    }
    at_ = at;
    windows->kind = WindowKind::kTime;
    VEXEVT_ASSIGN(windows->every_ns, ParseDurationWord());
    windows->length_ns = windows->every_ns;
    if (!TakeWord("over")) return {};
    Peek();
    const std::size_t over = at_;
    VEXEVT_ASSIGN(windows->length_ns, ParseDurationWord());
    if (windows->length_ns % windows->every_ns != 0) {
      return ErrorAt(over,
                     fmt::format("'over' is a multiple of 'every', which is {}", PrintDuration(windows->every_ns)));
    }
    if (windows->length_ns / windows->every_ns > kMaxOpenWindows) {
      return ErrorAt(over, fmt::format("an event would be in more than {} windows", kMaxOpenWindows));
    }
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<StatsQuery> ParseStatsQuery(std::string_view text) { return Parser(text).Parse(); }

bool IsNumber(const Aggregate& aggregate) {
  switch (aggregate.kind) {
    case AggregateKind::kFirst:
    case AggregateKind::kLast:
    case AggregateKind::kTopK:
    case AggregateKind::kHistogram:
      return false;
    default:
      return true;
  }
}

}  // namespace vexevt
