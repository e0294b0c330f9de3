#include "lib/cli/ask_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "lib/ask/ask.h"
#include "lib/ask/rule_text.h"
#include "lib/base/bytes.h"
#include "lib/cli/diagnostics.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

std::string_view TableOf(RuleKind kind) { return kind == RuleKind::kPattern ? "pattern" : "rule"; }

// A model's answer as a rule, if it is one and no more.
Result<AskedRule> Proposal(const AskOptions& options, RuleKind kind, const std::string& sentence,
                           const FileCheck& check) {
  const char* const key = std::getenv("VEXEVT_MODEL_KEY");
  VEXEVT_ASSIGN(ModelAnswer answer, AskModel({.url = options.model,
                                              .name = options.model_name,
                                              .key = key == nullptr ? "" : key,
                                              .kind = kind,
                                              .sentence = sentence}));
  const auto refused = [&](Status failure) -> Status {
    WriteReport(answer.text);
    return DataLoss(fmt::format("the model's answer is no rule: {}", failure.message()));
  };
  auto names = NamesInFile(answer.toml, "answer", TableOf(kind), true);
  if (!names.ok()) return refused(std::move(names).status());
  if (names->size() != 1) {
    return refused(DataLoss(fmt::format("one [[{}]] with a name is wanted, not {}", TableOf(kind), names->size())));
  }
  if (Status status = check(answer.toml, "answer"); !status.ok()) return refused(std::move(status));
  std::string toml = answer.toml.substr(answer.toml.find_first_not_of('\n'));
  if (!toml.ends_with('\n')) toml += '\n';
  return AskedRule{names->front(), SentenceComment(sentence) + "# as a model understood it\n" + toml};
}

}  // namespace

Result<ExitCode> RunAsk(const AskOptions& options, RuleKind kind, const AskChecks& checks) {
  const std::string sentence = fmt::format("{}", fmt::join(options.words, " "));
  Asked asked = kind == RuleKind::kPattern ? AskForPattern(sentence, options.name) : AskForRule(sentence, options.name);
  if (const auto* misunderstanding = std::get_if<Misunderstanding>(&asked)) {
    if (options.model.empty() || !misunderstanding->is_text) {
      ReportError(fmt::format("{}: {}", misunderstanding->at + 1, misunderstanding->what));
      if (misunderstanding->is_text) WriteReport(ShowMisunderstanding(sentence, *misunderstanding));
      return ExitCode::kUsage;
    }
    VEXEVT_ASSIGN(asked, Proposal(options, kind, sentence, checks.alone));
  }
  const AskedRule& rule = std::get<AskedRule>(asked);
  VEXEVT_TRY(checks.alone(rule.toml, "rule"));
  if (!options.write.empty()) {
    VEXEVT_TRY(AddToFile(options.write, TableOf(kind), rule.name, rule.toml, checks.file));
  }
  VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(rule.toml), "standard output"));
  return ExitCode::kDone;
}

}  // namespace vexevt
