#include "lib/base/units.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <optional>
#include <span>

#include "lib/base/clock.h"

namespace vexevt {
namespace {

__extension__ using Uint128 = unsigned __int128;

// A decimal number, exactly: digits / 10^decimals.
struct Decimal {
  std::uint64_t digits = 0;
  unsigned decimals = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes a number off the front of *text; nullopt where there is none or it has more digits than 64 bits hold.
std::optional<Decimal> TakeDecimal(std::string_view* text) {
  std::size_t end = 0;
  std::uint64_t digits = 0;
  std::size_t point = std::string_view::npos;
  bool any = false;
  for (; end < text->size(); ++end) {
    char c = (*text)[end];
    if (c == '.' && any && point == std::string_view::npos) {
      point = end;
      continue;
    }
    if (!IsDigit(c)) break;
    any = true;
    if (__builtin_mul_overflow(digits, 10, &digits) || __builtin_add_overflow(digits, c - '0', &digits)) return {};
  }
  if (!any || point + 1 == end) return {};
  Decimal number{digits, point == std::string_view::npos ? 0 : static_cast<unsigned>(end - point - 1)};
  text->remove_prefix(end);
  return number;
}

// number * unit, rounded down; nullopt on overflow, and where a fraction of an indivisible unit is asked for.
std::optional<std::uint64_t> Scale(Decimal number, std::uint64_t unit) {
  if (number.decimals > 0 && unit == 1) return {};
  Uint128 value = Uint128{number.digits} * unit;
  for (unsigned i = 0; i < number.decimals; ++i) value /= 10;
  if (value > UINT64_MAX) return {};
  return static_cast<std::uint64_t>(value);
}

Status Refuse(std::string_view kind, std::string_view text, std::string_view like) {
  return InvalidArgument(fmt::format("invalid {} '{}' (write it like {})", kind, text, like));
}

Status TooLarge(std::string_view kind, std::string_view text) {
  return InvalidArgument(fmt::format("{} '{}' is too large", kind, text));
}

constexpr std::string_view kMagnitudes = "KMGTP";

std::uint64_t Power(std::uint64_t base, std::size_t exponent) {
  std::uint64_t power = 1;
  while (exponent-- > 0) power *= base;
  return power;
}

// The power of K, M … at the front of *text, taken off; 0 where there is none.
std::size_t TakeMagnitude(std::string_view* text) {
  if (text->empty()) return 0;
  char c = text->front();
  std::size_t index = kMagnitudes.find(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  if (index == std::string_view::npos) return 0;
  text->remove_prefix(1);
  return index + 1;
}

struct Unit {
  std::string_view name;
  std::uint64_t ns;
};

// Largest first, as compound durations are written.
constexpr Unit kUnits[] = {
    {"w", 7 * 24 * 3600 * kNsPerSecond},
    {"d", 24 * 3600 * kNsPerSecond},
    {"h", 3600 * kNsPerSecond},
    {"m", 60 * kNsPerSecond},
    {"s", kNsPerSecond},
    {"ms", kNsPerMs},
    {"us", kNsPerUs},
    {"\xc2\xb5s", kNsPerUs},
    {"ns", 1},
};
constexpr std::span<const Unit> kLongUnits{kUnits, 4};
constexpr Unit kShortUnits[] = {{"s", kNsPerSecond}, {"ms", kNsPerMs}, {"us", kNsPerUs}, {"ns", 1}};

const Unit* TakeUnit(std::string_view* text) {
  std::size_t end = 0;
  while (end < text->size() && !IsDigit((*text)[end]) && (*text)[end] != '.') ++end;
  for (const Unit& unit : kUnits) {
    if (unit.name == text->substr(0, end)) {
      text->remove_prefix(end);
      return &unit;
    }
  }
  return nullptr;
}

// value / unit in decimal without trailing zeros; exact, for a unit that is a power of ten.
std::string DecimalText(std::uint64_t value, std::uint64_t unit) {
  std::string text = fmt::format("{}", value / unit);
  if (std::uint64_t rest = value % unit) {
    text += '.';
    for (std::uint64_t place = unit / 10; rest > 0; rest %= place, place /= 10) {
      text += static_cast<char>('0' + rest / place);
    }
  }
  return text;
}

// Three digits, as many of them decimals as the size of `value` asks for.
std::string ThreeDigits(double value) {
  std::string text = fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

std::string Rounded(std::uint64_t value, std::uint64_t base) {
  if (value < base) return fmt::format("{}", value);
  auto scaled = static_cast<double>(value);
  std::size_t magnitude = 0;
  // 999.5 would be printed as 1000.
  while (magnitude < kMagnitudes.size() && scaled >= (base == 1024 && magnitude == 0 ? 1024 : 999.5)) {
    scaled /= static_cast<double>(base);
    ++magnitude;
  }
  return ThreeDigits(scaled) + kMagnitudes[magnitude - 1];
}

}  // namespace

Result<std::uint64_t> ParseSize(std::string_view text) {
  std::string_view rest = text;
  auto number = TakeDecimal(&rest);
  if (!number) return Refuse("size", text, "512, 10K or 1.5G");
  std::uint64_t unit = 1;
  if (std::size_t magnitude = TakeMagnitude(&rest)) {
    bool decimal = rest == "B" || rest == "b";
    if (!decimal && !rest.empty() && rest != "i" && rest != "iB") return Refuse("size", text, "512, 10K or 1.5G");
    unit = Power(decimal ? 1000 : 1024, magnitude);
  } else if (!rest.empty() && rest != "B") {
    return Refuse("size", text, "512, 10K or 1.5G");
  }
  if (number->decimals > 0 && unit == 1) return Refuse("size", text, "512, 10K or 1.5G");
  auto bytes = Scale(*number, unit);
  if (!bytes) return TooLarge("size", text);
  return *bytes;
}

std::string PrintSize(std::uint64_t bytes) {
  std::size_t magnitude = 0;
  while (bytes > 0 && bytes % 1024 == 0 && magnitude < kMagnitudes.size()) {
    bytes /= 1024;
    ++magnitude;
  }
  std::string text = fmt::format("{}", bytes);
  if (magnitude > 0) text += kMagnitudes[magnitude - 1];
  return text;
}

std::string RoundedSize(std::uint64_t bytes) { return Rounded(bytes, 1024); }

Result<std::uint64_t> ParseCount(std::string_view text) {
  std::string_view rest = text;
  auto number = TakeDecimal(&rest);
  std::uint64_t unit = Power(1000, TakeMagnitude(&rest));
  if (!number || !rest.empty() || (number->decimals > 0 && unit == 1)) {
    return Refuse("count", text, "250, 10k or 1.5M");
  }
  auto count = Scale(*number, unit);
  if (!count) return TooLarge("count", text);
  return *count;
}

std::string RoundedCount(std::uint64_t count) { return Rounded(count, 1000); }

Result<std::uint64_t> ParseDuration(std::string_view text) {
  if (text == "0") return std::uint64_t{0};
  std::uint64_t total = 0;
  std::uint64_t before = UINT64_MAX;
  bool fraction = false;
  std::string_view rest = text;
  do {
    auto number = TakeDecimal(&rest);
    const Unit* unit = number ? TakeUnit(&rest) : nullptr;
    if (unit == nullptr || unit->ns >= before || fraction || (number->decimals > 0 && unit->ns == 1)) {
      return Refuse("duration", text, "250ms, 10s or 1h30m");
    }
    auto ns = Scale(*number, unit->ns);
    if (!ns || __builtin_add_overflow(total, *ns, &total)) return TooLarge("duration", text);
    before = unit->ns;
    fraction = number->decimals > 0;
  } while (!rest.empty());
  return total;
}

std::string PrintDuration(std::uint64_t ns) {
  if (ns == 0) return "0s";
  std::string text;
  for (const Unit& unit : kLongUnits) {
    if (ns < unit.ns) continue;
    text += fmt::format("{}{}", ns / unit.ns, unit.name);
    ns %= unit.ns;
  }
  for (const Unit& unit : kShortUnits) {
    if (ns == 0) break;
    if (ns < unit.ns) continue;
    text += DecimalText(ns, unit.ns);
    text += unit.name;
    break;
  }
  return text;
}

std::string RoundedDuration(std::uint64_t ns) {
  if (ns == 0) return "0s";
  for (std::size_t i = 0; i < kLongUnits.size(); ++i) {
    if (ns < kUnits[i].ns) continue;
    std::string text = fmt::format("{}{}", ns / kUnits[i].ns, kUnits[i].name);
    if (std::uint64_t next = ns % kUnits[i].ns / kUnits[i + 1].ns) {
      text += fmt::format("{}{}", next, kUnits[i + 1].name);
    }
    return text;
  }
  for (const Unit& unit : kShortUnits) {
    auto scaled = static_cast<double>(ns) / static_cast<double>(unit.ns);
    if (scaled >= 0.9995 || unit.ns == 1) return ThreeDigits(scaled) + std::string(unit.name);
  }
  return {};
}

Result<Rate> ParseRate(std::string_view text) {
  auto slash = text.find('/');
  if (slash == std::string_view::npos) return Refuse("rate", text, "100/s, 5/m or 3/10s");
  auto count = ParseCount(text.substr(0, slash));
  std::string period(text.substr(slash + 1));
  if (!period.empty() && !IsDigit(period.front())) period.insert(0, 1, '1');
  auto per = ParseDuration(period);
  if (!count.ok() || !per.ok() || *count == 0 || *per == 0) return Refuse("rate", text, "100/s, 5/m or 3/10s");
  return Rate{*count, *per};
}

std::string PrintRate(Rate rate) {
  for (const Unit& unit : kUnits) {
    if (rate.per_ns == unit.ns) return fmt::format("{}/{}", rate.count, unit.name);
  }
  return fmt::format("{}/{}", rate.count, PrintDuration(rate.per_ns));
}

}  // namespace vexevt
