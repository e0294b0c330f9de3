#include <array>
#include <ctime>
#include <optional>

#include "lib/base/clock.h"
#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr std::int64_t kMaxSeconds = static_cast<std::int64_t>(UINT64_MAX / kNsPerSecond);
constexpr std::int64_t kSecondsPerDay = 86'400;

// Howard Hinnant's days_from_civil and its inverse (https://howardhinnant.github.io/date_algorithms.html).
std::int64_t DaysSince1970(int year, int month, int day) {
  std::int64_t y = year - (month <= 2);
  std::int64_t era = y / 400;
  std::int64_t year_of_era = y - era * 400;
  std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

struct Civil {
  unsigned year, month, day;
};

Civil CivilOf(std::uint64_t days_since_1970) {
  auto days = static_cast<unsigned>(days_since_1970) + 719'468;
  unsigned era = days / 146'097;
  unsigned day_of_era = days - era * 146'097;
  unsigned year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned shifted = (5 * day_of_year + 2) / 153;
  unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1};
}

int DaysInMonth(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap);
}

// Reads a text from its front; each Take says whether there was what it looks for.
struct Scanner {
  std::string_view rest;

  bool Take(std::string_view word) {
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    return true;
  }
  bool TakeDigits(std::size_t count, int* value) {
    if (rest.size() < count) return false;
    *value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return false;
      *value = *value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return true;
  }
  // ".5" as nanoseconds; nothing there is 0. False where no digit or more than nine follow the point.
  bool TakeFraction(std::uint64_t* ns) {
    *ns = 0;
    if (!Take(".")) return true;
    std::uint64_t place = kNsPerSecond;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      if (place == 1) return false;
      place /= 10;
      *ns += static_cast<std::uint64_t>(rest[0] - '0') * place;
      rest.remove_prefix(1);
    }
    return place < kNsPerSecond;
  }
  // Z, UTC or ±HH:MM as seconds east of Greenwich; nullopt: nothing there.
  std::optional<std::int64_t> TakeZone() {
    if (Take("Z") || Take("z") || Take(" UTC")) return 0;
    std::int64_t sign = rest.starts_with('-') ? -1 : 1;
    if (!Take("+") && !Take("-")) return {};
    int hours = 0, minutes = 0;
    if (!TakeDigits(2, &hours) || hours > 23) return {};
    Take(":");
    if (!rest.empty() && (!TakeDigits(2, &minutes) || minutes > 59)) return {};
    return sign * (hours * 3600 + minutes * 60);
  }
};

Status Refuse(std::string_view text) {
  return InvalidArgument("invalid time '" + std::string(text) +
                         "' (write it like 2026-11-23T12:00:00Z, '2026-11-23 12:00', @1700000000 or '1h ago')");
}

Status OutOfRange(std::string_view text) {
  return InvalidArgument("time '" + std::string(text) + "' is not between 1970 and 2554");
}

std::optional<std::uint64_t> Join(std::int64_t seconds, std::uint64_t ns) {
  if (seconds < 0 || seconds >= kMaxSeconds) return {};
  return static_cast<std::uint64_t>(seconds) * kNsPerSecond + ns;
}

Result<std::uint64_t> ParseEpoch(std::string_view text) {
  Scanner scan{text.substr(1)};
  std::int64_t seconds = 0;
  int digit;
  if (!scan.TakeDigits(1, &digit)) return Refuse(text);
  do {
    seconds = seconds * 10 + digit;
    if (seconds >= kMaxSeconds) return OutOfRange(text);
  } while (scan.TakeDigits(1, &digit));
  std::uint64_t ns;
  if (!scan.TakeFraction(&ns) || !scan.rest.empty()) return Refuse(text);
  return *Join(seconds, ns);
}

// Midnight, in local time, of the day that is `days` after the one in which `now_ns` lies.
std::uint64_t LocalMidnight(std::uint64_t now_ns, int days) {
  auto seconds = static_cast<std::time_t>(now_ns / kNsPerSecond);
  std::tm local;
  localtime_r(&seconds, &local);
  local.tm_mday += days;
  local.tm_hour = local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  std::time_t midnight = std::mktime(&local);
  return midnight < 0 ? 0 : static_cast<std::uint64_t>(midnight) * kNsPerSecond;
}

void TwoDigits(char* out, unsigned value) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

Result<std::uint64_t> ParseTime(std::string_view text) {
  if (text.starts_with('@')) return ParseEpoch(text);
  Scanner scan{text};
  int year, month, day, hour = 0, minute = 0, second = 0;
  std::uint64_t ns = 0;
  if (!scan.TakeDigits(4, &year) || !scan.Take("-") || !scan.TakeDigits(2, &month) || !scan.Take("-") ||
      !scan.TakeDigits(2, &day)) {
    return Refuse(text);
  }
  if (month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) return Refuse(text);
  std::optional<std::int64_t> zone;
  if (!scan.rest.empty()) {
    if (!scan.Take("T") && !scan.Take("t") && !scan.Take(" ")) return Refuse(text);
    if (!scan.TakeDigits(2, &hour) || !scan.Take(":") || !scan.TakeDigits(2, &minute)) return Refuse(text);
    if (scan.Take(":") && (!scan.TakeDigits(2, &second) || !scan.TakeFraction(&ns))) return Refuse(text);
    if (!scan.rest.empty() && !(zone = scan.TakeZone())) return Refuse(text);
  }
  // A leap second, 60, is the second after it: clocks since 1970 don't count them.
  if (!scan.rest.empty() || hour > 23 || minute > 59 || second > 60) return Refuse(text);
  std::int64_t seconds;
  if (zone) {
    seconds = DaysSince1970(year, month, day) * kSecondsPerDay + hour * 3600 + minute * 60 + second - *zone;
  } else {
    std::tm local{};
    local.tm_year = year - 1900;
    local.tm_mon = month - 1;
    local.tm_mday = day;
    local.tm_hour = hour;
    local.tm_min = minute;
    local.tm_sec = second;
    local.tm_isdst = -1;
    seconds = std::mktime(&local);
  }
  auto time = Join(seconds, ns);
  if (!time) return OutOfRange(text);
  return *time;
}

Result<std::uint64_t> ParseTime(std::string_view text, std::uint64_t now_ns) {
  if (text == "now") return now_ns;
  if (text == "today") return LocalMidnight(now_ns, 0);
  if (text == "yesterday") return LocalMidnight(now_ns, -1);
  if (text == "tomorrow") return LocalMidnight(now_ns, 1);
  std::string_view duration = text;
  bool future = false;
  if (duration.ends_with(" ago")) {
    duration.remove_suffix(4);
  } else if (duration.starts_with('-') || duration.starts_with('+')) {
    future = duration.front() == '+';
    duration.remove_prefix(1);
  }
  if (auto distance = ParseDuration(duration); distance.ok()) {
    std::uint64_t time;
    bool overflow =
        future ? __builtin_add_overflow(now_ns, *distance, &time) : __builtin_sub_overflow(now_ns, *distance, &time);
    if (overflow) return OutOfRange(text);
    return time;
  }
  return ParseTime(text);
}

std::string PrintTime(std::uint64_t ns) {
  std::string text(kTimeChars, '\0');
  WriteTime(ns, text.data());
  return text;
}

void WriteTime(std::uint64_t ns, char* out) {
  std::uint64_t seconds = ns / kNsPerSecond;
  Civil date = CivilOf(seconds / kSecondsPerDay);
  auto of_day = static_cast<unsigned>(seconds % kSecondsPerDay);
  TwoDigits(out, date.year / 100);
  TwoDigits(out + 2, date.year % 100);
  out[4] = '-';
  TwoDigits(out + 5, date.month);
  out[7] = '-';
  TwoDigits(out + 8, date.day);
  out[10] = 'T';
  TwoDigits(out + 11, of_day / 3600);
  out[13] = ':';
  TwoDigits(out + 14, of_day / 60 % 60);
  out[16] = ':';
  TwoDigits(out + 17, of_day % 60);
  out[19] = '.';
  auto fraction = static_cast<unsigned>(ns % kNsPerSecond);
  out[20] = static_cast<char>('0' + fraction / 100'000'000);
  TwoDigits(out + 21, fraction / 1'000'000 % 100);
  TwoDigits(out + 23, fraction / 10'000 % 100);
  TwoDigits(out + 25, fraction / 100 % 100);
  TwoDigits(out + 27, fraction % 100);
  out[29] = 'Z';
}

}  // namespace vexevt
