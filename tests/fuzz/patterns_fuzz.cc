// A file of patterns is refused with its name in the error, or read and compiled; then it bears any stream.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lib/correlate/correlator.h"
#include "lib/correlate/testing/letters.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  // A document's cost is its length; a long one shows nothing that a short one doesn't.
  if (size > 8192) return 0;
  auto patterns = ParsePatterns(std::string(reinterpret_cast<const char*>(data), size), "p.toml");
  if (!patterns.ok()) {
    if (!patterns.status().message().starts_with("p.toml:")) std::abort();
    return 0;
  }
  for (const auto& [name, list] : patterns->lists) {
    if (!list.file.text.empty()) return 0;
  }
  auto correlator = Correlator::Compile(*patterns);
  if (!correlator.ok()) {
    if (!correlator.status().message().starts_with("p.toml:")) std::abort();
    return 0;
  }
  static const std::vector<Letter> letters = LettersOf("1ab2ab 1aabb   3ccab1b");
  const Correlator::TellEvent tell = [](const Event& event) {
    if (event.type != kVexevtMatch && event.type != kVexevtPartial && event.type != kVexevtLost) std::abort();
  };
  for (const Letter& letter : letters) correlator->See(letter.view, tell);
  correlator->TellLosses(tell);
  correlator->AdvanceTo(letters.back().wall_ns + 100 * kSecond, tell);
  correlator->Finish(tell);
  return 0;
}
