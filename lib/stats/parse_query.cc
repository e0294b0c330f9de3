#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "lib/base/nearest_name.h"
#include "lib/base/text_cursor.h"
#include "lib/base/units.h"
#include "lib/expr/value.h"
#include "lib/stats/parse_forecast.h"
#include "lib/stats/query.h"

namespace vexevt {
namespace {

// What stands between the brackets of a measure.
enum class Takes : std::uint8_t { kNothing, kAny, kNumber, kNumberAndField, kFieldAndValue, kParts };

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
                                         {"frequency", AggregateKind::kFrequency, Takes::kFieldAndValue},
                                         {"histogram", AggregateKind::kHistogram, Takes::kNumber},
                                         {"entropy", AggregateKind::kEntropy, Takes::kAny},
                                         {"ratio", AggregateKind::kRatio, Takes::kParts}};

constexpr DetectorKind kAnomalyMethods[] = {DetectorKind::kMad, DetectorKind::kEwma, DetectorKind::kSeasonal,
                                            DetectorKind::kForest};
constexpr DetectorKind kChangeMethods[] = {DetectorKind::kPageHinkley, DetectorKind::kAdwin};
struct WatchWord {
  std::string_view word;
  WatchKind kind;
  std::span<const DetectorKind> methods;  // the first is taken where none is named
};
constexpr WatchWord kWatchWords[] = {{"anomaly", WatchKind::kAnomaly, kAnomalyMethods},
                                     {"change", WatchKind::kChange, kChangeMethods}};
constexpr std::string_view kForecastWord = "forecast";

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

// Whether both always have one value.
bool IsSame(const Aggregate& a, const Aggregate& b) {
  return a.kind == b.kind && a.field.name == b.field.name && a.fraction == b.fraction && a.most == b.most &&
         a.value == b.value && a.when == b.when && std::ranges::equal(a.parts, b.parts, IsSame);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : in_(text, "_-."), text_(text) {}

  Result<StatsQuery> Parse() {
    query_.text = text_;
    do {
      const std::size_t at = in_.Here();
      const std::string_view word = in_.Word();
      const auto watch = std::ranges::find(kWatchWords, word, &WatchWord::word);
      in_.GoTo(at);
      if (word == kForecastWord) {
        VEXEVT_TRY(ParseForecast());
      } else if (watch != std::end(kWatchWords)) {
        VEXEVT_TRY(ParseWatch(*watch));
      } else {
        VEXEVT_TRY(AddAggregate(false).status());
      }
    } while (in_.Take(','));
    VEXEVT_TRY(ParseKey());
    const std::size_t at = in_.Here();
    VEXEVT_TRY(ParseWindows(&query_.windows));
    if (in_.Peek() != '\0') return in_.Expected("',', 'by', 'every' or 'session'");
    if (query_.windows.kind == WindowKind::kGlobal && !query_.watches.empty()) {
      return ErrorAtByte(at, fmt::format("'{}' goes from window to window: 'every' or 'session' says of which",
                                         query_.watches[0].name));
    }
    for (Watch& watch : query_.watches) {
      if (watch.kind == WatchKind::kForecast) VEXEVT_TRY(FitToWindows(query_.windows, at, &watch));
    }
    return std::move(query_);
  }

 private:
  // A result, with its name; all have their own. Where it is watched it may be there already.
  Result<std::uint32_t> AddAggregate(bool watched) {
    const std::size_t at = in_.Here();
    VEXEVT_ASSIGN(Aggregate aggregate, ParseAggregate(0));
    VEXEVT_TRY(ParseAs(&aggregate.name));
    const auto known = std::ranges::find(query_.aggregates, aggregate.name, &Aggregate::name);
    const auto place = static_cast<std::uint32_t>(known - query_.aggregates.begin());
    if (watched && known != query_.aggregates.end() && IsSame(aggregate, *known)) return place;
    if (query_.aggregates.size() == kMaxAggregates) {
      return ErrorAtByte(at, fmt::format("more than {} aggregates", kMaxAggregates));
    }
    VEXEVT_TRY(ClaimName(at, aggregate.name));
    query_.aggregates.push_back(std::move(aggregate));
    return static_cast<std::uint32_t>(query_.aggregates.size() - 1);
  }

  Status ParseAs(std::string* name) {
    if (!in_.TakeWord("as")) return {};
    VEXEVT_ASSIGN(*name, ParseName());
    return {};
  }

  Status ClaimName(std::size_t at, std::string_view name) {
    if (std::ranges::find(names_, name) != names_.end()) {
      return ErrorAtByte(at, fmt::format("two aggregates are named '{}': name one with 'as NAME'", name));
    }
    VEXEVT_TRY(CheckName(at, name));
    names_.emplace_back(name);
    return {};
  }

  Status ParseWatch(const WatchWord& word) {
    const std::size_t at = in_.Here();
    Watch watch;
    watch.kind = word.kind;
    in_.Word();
    VEXEVT_TRY(in_.Expect('('));
    std::optional<DetectorKind> method;
    do {
      if (!watch.measures.empty()) method = TakeMethod(word);
      if (method) break;
      if (watch.measures.size() == kMaxWatched) {
        return ErrorAtByte(in_.Here(), fmt::format("more than {} aggregates are watched at once", kMaxWatched));
      }
      VEXEVT_TRY(ParseWatched(&watch));
    } while (in_.Take(','));
    if (method == DetectorKind::kSeasonal) VEXEVT_TRY(ParsePeriod(&watch));
    VEXEVT_TRY(ParseKey());
    VEXEVT_TRY(in_.Expect(')'));
    const bool many = watch.measures.size() > 1;
    const bool can_many = std::ranges::find(word.methods, DetectorKind::kForest) != word.methods.end();
    watch.method = method.value_or(many && can_many ? DetectorKind::kForest : word.methods.front());
    if (many && watch.method != DetectorKind::kForest) {
      return ErrorAtByte(at, fmt::format("'{}' watches one aggregate", DetectorName(watch.method)));
    }
    return AddWatch(at, word.word, std::move(watch));
  }

  Status ParseForecast() {
    const std::size_t at = in_.Here();
    Watch watch;
    watch.kind = WatchKind::kForecast;
    in_.Word();
    VEXEVT_TRY(in_.Expect('('));
    VEXEVT_TRY(ParseWatched(&watch));
    if (in_.Take(',')) VEXEVT_TRY(ParseForecastTerms(&in_, &watch.forecast));
    VEXEVT_TRY(ParseKey());
    VEXEVT_TRY(in_.Expect(')'));
    if (in_.TakeWord("reach")) {
      const Aggregate& measure = query_.aggregates[watch.measures[0]];
      VEXEVT_ASSIGN(watch.forecast.reach, ParseReachTarget(&in_, measure));
      watch.forecast.plan.adds_up = measure.kind == AggregateKind::kSum || measure.kind == AggregateKind::kCount;
    }
    return AddWatch(at, kForecastWord, std::move(watch));
  }

  Status AddWatch(std::size_t at, std::string_view word, Watch watch) {
    if (query_.watches.size() == kMaxWatches) return ErrorAtByte(at, fmt::format("more than {} watches", kMaxWatches));
    watch.name = word;
    for (const std::uint32_t measure : watch.measures) watch.name += "_" + query_.aggregates[measure].name;
    VEXEVT_TRY(ParseAs(&watch.name));
    watch.columns = {watch.name};
    for (const std::uint32_t measure : watch.measures) {
      const std::string of =
          watch.measures.size() > 1 ? watch.name + "_" + query_.aggregates[measure].name : watch.name;
      watch.columns.insert(watch.columns.end(), {of + "_low", of + "_high"});
    }
    if (watch.forecast.reach) watch.columns.push_back(watch.name + "_in");
    for (const std::string& column : watch.columns) VEXEVT_TRY(ClaimName(at, column));
    query_.watches.push_back(std::move(watch));
    return {};
  }

  std::optional<DetectorKind> TakeMethod(const WatchWord& word) {
    const auto named =
        std::ranges::find_if(word.methods, [&](DetectorKind method) { return in_.TakeWord(DetectorName(method)); });
    return named != word.methods.end() ? std::optional(*named) : std::nullopt;
  }

  Status ParsePeriod(Watch* watch) {
    const std::size_t at = in_.Here();
    if (!IsDigit(in_.Peek())) return {};
    VEXEVT_ASSIGN(const double period, ParseNumber());
    if (!(period >= 2 && period <= kMostSeason) || period != std::floor(period)) {
      return ErrorAtByte(at, fmt::format("a period is 2 to {} windows", kMostSeason));
    }
    watch->period = static_cast<std::uint32_t>(period);
    return {};
  }

  // An aggregate that is a result already, by its name, or becomes one.
  Status ParseWatched(Watch* watch) {
    const std::size_t at = in_.Here();
    const std::string_view name = in_.Word();
    const auto known = std::ranges::find(query_.aggregates, name, &Aggregate::name);
    if (known != query_.aggregates.end() && (in_.Peek() == ',' || in_.Peek() == ')')) {
      watch->measures.push_back(static_cast<std::uint32_t>(known - query_.aggregates.begin()));
    } else {
      in_.GoTo(at);
      VEXEVT_ASSIGN(const std::uint32_t place, AddAggregate(true));
      watch->measures.push_back(place);
    }
    const Aggregate& measure = query_.aggregates[watch->measures.back()];
    const bool level =
        watch->kind == WatchKind::kForecast && measure.kind == AggregateKind::kLast && HoldsNumbers(measure.field);
    return level || IsNumber(measure) ? Status() : ErrorAtByte(at, fmt::format("'{}' is no number", measure.name));
  }

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
    for (const WatchWord& known : kWatchWords) names.push_back(known.word);
    names.push_back(kForecastWord);
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
    aggregate->name += "_" + AttributeName(aggregate->field);
    if (takes == Takes::kFieldAndValue) VEXEVT_TRY(ParseAsked(aggregate));
    return in_.Expect(')');
  }

  Status ParseAsked(Aggregate* aggregate) {
    VEXEVT_TRY(in_.Expect(','));
    const std::size_t at = in_.Here();
    std::size_t end = at;
    VEXEVT_ASSIGN(aggregate->value, TakeValue(text_, &end));
    in_.GoTo(end);
    query_.values.push_back({at, end - at});
    const auto value = ParseColumnValue(aggregate->field, aggregate->value);
    return value.ok() ? Status() : ErrorAtByte(at, value.status().message());
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

  // By what results are grouped, where that is said here.
  Status ParseKey() {
    const std::size_t by = in_.Here();
    if (!in_.TakeWord("by")) return {};
    if (!query_.by.empty()) return ErrorAtByte(by, "'by' stands here a second time");
    do {
      const std::size_t at = in_.Here();
      VEXEVT_ASSIGN(Column column, ParseField());
      if (query_.by.size() == kMaxKeyFields) return ErrorAtByte(at, fmt::format("more than {} fields", kMaxKeyFields));
      if (std::ranges::find(query_.by, column.name, &Column::name) != query_.by.end()) {
        return ErrorAtByte(at, fmt::format("'{}' is named twice", column.name));
      }
      const std::string& name = AttributeName(column);
      VEXEVT_TRY(CheckName(at, name));
      if (std::ranges::find(names_, name) != names_.end()) {
        return ErrorAtByte(at, fmt::format("an aggregate is named '{}', too: name it with 'as NAME'", name));
      }
      names_.push_back(name);
      query_.by.push_back(std::move(column));
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
  StatsQuery query_;
  std::vector<std::string> names_;  // that results have, and those of `by`
};

}  // namespace

Result<StatsQuery> ParseStatsQuery(std::string_view text) { return Parser(text).Parse(); }

Result<std::string> WithFrequencyOf(const StatsQuery& query, std::string_view value) {
  if (query.values.empty()) return InvalidArgument(fmt::format("there is no frequency in '{}'", query.text));
  std::string text = query.text;
  const std::string written = WrittenValue(value);
  for (auto part = query.values.rbegin(); part != query.values.rend(); ++part) {
    text.replace(part->at, part->size, written);
  }
  const auto asked = ParseStatsQuery(text);
  if (asked.ok()) return text;
  return WithoutColumn(asked.status());
}

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
