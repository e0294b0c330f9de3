#include <CLI/CLI.hpp>

#include "lib/cli/ask_command.h"
#include "lib/cli/option_value.h"

namespace vexevt {

void AddAskCommand(CLI::App& app, AskOptions* options) {
  app.require_subcommand(0, 1);
  CLI::App* ask = app.add_subcommand(
      "ask", "print the rule that a sentence means\nThe language is that of vexevt-ask(7). Nothing is run.");
  ask->callback([options] { options->asked = true; });
  AddText(*ask, "--name", "NAME", "what the rule is called\nThe default is what the sentence says.", &options->name);
  AddText(*ask, "--write", "FILE",
          "add the rule to FILE, which is made where it isn't there\nA FILE that has a rule of the name already, or "
          "would not be right, stays as it is.",
          &options->write);
  AddText(*ask, "--model", "URL",
          "ask a language model for a sentence that is not understood\nURL is a server that speaks OpenAI's chat "
          "completions, with or without /v1/chat/completions. The sentence goes there, and vexevt's language. What "
          "comes "
          "back is checked like any rule. A key is taken from the environment, VEXEVT_MODEL_KEY.",
          &options->model);
  AddText(*ask, "--model-name", "NAME",
          "the model to ask\nThe default is default, which servers of one model take for theirs.",
          &options->model_name);
  AddOperands(*ask, "SENTENCE", "the sentence, in quotes or not", &options->words);
}

}  // namespace vexevt
