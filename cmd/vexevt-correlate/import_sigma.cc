#include "cmd/vexevt-correlate/import_sigma.h"

#include <unistd.h>

#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/correlate/correlator.h"
#include "lib/io/full.h"
#include "lib/sigma/import.h"
#include "lib/sigma/yaml.h"

namespace vexevt {

Result<ExitCode> RunImportSigma(const CorrelateOptions& options) {
  std::vector<SigmaFile> files;
  for (const std::string& name : options.sigma_rules) {
    VEXEVT_ASSIGN(std::string text, ReadFile(name, kMaxYamlBytes));
    files.push_back({name, std::move(text)});
  }
  VEXEVT_ASSIGN(const std::string patterns, ImportSigma(files));
  // What the patterns' own limits refuse is not written.
  VEXEVT_ASSIGN(const PatternsFile parsed, ParsePatterns(patterns, "what was turned"));
  auto compiled = Correlator::Compile(parsed);
  if (!compiled.ok()) return std::move(compiled).status();
  VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(patterns), "standard output"));
  return ExitCode::kDone;
}

}  // namespace vexevt
