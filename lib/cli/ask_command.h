// The subcommand `ask` of the tools whose rules can be asked for in plain words.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/ask/model.h"
#include "lib/ask/rule_file.h"
#include "lib/cli/exit_code.h"

namespace CLI {
class App;
}

namespace vexevt {

struct AskOptions {
  bool asked = false;              // it is the subcommand
  std::vector<std::string> words;  // the sentence, or its words
  std::string name;                // of the rule; empty: what the sentence says
  std::string write;               // file; empty: none
  std::string model;               // URL; empty: none
  std::string model_name = "default";
};

void AddAskCommand(CLI::App& app, AskOptions* options);

// What a tool has to say of a rule.
struct AskChecks {
  FileCheck alone;  // as it is shown
  FileCheck file;   // with all of the file that it is added to
};

// Prints the rule that was understood, and adds it to a file where that was asked for. What is not understood is told
// with its place, kUsage. Nothing is run.
Result<ExitCode> RunAsk(const AskOptions& options, RuleKind kind, const AskChecks& checks);

}  // namespace vexevt
