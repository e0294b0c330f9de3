#include "lib/match/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace vexevt {

namespace {

constexpr std::int64_t kMemory = 1 << 20;

std::unique_ptr<re2::RE2> NewRe2(std::string_view pattern, RE2::CannedOptions encoding, std::int64_t memory) {
  RE2::Options options(encoding);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_log_errors(false);
  options.set_max_mem(memory);
  return std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

bool IsHigh(char byte) { return static_cast<unsigned char>(byte) >= 0x80; }

// What alternatives begin with alike, RE2 before 2023 takes out of them and compiles as UTF-8, Latin-1 or not:
// "é1|é2" finds nothing (https://github.com/google/re2/issues/477). As characters of UTF-8 the same bytes do no harm.
// Not with \C, which is a byte there.
bool IsMiscompiled(std::string_view pattern) {
  if (pattern.find('|') == std::string_view::npos || pattern.find("\\C") != std::string_view::npos) return false;
  if (std::ranges::any_of(pattern, IsHigh)) return true;
  for (std::size_t at = pattern.find('\\'); at < pattern.size() - 1; at = pattern.find('\\', at + 1)) {
    if (pattern[at + 1] == 'x' || (pattern[at + 1] >= '0' && pattern[at + 1] <= '7')) return true;
  }
  return false;
}

void AppendAsUtf8(std::string_view bytes, std::string* out) {
  for (const char byte : bytes) {
    if (IsHigh(byte)) {
      *out += static_cast<char>(0xc0 | static_cast<unsigned char>(byte) >> 6);
      *out += static_cast<char>(0x80 | (static_cast<unsigned char>(byte) & 0x3f));
    } else {
      *out += byte;
    }
  }
}

}  // namespace

Regex::Regex(std::unique_ptr<re2::RE2> re2, bool as_utf8) : re2_(std::move(re2)), as_utf8_(as_utf8) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::Compile(std::string_view pattern) {
  auto re2 = NewRe2(pattern, RE2::Latin1, kMemory);
  if (re2->ok()) {
    if (!IsMiscompiled(pattern)) return Regex(std::move(re2), false);
    std::string characters;
    AppendAsUtf8(pattern, &characters);
    re2 = NewRe2(characters, RE2::DefaultOptions, 8 * kMemory);  // classes are larger
    if (re2->ok()) return Regex(std::move(re2), true);
  }

  std::string message = re2->error();
  std::string piece = re2->error_arg();
  if (const std::size_t colon = message.find(": "); colon != message.npos && !piece.empty()) message.resize(colon);
  if (re2->error_code() == RE2::ErrorPatternTooLarge) {
    message = "the regex needs too much memory";
    piece.clear();
  }
  if (piece.empty()) return InvalidArgument(fmt::format("column 1: {}", message));
  // RE2 tells the piece, not where it stands; the first place is right unless the piece stands there twice.
  const std::size_t at = pattern.find(piece);
  return InvalidArgument(fmt::format("column {}: {}: '{}'", at == std::string_view::npos ? 1 : at + 1, message, piece));
}

bool Regex::Matches(std::string_view text) const {
  if (as_utf8_ && std::ranges::any_of(text, IsHigh)) {
    thread_local std::string characters;  // here, so that nobody else asks whether it is made yet
    characters.clear();
    AppendAsUtf8(text, &characters);
    text = characters;
  }
  return re2_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

}  // namespace vexevt
