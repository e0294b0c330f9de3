// Any bytes as a glob and a text, a newline between them: compiles or says why, matches what its regex matches, and
// what a set of patterns with it finds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "lib/match/glob.h"
#include "lib/match/pattern_set.h"
#include "lib/match/regex.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t newline = input.find('\n');
  if (newline == input.npos) return 0;
  const std::string_view text = input.substr(newline + 1);
  const Result<Glob> glob = Glob::Compile(input.substr(0, newline));
  if (!glob.ok()) {
    if (glob.status().message().find("column ") == std::string::npos) std::abort();
    return 0;
  }
  const Result<Regex> regex = Regex::Compile(glob->regex());
  if (regex.ok() && regex->Matches(text) != glob->Matches(text)) std::abort();
  const StringPattern pattern{PatternKind::kGlob, std::string(input.substr(0, newline)), {}};
  const Result<PatternSet> set = PatternSet::Compile({&pattern, 1});
  PatternSet::Scratch scratch;
  PatternHits hits;
  set->MatchBatch({&text, 1}, scratch, hits);
  if (hits[0].empty() == glob->Matches(text)) std::abort();
  return 0;
}
