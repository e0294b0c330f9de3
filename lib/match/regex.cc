#include "lib/match/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <string>
#include <utility>

namespace vexevt {

Regex::Regex(std::unique_ptr<re2::RE2> re2) : re2_(std::move(re2)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::Compile(std::string_view pattern) {
  RE2::Options options(RE2::Latin1);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto re2 = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (re2->ok()) return Regex(std::move(re2));

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
  return InvalidArgument(fmt::format("column {}: {}: '{}'", at == pattern.npos ? 1 : at + 1, message, piece));
}

bool Regex::Matches(std::string_view text) const {
  return re2_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

}  // namespace vexevt
