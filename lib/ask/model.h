// A sentence outside the grammar, asked of a language model: any server that speaks OpenAI's chat completions
// (https://platform.openai.com/docs/api-reference/chat), a local one among them. What comes back is a proposal: whoever
// asks checks it as any rule, and runs nothing.
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/status.h"

namespace vexevt {

enum class RuleKind : std::uint8_t { kRoute, kPattern };

struct ModelRequest {
  std::string url;   // of the endpoint, or of the server: what is missing of /v1/chat/completions is added
  std::string name;  // of the model
  std::string key;   // sent as a bearer token; empty: none. Never in a message.
  RuleKind kind = RuleKind::kPattern;
  std::string sentence;
  std::uint64_t timeout_ns = 120 * kNsPerSecond;
};

struct ModelAnswer {
  std::string text;  // all that it said
  std::string toml;  // the code block in it, or all of it where there is none; its lines have the numbers of `text`
};

// Waits for the answer, which has 1 MiB at most. A failure names the server and what it said.
Result<ModelAnswer> AskModel(const ModelRequest& request);

// Of an answer's text: its one code block. kDataLoss: there are several.
Result<ModelAnswer> ReadModelAnswer(std::string text);

// What a model is told of the language: the whole of the request but the sentence.
std::string ModelInstructions(RuleKind kind);

}  // namespace vexevt
