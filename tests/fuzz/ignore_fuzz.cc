// Any bytes as a line of a .gitignore and a path, a newline between them: what the line is read as is a glob.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/filter/ignore_pattern.h"
#include "lib/match/glob.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  if (size > 4096) return 0;  // more shows nothing more
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view line = input.substr(0, input.find('\n'));
  const auto pattern = ParseIgnoreLine(line);
  if (!pattern) return 0;
  const Result<Glob> glob = Glob::Compile(pattern->glob);
  if (!glob.ok()) std::abort();
  glob->Matches(input.substr(line.size()));
  return 0;
}
