// A rules file is refused with its name in the error, or read; what holds then compiles or is refused likewise.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lib/rules/compile.h"
#include "lib/rules/lint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  // A document's cost is its length; a long one shows nothing that a short one doesn't.
  if (size > 8192) return 0;
  auto rules = ParseRules(std::string(reinterpret_cast<const char*>(data), size), "r.toml");
  if (!rules.ok()) {
    if (!rules.status().message().starts_with("r.toml:")) std::abort();
    return 0;
  }
  for (const std::string& warning : Lint(*rules)) {
    if (!warning.starts_with("r.toml:")) std::abort();
  }
  for (const Rule& rule : rules->rules) {
    if (rule.when.text.empty()) continue;
    auto when = CompileWhen(*rules, rule.when, {});
    if (!when.ok() && !when.status().message().starts_with("r.toml:")) std::abort();
  }
  return 0;
}
