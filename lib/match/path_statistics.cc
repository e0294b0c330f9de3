#include "lib/match/path_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace vexevt {
namespace {

// Over 400,000 paths of a Debian system, but digits as where names are hashes.
struct Group {
  std::string_view bytes;
  double frequency;  // of each
};
constexpr Group kGroups[] = {{"/", 0.1},       {"eotsnracli", 0.05},
                             {".dumph", 0.03}, {"_-0123456789bfgkvy", 0.02},
                             {"jqwxz", 0.005}, {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0.0005}};
constexpr double kOthers = 0.0002;
constexpr std::string_view kOfWords = "abcdefghijklmnopqrstuvwxyz/._-";

constexpr double kPlaces = 50;         // at which a literal may start in a path
constexpr double kWord = 0.03;         // of paths hold a given word,
constexpr double kSubdirectory = 0.1;  // of those in a directory are in a given one of it

}  // namespace

double ByteFrequency(char byte) {
  for (const Group& group : kGroups) {
    if (group.bytes.find(byte) != group.bytes.npos) return group.frequency;
  }
  return kOthers;
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
  const bool at_start = place == LiteralPlace::kStart || place == LiteralPlace::kWhole;
  const double as_directory = at_start ? std::pow(kSubdirectory, components) : 0;
  return std::clamp(std::max({frequency, as_word, as_directory}), 0.0, 1.0);
}

}  // namespace vexevt
