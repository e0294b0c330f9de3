// timeofday and weekday.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "lib/expr/check.h"
#include "lib/expr/lexer.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kDaySeconds = 86'400;
constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::optional<std::uint64_t> TwoDigits(std::string_view text) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 2 || !digit(text[0]) || !digit(text[1])) return std::nullopt;
  return static_cast<std::uint64_t>((text[0] - '0') * 10 + (text[1] - '0'));
}

// 08:00, 08:00:30, 24:00: seconds from midnight.
std::optional<std::uint64_t> ParseTimeOfDay(std::string_view text) {
  bool with_seconds = text.size() == 8 && text[5] == ':';
  if ((text.size() != 5 && !with_seconds) || text[2] != ':') return std::nullopt;
  auto hours = TwoDigits(text.substr(0, 2)), minutes = TwoDigits(text.substr(3, 2));
  auto seconds = with_seconds ? TwoDigits(text.substr(6)) : std::optional<std::uint64_t>(0);
  if (!hours || !minutes || !seconds || *minutes > 59 || *seconds > 59) return std::nullopt;
  std::uint64_t result = *hours * 3600 + *minutes * 60 + *seconds;
  return result <= kDaySeconds ? std::optional(result) : std::nullopt;
}

std::optional<std::uint64_t> ParseDay(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kDays); ++i) {
    if (text == kDays[i]) return i + 1;
  }
  return std::nullopt;
}

// first … last, both included, and across the end of the cycle where last is before first.
void AddCyclic(Range cycle, std::uint64_t first, std::uint64_t last, std::vector<Range>* ranges) {
  if (first <= last) {
    ranges->push_back({first, last});
  } else {
    ranges->push_back({first, cycle.last});
    ranges->push_back({cycle.first, last});
  }
}

Status AddDays(const Word& word, std::vector<Range>* ranges) {
  std::string_view text = word.text;
  auto dash = text.find('-');
  auto first = ParseDay(text.substr(0, dash));
  auto last = dash == std::string_view::npos ? first : ParseDay(text.substr(dash + 1));
  if (!first || !last) {
    return ErrorAt(word.column, fmt::format("'{}' is not a day as mon, or days as mon-fri", word.text));
  }
  AddCyclic({1, 7}, *first, *last, ranges);
  return Status::Ok();
}

// The end does not belong to it: 08:00-12:00 and 12:00-18:00 share nothing.
Status AddTimes(const Word& word, std::vector<Range>* ranges) {
  std::string_view text = word.text;
  auto dash = text.find('-');
  auto first = ParseTimeOfDay(text.substr(0, dash));
  auto end = dash == std::string_view::npos ? std::nullopt : ParseTimeOfDay(text.substr(dash + 1));
  if (!first || !end || *first == kDaySeconds) {
    return ErrorAt(word.column, fmt::format("'{}' is not a range of times as 08:00-18:00", word.text));
  }
  if (*first == *end) return ErrorAt(word.column, fmt::format("'{}' can never hold: it is empty", word.text));
  AddCyclic({0, kDaySeconds - 1}, *first, (*end + kDaySeconds - 1) % kDaySeconds, ranges);
  return Status::Ok();
}

Result<RangeSet> OrderedTimes(const Comparison& comparison) {
  const Word& word = comparison.values[0];
  auto time = ParseTimeOfDay(word.text);
  if (!time) return ErrorAt(word.column, fmt::format("'{}' is not a time of day as 08:00", word.text));
  RangeSet day({0, kDaySeconds - 1}), below;
  std::uint64_t end = *time + (comparison.op == Operator::kLessEqual || comparison.op == Operator::kGreater ? 1 : 0);
  if (end > 0) below = Intersection(day, RangeSet({0, end - 1}));
  bool less = comparison.op == Operator::kLess || comparison.op == Operator::kLessEqual;
  RangeSet result = less ? below : Complement(below, kDaySeconds - 1);
  if (result.empty()) return ErrorAt(comparison.field.column, "this can never hold: a day has 24 hours");
  return result;
}

}  // namespace

Result<Test> CheckClock(const Comparison& comparison) {
  ClockTest test;
  test.weekday = comparison.field.text == "weekday";
  bool in = comparison.op == Operator::kIn || comparison.op == Operator::kNotIn;
  bool equal = comparison.op == Operator::kEqual || comparison.op == Operator::kNotEqual;
  if (!in && !(test.weekday ? equal : IsOrder(comparison.op))) {
    return ErrorAt(comparison.op_column, test.weekday ? "'weekday' is compared by '=', '!=' and 'in (mon-fri, sun)'"
                                                      : "'timeofday' is compared by 'in (08:00-18:00)' and '<' '>='");
  }
  if (in || equal) {
    std::vector<Range> ranges;
    for (const Word& word : comparison.values) {
      if (word.named_list) return ErrorAt(word.column, fmt::format("'{}' takes no named list", comparison.field.text));
      VEXEVT_TRY(test.weekday ? AddDays(word, &ranges) : AddTimes(word, &ranges));
    }
    test.keys = RangeSet(std::move(ranges));
  } else {
    VEXEVT_ASSIGN(test.keys, OrderedTimes(comparison));
  }
  TimeZone zone;
  if (!comparison.zone.text.empty()) {
    auto loaded = TimeZone::Load(comparison.zone.text);
    if (!loaded.ok()) return ErrorAt(comparison.zone.column, loaded.status().message());
    zone = std::move(*loaded);
  }
  test.zone = std::make_shared<const TimeZone>(std::move(zone));
  return Test{&comparison, nullptr, IsNegated(comparison.op), std::move(test)};
}

}  // namespace vexevt
