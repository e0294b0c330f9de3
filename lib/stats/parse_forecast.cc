#include "lib/stats/parse_forecast.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kAheadToReach = 1'000;     // windows, where nothing is said
constexpr std::uint32_t kLastHorizonToReach = 64;  // beyond it margins grow as the steps do

std::optional<double> ReadNumber(std::string_view word) {
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

// Of a kind that the field has, else a number, with a unit or without.
Result<double> ParseQuantity(TextCursor* in, FieldType type) {
  const std::size_t at = in->Here();
  const std::string_view word = in->Word();
  const auto number = ReadNumber(word);
  if (number && type != FieldType::kDuration) return *number;
  auto quantity = type == FieldType::kDuration ? ParseDuration(word)
                  : type == FieldType::kSize   ? ParseSize(word)
                                               : ParseCount(word);
  if (!quantity.ok() && type != FieldType::kDuration) quantity = ParseSize(word);
  if (!quantity.ok()) return ErrorAtByte(at, quantity.status().message());
  return static_cast<double>(*quantity);
}

// From '/' to white space or ','; or in quotes.
Result<std::string> ParsePath(TextCursor* in) {
  const std::size_t at = in->Here();
  const bool quoted = in->Take('"');
  const std::string_view rest = in->Rest();
  const std::size_t end = rest.find_first_of(quoted ? "\"" : " \t\r\n,");
  if (quoted && end == std::string_view::npos) return ErrorAtByte(at, "the '\"' that stands here has no other one");
  const std::string_view path = rest.substr(0, end);
  in->GoTo(at + path.size() + (quoted ? 2 : 0));
  return std::string(path);
}

Status ParseMethod(TextCursor* in, ForecastPlan* plan) {
  if (in->TakeWord("trend")) {
    plan->method = ForecastMethod::kTrend;
    return {};
  }
  if (!in->TakeWord("holt-winters")) return in->Expected("'holt-winters', 'trend' or 'ahead'");
  const std::size_t at = in->Here();
  if (in->Peek() < '0' || in->Peek() > '9') return {};
  const auto season = ReadNumber(in->Word());
  if (!season || !(*season >= 2 && *season <= kMostSeason) || *season != std::floor(*season)) {
    return ErrorAtByte(at, fmt::format("a season is 2 to {} windows", kMostSeason));
  }
  plan->season = static_cast<std::uint32_t>(*season);
  return {};
}

Status ParseAhead(TextCursor* in, ForecastWish* wish) {
  const std::size_t at = in->Here();
  const std::string_view word = in->Word();
  if (in->TakeWord("windows")) {
    const auto windows = ReadNumber(word);
    if (!windows || !(*windows >= 1 && *windows <= kMaxAheadToReach) || *windows != std::floor(*windows)) {
      return ErrorAtByte(at, fmt::format("it is 1 to {} windows", kMaxAheadToReach));
    }
    wish->ahead = static_cast<std::uint32_t>(*windows);
    return {};
  }
  auto duration = ParseDuration(word);
  if (!duration.ok() || *duration == 0) {
    in->GoTo(at);
    return in->Expected("so many windows, as 'ahead 12 windows', or a duration");
  }
  wish->ahead_ns = *duration;
  return {};
}

}  // namespace

Status ParseForecastTerms(TextCursor* in, ForecastWish* wish) {
  if (!in->TakeWord("ahead")) {
    VEXEVT_TRY(ParseMethod(in, &wish->plan));
    if (!in->Take(',')) return {};
    if (!in->TakeWord("ahead")) return in->Expected("'ahead'");
  }
  return ParseAhead(in, wish);
}

Result<ReachTarget> ParseReachTarget(TextCursor* in, const Aggregate& aggregate) {
  const FieldType type = aggregate.field.field != nullptr ? aggregate.field.field->type : FieldType::kFloat;
  const std::size_t at = in->Here();
  const std::string_view rest = in->Rest();
  ReachTarget target;
  if (in->TakeWord("below")) {
    const bool adds_up = aggregate.kind == AggregateKind::kSum || aggregate.kind == AggregateKind::kCount;
    if (adds_up) return ErrorAtByte(at, "what adds up does not fall: 'below' is for levels, as last(…) or min(…)");
    target.below = true;
  }
  const std::size_t value_at = in->Here();
  const auto share = ReadNumber(in->Word());
  if (share && in->Take('%')) {
    if (!(*share > 0)) return ErrorAtByte(at, "a share is more than 0 %");
    if (!in->TakeWord("of")) return in->Expected("'of' and a size, or a path on the file system");
    target.value = *share / 100;
    if (in->Peek() == '/' || in->Peek() == '"') {
      VEXEVT_ASSIGN(target.path, ParsePath(in));
    } else {
      VEXEVT_ASSIGN(const double whole, ParseQuantity(in, type));
      target.value *= whole;
    }
  } else {
    in->GoTo(value_at);
    VEXEVT_ASSIGN(target.value, ParseQuantity(in, type));
  }
  target.text = rest.substr(0, rest.size() - in->Rest().size());
  return target;
}

Status FitToWindows(const WindowShape& windows, std::size_t at, Watch* watch) {
  ForecastWish& wish = watch->forecast;
  const bool of_time = windows.kind == WindowKind::kTime;
  if (!of_time && (wish.reach || wish.ahead_ns > 0)) {
    return ErrorAtByte(at, fmt::format("'{}' is about time: it wants windows of time, as 'every 1h'", watch->name));
  }
  std::uint64_t ahead = wish.ahead > 0 ? wish.ahead : wish.reach ? kAheadToReach : 1;
  if (wish.ahead_ns > 0) ahead = (wish.ahead_ns - 1) / windows.every_ns + 1;
  const std::uint32_t most = wish.reach ? kMaxAheadToReach : kMaxAhead;
  if (ahead > most) {
    return ErrorAtByte(at, fmt::format("'{}' looks {} windows ahead: {} is the most", watch->name, ahead, most));
  }
  wish.ahead = static_cast<std::uint32_t>(ahead);
  if (!wish.reach) {
    wish.plan.horizons = {wish.ahead};
    return {};
  }
  for (std::uint32_t horizon = 1; horizon <= std::min(wish.ahead, kLastHorizonToReach); horizon *= 2) {
    wish.plan.horizons.push_back(horizon);
  }
  return {};
}

}  // namespace vexevt
