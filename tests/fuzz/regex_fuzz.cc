// Any bytes as a regex and a text, a newline between them: what the scan of many finds is what the regex alone finds,
// for the text between two others and where it holds newlines.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "lib/match/pattern_set.h"
#include "lib/match/regex.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t newline = input.find('\n');
  if (newline == input.npos || newline > 64) return 0;  // larger regexes compile for too long to find much
  const std::string_view text = input.substr(newline + 1);
  const Result<Regex> regex = Regex::Compile(input.substr(0, newline));
  if (!regex.ok()) return 0;
  const StringPattern pattern{PatternKind::kRegex, std::string(input.substr(0, newline)), {}};
  const Result<PatternSet> set = PatternSet::Compile({&pattern, 1});
  set->Warm();
  PatternSet::Scratch scratch;
  PatternHits hits;
  const std::string_view texts[] = {"/a\nb", text, "", text.substr(text.size() / 2), "ab"};
  set->MatchBatch(texts, scratch, hits);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (regex->Matches(texts[i]) == hits[i].empty()) std::abort();
  }
  return 0;
}
