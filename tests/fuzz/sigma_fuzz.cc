// Rules are refused with their file and place, or turned into patterns that their own reader and compiler take.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lib/correlate/correlator.h"
#include "lib/sigma/import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  // A document's cost is its length; a long one shows nothing that a short one doesn't.
  if (size > 8192) return 0;
  const SigmaFile file = {"r.yml", std::string(reinterpret_cast<const char*>(data), size)};
  auto imported = ImportSigma({&file, 1});
  if (!imported.ok()) {
    if (!imported.status().message().starts_with("r.yml:")) std::abort();
    return 0;
  }
  auto patterns = ParsePatterns(std::move(*imported), "p.toml");
  if (!patterns.ok() || !Correlator::Compile(*patterns).ok()) std::abort();
  return 0;
}
