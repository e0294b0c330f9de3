#include "lib/ask/quantities.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/base/clock.h"
#include "lib/base/units.h"

namespace vexevt {
namespace {

struct NumberWord {
  std::string_view word;
  std::uint64_t number;
};
constexpr NumberWord kNumberWords[] = {{"one", 1},     {"two", 2},     {"three", 3},   {"four", 4},    {"five", 5},
                                       {"six", 6},     {"seven", 7},   {"eight", 8},   {"nine", 9},    {"ten", 10},
                                       {"eleven", 11}, {"twelve", 12}, {"twenty", 20}, {"thirty", 30}, {"fifty", 50}};

struct Unit {
  std::string_view one, many, brief;
  std::uint64_t ns;
};
constexpr Unit kUnits[] = {
    {"second", "seconds", "s", kNsPerSecond},
    {"minute", "minutes", "min", 60 * kNsPerSecond},
    {"hour", "hours", "h", 3600 * kNsPerSecond},
    {"day", "days", "d", 86'400 * kNsPerSecond},
    {"week", "weeks", "w", 7 * 86'400 * kNsPerSecond},
    {"millisecond", "milliseconds", "ms", kNsPerMs},
    {"sec", "secs", "sec", kNsPerSecond},
};

constexpr std::uint64_t kMostUnits = 1'000'000;  // of each: no product overflows

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// 20, or 10,000.
std::optional<std::uint64_t> DigitsOf(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool separator = text[i] == ',' && i > 0 && (text.size() - i) % 4 == 0;
    if (!separator && !IsDigit(text[i])) return {};
    if (!separator) digits += text[i];
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc()) return {};
  return number;
}

std::optional<std::uint64_t> WordNumber(std::string_view word) {
  const auto* known = std::ranges::find(kNumberWords, word, &NumberWord::word);
  return known == std::end(kNumberWords) ? std::optional<std::uint64_t>() : known->number;
}

}  // namespace

std::optional<std::uint64_t> ReadUnit(WordReader& words) {
  for (const Unit& unit : kUnits) {
    if (words.TakeAny({unit.many, unit.one, unit.brief})) return unit.ns;
  }
  return {};
}

std::optional<std::uint64_t> ReadNumber(WordReader& words) {
  words.Expect("a number, as in 20");
  const AskWord* const word = words.Peek();
  if (word == nullptr) return {};
  auto number = word->quoted ? std::nullopt : WordNumber(word->lower);
  if (!number) number = DigitsOf(word->text);
  if (!number && !word->text.empty() && IsDigit(word->text.front())) {
    if (auto counted = ParseCount(word->text); counted.ok()) number = *counted;
  }
  if (!number) return {};
  words.Advance();
  return number;
}

std::optional<Count> ReadCounted(WordReader& words) {
  const std::size_t start = words.at();
  Count count;
  count.fewer = words.TakeAny({"less than", "fewer than"});
  const bool more = !count.fewer && words.TakeAny({"more than", "over"});
  const bool least = !count.fewer && !more && words.Take("at least");
  count.at = words.at();
  const auto number = ReadNumber(words);
  if (!number) {
    words.GoBack(start);
    return {};
  }
  count.least = *number + (more ? 1 : 0);
  if (!more && !least) words.Take("or more");
  return count;
}

std::optional<std::uint64_t> ReadDuration(WordReader& words) {
  const std::size_t start = words.at();
  const AskWord* const word = words.Peek();
  words.Expect("a time, as in 10 seconds");
  if (word == nullptr || word->quoted) return {};
  if (words.Skip("half")) {
    if (!words.Skip("an")) words.Skip("a");
    if (const auto unit = ReadUnit(words)) return *unit / 2;
    words.GoBack(start);
    return {};
  }
  std::optional<std::uint64_t> number;
  if (word->lower == "a" || word->lower == "an") {
    number = 1;
  } else {
    number = WordNumber(word->lower);
    if (!number) number = DigitsOf(word->text);
  }
  if (number) {
    words.Advance();
    const auto unit = ReadUnit(words);
    if (!unit) {
      words.GoBack(start);
      return {};
    }
    if (*number == 0 || *number > kMostUnits) {
      words.Deny(start, fmt::format("a time is at least 1 and at most {} of its unit", kMostUnits));
      return {};
    }
    return *number * *unit;
  }
  if (word->text.empty() || !IsDigit(word->text.front())) return {};
  const auto joined = ParseDuration(word->text);
  if (!joined.ok() || *joined == 0) return {};
  words.Advance();
  return *joined;
}

std::optional<std::uint64_t> ReadPer(WordReader& words) {
  const std::size_t start = words.at();
  if (words.TakeAny({"a", "an", "per", "each", "every"})) {
    if (const auto unit = ReadUnit(words)) return unit;
  }
  words.GoBack(start);
  return {};
}

std::optional<std::string> ReadSize(WordReader& words) {
  struct SizeUnit {
    std::string_view word, unit;
  };
  static constexpr SizeUnit kSizeUnits[] = {
      {"bytes", ""}, {"kilobytes", "KB"}, {"megabytes", "MB"}, {"gigabytes", "GB"}, {"b", ""},
      {"k", "K"},    {"m", "M"},          {"g", "G"},          {"kb", "KB"},        {"mb", "MB"},
      {"gb", "GB"},  {"tb", "TB"},        {"kib", "KiB"},      {"mib", "MiB"},      {"gib", "GiB"}};
  words.Expect("a size, as in 10 MB");
  const AskWord* const word = words.Peek();
  if (word == nullptr || word->quoted || word->text.empty() || !IsDigit(word->text.front())) return {};
  std::string text = word->text;
  if (!ParseSize(text).ok()) return {};
  words.Advance();
  if (IsDigit(text.back())) {
    for (const SizeUnit& unit : kSizeUnits) {
      if (!words.Take(unit.word)) continue;
      text += unit.unit;
      break;
    }
  }
  if (!ParseSize(text).ok()) {
    words.Deny(words.at() - 1, "this size is beyond all that there are");
    return {};
  }
  return text;
}

std::optional<std::string> ReadTimeOfDay(WordReader& words) {
  words.Expect("a time of day, as in 22:00");
  const AskWord* const word = words.Peek();
  if (word == nullptr || word->quoted) return {};
  std::string_view text = word->lower;
  unsigned shift = 0;
  bool half = false;
  if (text.ends_with("am") || text.ends_with("pm")) {
    half = true;
    shift = text.ends_with("pm") ? 12 : 0;
    text.remove_suffix(2);
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto hour = DigitsOf(text.substr(0, colon));
  const bool has_minutes = colon < text.size();
  const auto minute = has_minutes ? DigitsOf(text.substr(colon + 1)) : 0;
  if (!hour || !minute || (!has_minutes && !half)) return {};
  if (*minute > 59 || *hour > 23 || (has_minutes && text.size() - colon != 3) || (half && (*hour == 0 || *hour > 12))) {
    words.Deny(words.at(), fmt::format("'{}' is no time of day", word->text));
    return {};
  }
  words.Advance();
  return fmt::format("{:02}:{:02}", half ? *hour % 12 + shift : *hour, *minute);
}

bool ReadPriority(WordReader& words, std::string* priority) {
  const std::size_t start = words.at();
  if (words.TakeAny({"as", "with priority", "with severity"})) {
    for (const std::string_view known : {"critical", "high", "normal", "low", "background"}) {
      if (!words.Take(known)) continue;
      *priority = known;
      return true;
    }
  }
  words.GoBack(start);
  return false;
}

}  // namespace vexevt
