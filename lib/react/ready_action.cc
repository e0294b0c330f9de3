#include "lib/react/ready_action.h"

#include <utility>
#include <variant>

#include "lib/base/escape.h"
#include "lib/event/json_write.h"

namespace vexevt {
namespace {

using Kind = ReadyAction::Kind;

struct Ready {
  const Filling& with;
  ReadyAction* to;

  Status Add(const FilledText& text, std::string prefix = {}) {
    VEXEVT_TRY(text.Append(with, &prefix));
    to->words.push_back(std::move(prefix));
    return {};
  }

  Status operator()(const RunAction& run) {
    to->kind = Kind::kRun;
    to->event_on_stdin = run.event_on_stdin;
    if (run.shell) to->words = {"/bin/sh", "-c"};
    for (const FilledText& text : run.command) VEXEVT_TRY(Add(text));
    return {};
  }
  Status operator()(const EmitAction& emit) {
    to->kind = Kind::kEmit;
    to->words.push_back(emit.type);
    for (const auto& [field, text] : emit.fields) VEXEVT_TRY(Add(text, field + "="));
    return {};
  }
  Status operator()(const HttpAction& http) {
    to->kind = Kind::kHttp;
    to->words.push_back(http.method);
    VEXEVT_TRY(Add(http.url));
    if (http.body) {
      VEXEVT_TRY(Add(*http.body));
    } else {
      std::string& body = to->words.emplace_back();
      if (http.method == "POST" || http.method == "PUT" || http.method == "PATCH") AppendJson(with.event, &body);
    }
    for (const auto& [name, text] : http.headers) VEXEVT_TRY(Add(text, name + ": "));
    return {};
  }
  Status operator()(const WriteAction& write) {
    to->kind = Kind::kWrite;
    to->words.push_back(write.endpoint);
    return {};
  }
  Status operator()(const SetAction& set) {
    to->kind = Kind::kSet;
    for (const auto& [machine, state] : set.states) to->words.push_back(machine + "=" + state);
    return {};
  }
};

}  // namespace

Result<ReadyAction> MakeReady(const Action& action, const Filling& with) {
  ReadyAction ready;
  VEXEVT_TRY(std::visit(Ready{with, &ready}, action));
  return ready;
}

std::string Describe(const ReadyAction& action) {
  std::string line;
  switch (action.kind) {
    case Kind::kRun:
    case Kind::kHttp:
      break;
    case Kind::kEmit:
      line = "emit";
      break;
    case Kind::kWrite:
      line = "write";
      break;
    case Kind::kSet:
      line = "set";
      break;
  }
  // A request's body and headers are long, and may be secret.
  const std::size_t shown = action.kind == Kind::kHttp ? 2 : action.words.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (!line.empty()) line += ' ';
    AppendShellQuoted(action.words[i], &line);
  }
  return line;
}

std::string Encode(const ReadyAction& action) {
  std::string encoded = {static_cast<char>(action.kind), action.event_on_stdin ? '1' : '0'};
  for (const std::string& word : action.words) {
    encoded += word;
    encoded += '\0';
  }
  return encoded;
}

Result<ReadyAction> Decode(std::string_view encoded) {
  constexpr std::string_view kKinds = "rehws";
  const auto bad = [] { return DataLoss("an action is not as it was stored"); };
  if (encoded.size() < 3 || kKinds.find(encoded[0]) == std::string_view::npos || encoded.back() != '\0') {
    return bad();
  }
  ReadyAction action;
  action.kind = static_cast<Kind>(encoded[0]);
  action.event_on_stdin = encoded[1] == '1';
  for (std::string_view rest = encoded.substr(2); !rest.empty();) {
    const std::size_t end = rest.find('\0');
    action.words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  if (action.kind == Kind::kHttp && action.words.size() < 3) return bad();
  return action;
}

}  // namespace vexevt
