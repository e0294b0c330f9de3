#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include "lib/base/text_cursor.h"
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

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
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
  explicit Parser(std::string_view text) : in_(text, "_-."), text_(text) {}

  Result<StatsQuery> Parse() {
    StatsQuery query;
    query.text = text_;
    do {
      const std::size_t at = in_.Here();
      if (query.aggregates.size() == kMaxAggregates) {
        return ErrorAtByte(at, fmt::format("more than {} aggregates", kMaxAggregates));
      }
      VEXEVT_ASSIGN(Aggregate aggregate, ParseAggregate(0));
      if (in_.TakeWord("as")) {
        VEXEVT_ASSIGN(aggregate.name, ParseName());
      }
      if (std::ranges::find(query.aggregates, aggregate.name, &Aggregate::name) != query.aggregates.end()) {
        return ErrorAtByte(at, fmt::format("two aggregates are named '{}': name one with 'as NAME'", aggregate.name));
      }
      VEXEVT_TRY(CheckName(at, aggregate.name));
      query.aggregates.push_back(std::move(aggregate));
    } while (in_.Take(','));
    if (in_.TakeWord("by")) VEXEVT_TRY(ParseKey(&query));
    VEXEVT_TRY(ParseWindows(&query.windows));
    if (in_.Peek() == '\0') return query;
    return in_.Expected("',', 'by', 'every' or 'session'");
  }

 private:
  Result<std::string> ParseName() {
    const std::string_view name = in_.Word();
    if (name.empty()) return in_.Expected("a name");
    return std::string(name);
  }

  Result<Column> ParseField() {
    const std::size_t at = in_.Here();
    const std::string_view word = in_.Word();
    if (word.empty()) return in_.Expected("a field");
    auto column = ParseColumn(word);
    if (!column.ok()) return ErrorAtByte(at, column.status().message());
    return column;
  }

  Result<double> ParseNumber() {
    const std::size_t at = in_.Here();
    const std::string_view word = in_.Word();
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) {
      in_.GoTo(at);
      return in_.Expected("a number");
    }
    return number;
  }

  Result<std::uint64_t> ParseDurationWord() {
    const std::size_t at = in_.Here();
    const std::string_view word = in_.UpToSpace();  // µs are more than bytes of words
    if (word.empty()) return ErrorAtByte(at, "expected a duration, not the end");
    auto duration = ParseDuration(word);
    if (!duration.ok()) return ErrorAtByte(at, duration.status().message());
    if (*duration == 0) return ErrorAtByte(at, "a window is longer than 0");
    return duration;
  }

  Status ParseWhen(Aggregate* aggregate) {
    const std::size_t open = in_.Here();
    VEXEVT_ASSIGN(aggregate->when, in_.Bracketed());
    aggregate->when_at = open + 1;
    if (aggregate->when.find_first_not_of(" \t\n\r") == std::string::npos) {
      return ErrorAtByte(open, "expected an expression between '[' and ']'");
    }
    return {};
  }

  // What every result has besides.
  static Status CheckName(std::size_t at, std::string_view name) {
    static constexpr std::string_view kTaken[] = {"begin", "end", "other", "lower_bound", "partial", "state"};
    if (std::ranges::find(kTaken, name) == std::end(kTaken)) return {};
    return ErrorAtByte(at, fmt::format("'{}' is what results say of their window", name));
  }

  Status UnknownMeasure(std::size_t at, std::string_view word) {
    if (word.empty()) {
      in_.GoTo(at);
      return in_.Expected("an aggregate like count or p99(size)");
    }
    std::vector<std::string_view> names;
    for (const MeasureWord& known : kMeasureWords) names.push_back(known.word);
    return ErrorAtByte(at, fmt::format("unknown aggregate '{}'{}", word, NearestHint(word, names)));
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
    const std::size_t at = in_.Here();
    const std::string_view word = in_.Word();
    Aggregate aggregate;
    Takes takes = Takes::kNumber;
    const auto known = std::ranges::find(kMeasureWords, word, &MeasureWord::word);
    if (known != std::end(kMeasureWords)) {
      aggregate.kind = known->kind;
      takes = known->takes;
    } else if (ReadPercentile(word, &aggregate.fraction)) {
      aggregate.kind = AggregateKind::kQuantile;
      if (aggregate.fraction > 1) return ErrorAtByte(at, "a percentile is 0 to 100");
    } else {
      return UnknownMeasure(at, word);
    }
    aggregate.name = word;
    if (takes == Takes::kParts) {
      if (depth > 0) return ErrorAtByte(at, "a ratio is of two aggregates that are none");
      VEXEVT_TRY(ParseRatio(&aggregate));
    } else if (takes != Takes::kNothing) {
      VEXEVT_TRY(ParseOperands(takes, &aggregate));
    }
    if (in_.Peek() != '[') return aggregate;
    if (takes == Takes::kParts) return ErrorAtByte(in_.Here(), "of a ratio each part has its own expression");
    VEXEVT_TRY(ParseWhen(&aggregate));
    return aggregate;
  }

  Status ParseOperands(Takes takes, Aggregate* aggregate) {
    VEXEVT_TRY(in_.Expect('('));
    if (takes == Takes::kNumberAndField) {
      const std::size_t at = in_.Here();
      VEXEVT_ASSIGN(const double number, ParseNumber());
      if (aggregate->kind == AggregateKind::kQuantile) {
        if (!(number >= 0 && number <= 1)) return ErrorAtByte(at, "a quantile is 0 to 1");
        aggregate->fraction = number;
      } else {
        if (!(number >= 1 && number <= kMaxTopK) || number != std::floor(number)) {
          return ErrorAtByte(at, fmt::format("it is 1 to {}", kMaxTopK));
        }
        aggregate->most = static_cast<std::uint32_t>(number);
      }
      VEXEVT_TRY(in_.Expect(','));
    }
    const std::size_t at = in_.Here();
    VEXEVT_ASSIGN(aggregate->field, ParseField());
    if ((takes == Takes::kNumber || aggregate->kind == AggregateKind::kQuantile) && !HoldsNumbers(aggregate->field)) {
      return ErrorAtByte(at, fmt::format("'{}' is no number", aggregate->field.name));
    }
    const Column& field = aggregate->field;
    aggregate->name += "_" + (field.field == nullptr ? field.attribute : field.name);
    return in_.Expect(')');
  }

  Status ParseRatio(Aggregate* ratio) {
    VEXEVT_TRY(in_.Expect('('));
    for (int part = 0; part < 2; ++part) {
      if (part > 0) VEXEVT_TRY(in_.Expect(','));
      const std::size_t at = in_.Here();
      VEXEVT_ASSIGN(Aggregate aggregate, ParseAggregate(1));
      if (!IsNumber(aggregate)) return ErrorAtByte(at, fmt::format("'{}' is no number", aggregate.name));
      ratio->parts.push_back(std::move(aggregate));
    }
    return in_.Expect(')');
  }

  Status ParseKey(StatsQuery* query) {
    do {
      const std::size_t at = in_.Here();
      VEXEVT_ASSIGN(Column column, ParseField());
      if (query->by.size() == kMaxKeyFields) return ErrorAtByte(at, fmt::format("more than {} fields", kMaxKeyFields));
      if (std::ranges::find(query->by, column.name, &Column::name) != query->by.end()) {
        return ErrorAtByte(at, fmt::format("'{}' is named twice", column.name));
      }
      const std::string& name = column.field == nullptr ? column.attribute : column.name;
      VEXEVT_TRY(CheckName(at, name));
      if (std::ranges::find(query->aggregates, name, &Aggregate::name) != query->aggregates.end()) {
        return ErrorAtByte(at, fmt::format("an aggregate is named '{}', too: name it with 'as NAME'", name));
      }
      query->by.push_back(std::move(column));
    } while (in_.Take(','));
    return {};
  }

  Status ParseWindows(WindowShape* windows) {
    if (in_.TakeWord("session")) {
      if (!in_.TakeWord("gap")) return in_.Expected("'gap'");
      windows->kind = WindowKind::kSession;
      VEXEVT_ASSIGN(windows->gap_ns, ParseDurationWord());
      return {};
    }
    if (!in_.TakeWord("every")) return {};
    const std::size_t at = in_.Here();
    const std::string_view count = in_.Word();
    if (!count.empty() && in_.TakeWord("events")) {
      auto events = ParseCount(count);
      if (!events.ok()) return ErrorAtByte(at, events.status().message());
      if (*events == 0) return ErrorAtByte(at, "a window has more than 0 events");
      windows->kind = WindowKind::kCount;
      windows->events = *events;
      return {};
    }
    in_.GoTo(at);
    windows->kind = WindowKind::kTime;
    VEXEVT_ASSIGN(windows->every_ns, ParseDurationWord());
    windows->length_ns = windows->every_ns;
    if (!in_.TakeWord("over")) return {};
    const std::size_t over = in_.Here();
    VEXEVT_ASSIGN(windows->length_ns, ParseDurationWord());
    if (windows->length_ns % windows->every_ns != 0) {
      return ErrorAtByte(over,
                         fmt::format("'over' is a multiple of 'every', which is {}", PrintDuration(windows->every_ns)));
    }
    if (windows->length_ns / windows->every_ns > kMaxOpenWindows) {
      return ErrorAtByte(over, fmt::format("an event would be in more than {} windows", kMaxOpenWindows));
    }
    return {};
  }

  TextCursor in_;
  std::string_view text_;
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
