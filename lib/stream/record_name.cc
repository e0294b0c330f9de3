#include "lib/stream/record_name.h"

#include <fmt/format.h>

#include <charconv>

#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr std::string_view kCompressed = ".zst";
constexpr std::size_t kShortTimeChars = 16;  // 20261123T120000Z

// 2026-11-23T12:00:00.123456789Z without what a file's name is better without, and without fractions.
std::string ShortTime(std::uint64_t wall_ns) {
  std::string text;
  for (char c : PrintTime(wall_ns).substr(0, 19)) {
    if (c != '-' && c != ':') text += c;
  }
  return text + 'Z';
}

}  // namespace

RecordName RecordName::Of(const std::string& path) {
  RecordName name;
  std::size_t slash = path.rfind('/') + 1;  // 0: none
  name.directory = path.substr(0, slash);
  name.stem = path.substr(slash);
  std::size_t end = name.stem.size();
  if (name.stem.ends_with(kCompressed)) end -= kCompressed.size();
  std::size_t dot = end > 0 ? name.stem.rfind('.', end - 1) : std::string::npos;
  if (dot == std::string::npos || dot == 0) dot = end;  // none, or it hides the file
  name.extension = name.stem.substr(dot);
  name.stem.resize(dot);
  return name;
}

std::string RecordName::File(std::uint64_t number, std::uint64_t wall_ns) const {
  return fmt::format("{}-{:06}-{}{}", stem, number, ShortTime(wall_ns), extension);
}

std::optional<std::uint64_t> RecordName::NumberOf(std::string_view name) const {
  if (name.ends_with(kPart)) name.remove_suffix(kPart.size());
  if (!name.starts_with(stem) || !name.ends_with(extension) || name.size() <= stem.size() + extension.size()) return {};
  name.remove_suffix(extension.size());
  name.remove_prefix(stem.size());
  if (!name.starts_with('-') || name.size() < kShortTimeChars + 2) return {};
  std::string_view digits = name.substr(1, name.size() - kShortTimeChars - 2);
  std::string_view time = name.substr(name.size() - kShortTimeChars - 1);
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  bool is_time = time[0] == '-' && time[9] == 'T' && time[16] == 'Z';
  if (error != std::errc{} || end != digits.data() + digits.size() || !is_time) return {};
  return number;
}

}  // namespace vexevt
