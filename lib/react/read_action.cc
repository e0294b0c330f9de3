#include "lib/react/read_action.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/base/nearest_name.h"
#include "lib/event/event_words.h"
#include "lib/event/field.h"
#include "lib/rules/compile.h"
#include "lib/stream/endpoint_name.h"

namespace vexevt {
namespace {

// What a TOML text can have and an argument can't.
Status CheckNoNul(const TableReader& table, const PlacedText& text) {
  if (text.text.find('\0') == std::string::npos) return {};
  return ErrorAt(table.document(), text.at, "a NUL byte cannot be passed on");
}

Result<FilledText> ReadFilled(const TableReader& table, const PlacedText& text, FilledAs as, const ActionScope& scope) {
  VEXEVT_TRY(CheckNoNul(table, text));
  auto filled = FilledText::Compile(text.text, as);
  if (!filled.ok()) return ErrorInExpression(table.document(), text, filled.status());
  for (const Field* field : filled->fields()) VEXEVT_TRY(CheckScope(table, text.at, *field, scope));
  return filled;
}

Result<RunAction> ReadRun(const TableReader& table, const ActionScope& scope) {
  RunAction run;
  VEXEVT_ASSIGN(run.shell, table.Flag("shell"));
  VEXEVT_ASSIGN(run.event_on_stdin, table.OneOf<bool>("stdin", {"nothing", "event"}, false));
  const DocumentNode& node = *table.Find("run");
  if (run.shell) {
    const auto* script = std::get_if<std::string>(&node.value);
    if (!script) return table.ErrorOf(node, "with 'shell', 'run' is one text, the script");
    VEXEVT_TRY(CheckNoNul(table, {*script, node.at}));
    run.command.push_back(FilledText::Plain(*script));
    return run;
  }
  if (!std::holds_alternative<List>(node.value)) {
    return table.ErrorOf(node, "'run' wants a list, the command and each of its arguments (or shell = true)");
  }
  VEXEVT_ASSIGN(auto texts, table.Texts("run"));
  if (texts.empty() || texts.front().text.empty()) return table.ErrorOf(node, "'run' names no command");
  for (const PlacedText& text : texts) {
    VEXEVT_ASSIGN(FilledText argument, ReadFilled(table, text, FilledAs::kBytes, scope));
    run.command.push_back(std::move(argument));
  }
  if (run.command.front().has_places()) {
    return table.ErrorOf(node, "the command itself stands fixed: events fill its arguments only");
  }
  return run;
}

// A text that a field of the type can be read from.
std::string_view SampleOf(FieldType type) {
  switch (type) {
    case FieldType::kBool:
      return "true";
    case FieldType::kBoundary:
      return "user";
    case FieldType::kPriority:
      return "normal";
    case FieldType::kDevice:
      return "0:0";
    case FieldType::kTime:
      return "@0";
    case FieldType::kTraceId:
      return "00000000000000000000000000000000";
    default:
      return "0";
  }
}

class EmitReader {
 public:
  EmitReader(const TableReader& table, const ActionScope& scope) : table_(table), scope_(scope) {}

  Result<EmitAction> Read() {
    const DocumentNode& node = *table_.Find("emit");
    VEXEVT_ASSIGN(TableReader fields, TableReader::Of(table_.document(), node, "emit"));
    VEXEVT_ASSIGN(auto type, fields.Text("type"));
    if (!type) return fields.Missing("type");
    emit_.type = type->text;
    if (auto made = ReadEventWords(emit_.type, {}); !made.ok()) {
      return ErrorAt(table_.document(), type->at, made.status().message());
    }
    VEXEVT_TRY(ReadFields(fields, ""));
    // Each by itself is right; whether they go together:
    if (auto made = ReadEventWords(emit_.type, words_); !made.ok()) {
      return table_.ErrorOf(node, made.status().message());
    }
    return std::move(emit_);
  }

 private:
  // attr.note = "x" is a table in a table.
  Status ReadFields(const TableReader& fields, const std::string& prefix) {
    for (const DocumentEntry& entry : fields.entries()) {
      const std::string name = prefix + entry.key;
      const DocumentNode& value = entry.node.front();
      if (name == "type") continue;
      if (std::holds_alternative<Table>(value.value)) {
        VEXEVT_ASSIGN(TableReader nested, TableReader::Of(table_.document(), value, name));
        VEXEVT_TRY(ReadFields(nested, name + "."));
        continue;
      }
      VEXEVT_ASSIGN(FilledText text, ValueOf(name, value));
      std::string word = name + "=";
      const Field* field = FindField(name);
      word += !text.has_places() ? text.fixed_start() : SampleOf(field ? field->type : FieldType::kBytes);
      if (auto made = ReadEventWords(emit_.type, {&word, 1}); !made.ok()) {
        return table_.ErrorOf(value, made.status().message());
      }
      words_.push_back(std::move(word));
      emit_.fields.emplace_back(name, std::move(text));
    }
    return {};
  }

  Result<FilledText> ValueOf(const std::string& name, const DocumentNode& value) const {
    if (const auto* text = std::get_if<std::string>(&value.value)) {
      return ReadFilled(table_, {*text, value.at}, FilledAs::kBytes, scope_);
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value.value)) {
      return FilledText::Plain(fmt::format("{}", *integer));
    }
    if (const auto* number = std::get_if<double>(&value.value)) return FilledText::Plain(fmt::format("{}", *number));
    if (const auto* flag = std::get_if<bool>(&value.value)) return FilledText::Plain(*flag ? "true" : "false");
    return table_.ErrorOf(value, fmt::format("'{}' wants a text, a number or true or false", name));
  }

  const TableReader& table_;
  const ActionScope& scope_;
  EmitAction emit_;
  std::vector<std::string> words_;
};

Result<FilledText> ReadUrl(const TableReader& table, const PlacedText& text, const ActionScope& scope) {
  VEXEVT_ASSIGN(FilledText url, ReadFilled(table, text, FilledAs::kUrl, scope));
  std::string_view host = url.fixed_start();
  const bool known = host.starts_with("http://") || host.starts_with("https://");
  if (!known) return ErrorAt(table.document(), text.at, "a URL begins with http:// or https://");
  host.remove_prefix(host.find("//") + 2);
  const std::size_t end = host.find_first_of("/?#");
  if (url.has_places() && end == std::string_view::npos) {
    return ErrorAt(table.document(), text.at, "the host of a URL stands fixed: events fill what is behind its '/'");
  }
  if (end == 0 || host.empty()) return ErrorAt(table.document(), text.at, "the URL names no host");
  return url;
}

Result<HttpAction> ReadHttp(const TableReader& step, const ActionScope& scope) {
  const DocumentNode& node = *step.Find("http");
  HttpAction http;
  if (const auto* text = std::get_if<std::string>(&node.value)) {
    VEXEVT_ASSIGN(http.url, ReadUrl(step, {*text, node.at}, scope));
    return http;
  }
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(step.document(), node, "http"));
  VEXEVT_TRY(table.OnlyKeys({"url", "method", "headers", "body"}));
  VEXEVT_ASSIGN(auto url, table.Text("url"));
  if (!url) return table.Missing("url");
  VEXEVT_ASSIGN(http.url, ReadUrl(table, *url, scope));
  static constexpr std::string_view kMethods[] = {"POST", "GET", "PUT", "PATCH", "DELETE", "HEAD"};
  VEXEVT_ASSIGN(auto method,
                table.OneOf<std::size_t>(
                    "method", {kMethods[0], kMethods[1], kMethods[2], kMethods[3], kMethods[4], kMethods[5]}, 0));
  http.method = kMethods[method];
  VEXEVT_ASSIGN(http.headers, ReadFilledPairs(table, "headers", FilledAs::kHeader, scope));
  for (const auto& [name, value] : http.headers) {
    static constexpr std::string_view kBesides = "!#$%&'*+-.^_`|~";  // RFC 9110, token
    const bool token = !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             kBesides.find(c) != std::string_view::npos;
    });
    const bool one_line = value.source().find_first_of("\r\n") == std::string::npos;
    if (!token || !one_line) return table.ErrorOf(*table.Find("headers"), fmt::format("'{}' is no header", name));
  }
  VEXEVT_ASSIGN(auto body, table.Text("body"));
  if (body) {
    VEXEVT_ASSIGN(http.body, ReadFilled(table, *body, FilledAs::kBytes, scope));
  }
  return http;
}

Result<WriteAction> ReadWrite(const TableReader& table) {
  VEXEVT_ASSIGN(auto endpoint, table.Text("write"));
  auto name = ParseEndpoint(endpoint->text);
  if (!name.ok()) return ErrorAt(table.document(), endpoint->at, name.status().message());
  if (name->kind == EndpointKind::kStandard) {
    return ErrorAt(table.document(), endpoint->at, "the output is written to by 'emit', not by 'write'");
  }
  return WriteAction{endpoint->text};
}

Result<SetAction> ReadSet(const TableReader& step, const ActionScope& scope) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(step.document(), *step.Find("set"), "set"));
  if (table.entries().empty()) return step.ErrorOf(*step.Find("set"), "'set' sets nothing");
  SetAction set;
  for (const DocumentEntry& entry : table.entries()) {
    const auto machine = std::ranges::find(scope.machines, entry.key, &StateMachine::name);
    if (machine == scope.machines.end()) {
      std::vector<std::string_view> names;
      for (const StateMachine& known : scope.machines) names.push_back(known.name);
      return ErrorAt(step.document(), entry.at,
                     fmt::format("unknown machine '{}'{}", entry.key, NearestHint(entry.key, names)));
    }
    VEXEVT_ASSIGN(auto state, table.Text(entry.key));
    if (std::ranges::find(machine->states, state->text) == machine->states.end()) {
      const std::vector<std::string_view> names(machine->states.begin(), machine->states.end());
      return ErrorAt(
          step.document(), state->at,
          fmt::format("machine '{}' has no state '{}'{}", machine->name, state->text, NearestHint(state->text, names)));
    }
    set.states.emplace_back(entry.key, std::move(state->text));
  }
  return set;
}

}  // namespace

Status CheckScope(const TableReader& table, Position at, const Field& field, const ActionScope& scope) {
  static constexpr std::string_view kOfAnyMatch[] = {"id",   "source",   "seq",      "time", "hlc",
                                                     "type", "boundary", "priority", "host", "tenant"};
  if (!scope.of_match || field.payload == layout::kPayloadMatchTagValue) return {};
  if (std::ranges::find(kOfAnyMatch, field.name) != std::end(kOfAnyMatch)) return {};
  return ErrorAt(table.document(), at,
                 fmt::format("a match has no '{0}' of its own: of its events it shows 'attr.STEP.{0}', and "
                             "'attr.{0}' where its pattern says by = [\"{0}\"]",
                             field.name));
}

Result<FilledPairs> ReadFilledPairs(const TableReader& table, std::string_view key, FilledAs as,
                                    const ActionScope& scope) {
  FilledPairs pairs;
  const DocumentNode* node = table.Find(key);
  if (node == nullptr) return pairs;
  VEXEVT_ASSIGN(TableReader entries, TableReader::Of(table.document(), *node, key));
  for (const DocumentEntry& entry : entries.entries()) {
    VEXEVT_ASSIGN(auto text, entries.Text(entry.key));
    VEXEVT_ASSIGN(FilledText filled, ReadFilled(table, *text, as, scope));
    pairs.emplace_back(entry.key, std::move(filled));
  }
  return pairs;
}

Result<Action> ReadAction(const TableReader& table, const ActionScope& scope) {
  static constexpr std::string_view kKinds[] = {"run", "emit", "http", "write", "set"};
  std::string_view kind;
  for (const std::string_view key : kKinds) {
    const DocumentNode* node = table.Find(key);
    if (node == nullptr) continue;
    if (!kind.empty()) return table.ErrorOf(*node, fmt::format("it does one thing: '{}' or '{}'", kind, key));
    kind = key;
  }
  if (kind.empty()) return table.Missing("run', 'emit', 'http', 'write' or 'set");
  for (const std::string_view key : {"shell", "stdin"}) {
    const DocumentNode* node = table.Find(key);
    if (node != nullptr && kind != "run") return table.ErrorOf(*node, fmt::format("'{}' belongs to 'run'", key));
  }
  const auto as_action = [](auto read) -> Result<Action> {
    if (!read.ok()) return std::move(read).status();
    return Action(std::move(*read));
  };
  if (kind == "run") return as_action(ReadRun(table, scope));
  if (kind == "emit") return as_action(EmitReader(table, scope).Read());
  if (kind == "http") return as_action(ReadHttp(table, scope));
  if (kind == "write") return as_action(ReadWrite(table));
  return as_action(ReadSet(table, scope));
}

}  // namespace vexevt
