// Any sentence is understood or refused at a place within it; what is understood passes the checkers of the tools.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/ask/ask.h"
#include "lib/ask/model.h"
#include "lib/correlate/correlator.h"
#include "lib/rules/compile.h"

namespace {

using namespace vexevt;

void Check(std::string_view sentence, const Asked& asked, Status (*check)(const AskedRule& rule)) {
  if (const auto* refused = std::get_if<Misunderstanding>(&asked)) {
    if (refused->at > sentence.size() || refused->what.empty()) std::abort();
    (void)ShowMisunderstanding(sentence, *refused);
    return;
  }
  if (!check(std::get<AskedRule>(asked)).ok()) std::abort();
}

Status CheckPattern(const AskedRule& rule) {
  VEXEVT_ASSIGN(PatternsFile patterns, ParsePatterns(rule.toml, "p.toml"));
  return Correlator::Compile(patterns).status();
}

Status CheckRule(const AskedRule& rule) {
  VEXEVT_ASSIGN(RulesFile rules, ParseRules(rule.toml, "r.toml"));
  for (const Rule& each : rules.rules) {
    if (!each.when.text.empty()) VEXEVT_TRY(CompileWhen(rules, each.when, {}).status());
  }
  return Status::Ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view sentence(reinterpret_cast<const char*>(data), size);
  Check(sentence, AskForPattern(sentence), &CheckPattern);
  Check(sentence, AskForRule(sentence), &CheckRule);
  (void)ReadModelAnswer(std::string(sentence));
  return 0;
}
