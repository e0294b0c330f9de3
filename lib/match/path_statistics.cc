#include "lib/match/path_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace vexevt {
namespace {

// Letters by frequency, separators, digits; what is not named is rarer still. Over 400,000 paths of a Debian system the
// share falls as below.
constexpr std::string_view kCommonFirst = "/esaritnolcdupmh.bgfv-y_k0123456789xwjzqSTACPMEDRLIBFNOGUHVWKXYJQZ";
constexpr std::string_view kOfWords = "abcdefghijklmnopqrstuvwxyz/._-";

constexpr double kPlaces = 50;         // at which a literal may start in a path
constexpr double kWord = 0.03;         // of paths hold a given word,
constexpr double kSubdirectory = 0.1;  // of those in a directory are in a given one of it

}  // namespace

double ByteFrequency(char byte) {
  const std::size_t at = kCommonFirst.find(byte);
  return 0.1 * std::exp(-static_cast<double>(std::min(at, kCommonFirst.size())) / 12);
}

double BytesFrequency(std::string_view bytes) {
  double frequency = 1;
  for (const char byte : bytes) frequency *= ByteFrequency(byte);
  return frequency;
}

double LiteralFrequency(std::string_view literal, LiteralPlace place) {
  if (literal.empty()) return 1;
  const double frequency = BytesFrequency(literal) * (place == LiteralPlace::kInside ? kPlaces : 1);
  const double as_word = literal.find_first_not_of(kOfWords) == literal.npos ? kWord : 0;
  int components = 0;  // that it starts
  for (std::size_t i = 0; i < literal.size(); ++i) components += literal[i] != '/' && (i == 0 || literal[i - 1] == '/');
  const double as_directory = place == LiteralPlace::kStart ? std::pow(kSubdirectory, components) : 0;
  return std::clamp(std::max({frequency, as_word, as_directory}), 0.0, 1.0);
}

}  // namespace vexevt
