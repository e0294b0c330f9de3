#include "lib/ask/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/event/json_pointer.h"
#include "lib/event/json_value.h"
#include "lib/http/fetch.h"

namespace vexevt {
namespace {

constexpr std::string_view kFence = "```";
constexpr std::size_t kMostShownBytes = 200;  // of what a server says of a failure

std::string JsonString(std::string_view text) {
  bool exact = true;
  std::string out(text.size() * 6 + 2 + 8, '\0');  // WriteJsonString may scribble on 8 bytes beyond
  char* const end = WriteJsonString(text, out.data(), &exact);
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

std::string CompletionsUrl(std::string url) {
  if (url.find("/chat/completions") != std::string::npos) return url;
  while (url.ends_with('/')) url.pop_back();
  if (!url.ends_with("/v1")) url += "/v1";
  return url + "/chat/completions";
}

std::string BodyOf(const ModelRequest& request) {
  return fmt::format(
      R"({{"model":{},"temperature":0,"messages":[{{"role":"system","content":{}}},{{"role":"user","content":{}}}]}})",
      JsonString(request.name), JsonString(ModelInstructions(request.kind)), JsonString(request.sentence));
}

}  // namespace

Result<ModelAnswer> ReadModelAnswer(std::string text) {
  ModelAnswer answer{std::move(text), {}};
  const std::string_view all = answer.text;
  const std::size_t open = all.find(kFence);
  if (open == std::string_view::npos) {
    answer.toml = answer.text;
    return answer;
  }
  const std::size_t start = std::min(all.find('\n', open), all.size() - 1) + 1;
  const std::size_t close = all.find(kFence, start);
  if (close != std::string_view::npos && all.find(kFence, close + kFence.size()) != std::string_view::npos) {
    return DataLoss("the model's answer has several code blocks");
  }
  answer.toml.assign(
      static_cast<std::size_t>(std::count(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(start), '\n')), '\n');
  answer.toml += all.substr(start, std::min(close, all.size()) - start);
  return answer;
}

Result<ModelAnswer> AskModel(const ModelRequest& request) {
  HttpRequest http{.method = "POST",
                   .url = CompletionsUrl(request.url),
                   .headers = {{"Content-Type", "application/json"}},
                   .body = BodyOf(request),
                   .timeout_ns = request.timeout_ns};
  if (!request.key.empty()) http.headers.push_back({"Authorization", "Bearer " + request.key});
  VEXEVT_ASSIGN(HttpAnswer answer, Fetch(http));
  if (answer.status != 200) {
    auto said = JsonTextAt(answer.body, "/error/message");
    const std::string why = said.ok() ? ": " + said->substr(0, kMostShownBytes) : "";
    return Unavailable(fmt::format("the model's server answers with HTTP status {}{}", answer.status, why));
  }
  auto content = JsonTextAt(answer.body, "/choices/0/message/content");
  if (!content.ok()) return std::move(content).status().WithContext("what the model's server answers is no completion");
  return ReadModelAnswer(std::move(*content));
}

}  // namespace vexevt
