#include "lib/expr/posix_zone.h"

#include <algorithm>
#include <chrono>

namespace vexevt {
namespace {

constexpr int kFirstYear = 1970, kLastYear = 2554;
constexpr std::int32_t kHour = 3600;
constexpr std::int64_t kDay = 86'400;

// When in a year a change comes, and at which second of that day's local time (which may lie outside the day).
struct Rule {
  enum { kMonthWeekDay, kDayNoLeap, kDayOfYear } form = kMonthWeekDay;
  int month = 0, week = 0, day = 0;
  std::int32_t time = 2 * kHour;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool AtEnd() const { return text_.empty(); }

  bool Take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  // An abbreviation: letters, or anything in <>.
  bool SkipName() {
    if (Take('<')) {
      auto end = text_.find('>');
      if (end == std::string_view::npos) return false;
      text_.remove_prefix(end + 1);
      return true;
    }
    std::size_t size = 0;
    while (size < text_.size() && ((text_[size] | 0x20) >= 'a' && (text_[size] | 0x20) <= 'z')) ++size;
    text_.remove_prefix(size);
    return size >= 3;
  }

  std::optional<int> Number(int most) {
    if (text_.empty() || text_[0] < '0' || text_[0] > '9') return std::nullopt;
    int number = 0;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') {
      number = number * 10 + (text_[0] - '0');
      if (number > most) return std::nullopt;
      text_.remove_prefix(1);
    }
    return number;
  }

  // [+-]hh[:mm[:ss]]
  std::optional<std::int32_t> Time() {
    int sign = Take('-') ? -1 : (Take('+'), 1);
    auto hours = Number(167);
    if (!hours) return std::nullopt;
    std::int32_t seconds = *hours * kHour;
    for (std::int32_t unit : {60, 1}) {
      if (!Take(':')) break;
      auto part = Number(59);
      if (!part) return std::nullopt;
      seconds += *part * unit;
    }
    return sign * seconds;
  }

  std::optional<Rule> Change() {
    Rule rule;
    if (Take('M')) {
      auto month = Number(12);
      if (!month || *month < 1 || !Take('.')) return std::nullopt;
      auto week = Number(5);
      if (!week || *week < 1 || !Take('.')) return std::nullopt;
      auto day = Number(6);
      if (!day) return std::nullopt;
      rule = {Rule::kMonthWeekDay, *month, *week, *day};
    } else {
      rule.form = Take('J') ? Rule::kDayNoLeap : Rule::kDayOfYear;
      auto day = Number(365);
      if (!day) return std::nullopt;
      rule.day = *day;
    }
    if (Take('/')) {
      auto time = Time();
      if (!time) return std::nullopt;
      rule.time = *time;
    }
    return rule;
  }

 private:
  std::string_view text_;
};

// Local seconds since 1970.
std::int64_t LocalTime(const Rule& rule, int year_number) {
  using namespace std::chrono;
  year y{year_number};
  sys_days day;
  if (rule.form == Rule::kMonthWeekDay) {
    year_month month = y / rule.month;
    weekday wanted(static_cast<unsigned>(rule.day));
    day = rule.week == 5 ? sys_days(month / wanted[last]) : sys_days(month / wanted[static_cast<unsigned>(rule.week)]);
  } else {
    day = sys_days(y / January / 1) + days(rule.day);
    // Jn counts from 1 and never 29 February; n counts from 0 and does.
    if (rule.form == Rule::kDayNoLeap) day -= days(y.is_leap() && rule.day >= 60 ? 0 : 1);
  }
  return day.time_since_epoch().count() * kDay + rule.time;
}

}  // namespace

std::optional<UnrolledZone> UnrollPosixZone(std::string_view rule) {
  Reader reader(rule);
  if (!reader.SkipName()) return std::nullopt;
  auto west = reader.Time();  // POSIX counts westward
  if (!west) return std::nullopt;
  UnrolledZone zone{-*west, {}};
  if (reader.AtEnd()) return zone;
  if (!reader.SkipName()) return std::nullopt;
  std::int32_t summer_offset = zone.standard_offset + kHour;
  if (!reader.Take(',')) {
    auto summer_west = reader.Time();
    if (!summer_west || !reader.Take(',')) return std::nullopt;
    summer_offset = -*summer_west;
  }
  auto begin = reader.Change();
  if (!begin || !reader.Take(',')) return std::nullopt;
  auto end = reader.Change();
  if (!end || !reader.AtEnd()) return std::nullopt;
  for (int year = kFirstYear; year <= kLastYear; ++year) {
    zone.changes.push_back({LocalTime(*begin, year) - zone.standard_offset, summer_offset});
    zone.changes.push_back({LocalTime(*end, year) - summer_offset, zone.standard_offset});
  }
  std::ranges::sort(zone.changes, {}, &ZoneChange::at);
  return zone;
}

}  // namespace vexevt
