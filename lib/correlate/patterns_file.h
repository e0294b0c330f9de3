// The patterns of vexevt-correlate, as their file says them (vexevt-patterns(5)).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/correlate/pattern.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

struct PlacedPattern {
  Pattern pattern;
  PlacedText match;  // its text
};

struct PatternsFile {
  Document document;  // without a name where the pattern is of a command line
  std::map<std::string, NamedList> lists;
  std::vector<PlacedPattern> patterns;
};

// Reads and checks `text`; errors name file, line, column and the nearest key.
Result<PatternsFile> ParsePatterns(std::string text, std::string file);
Result<PatternsFile> ReadPatterns(const std::string& path);

// "past-last", "to-first NAME" and so on.
Status ParseSkip(std::string_view text, Pattern* pattern);

// Says where `failure`, whose message is "COLUMN: what is wrong" in the pattern's text, is: in the file, or
// "pattern:8:".
Status ErrorInPattern(const PatternsFile& file, const PlacedPattern& pattern, const Status& failure);

}  // namespace vexevt
