#include "lib/react/command_environment.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "lib/event/unpack.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 10;

using Variables = std::map<std::string, std::string>;

void Set(std::string name, std::string_view value, Variables* variables) {
  if (value.size() > kMostBytes || name.size() > kMostBytes || value.find('\0') != std::string_view::npos) return;
  (*variables)[std::move(name)] = value;
}

std::string NameOf(std::string_view prefix, std::string_view field) {
  std::string name(prefix);
  for (const char c : field) {
    const bool letter = c >= 'a' && c <= 'z', same = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += letter ? static_cast<char>(c - 'a' + 'A') : same ? c : '_';
  }
  return name;
}

}  // namespace

Result<std::vector<std::string>> CommandEnvironment(const Workflow& workflow, const ProcessUser& user,
                                                    const Filling& with, const CommandFacts& facts) {
  Variables variables;
  for (const std::string& entry : BareEnvironment(user)) {
    const std::size_t equals = entry.find('=');
    variables[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  std::string value;
  for (const auto& [name, text] : workflow.environment) {
    value.clear();
    VEXEVT_TRY(text.Append(with, &value));
    Set(name, value, &variables);
  }
  for (const Field& field : AllFields()) {
    value.clear();
    if (!AppendFieldValue(with.event, field, ValueForm::kRaw, &value)) continue;
    if (field.type != FieldType::kBool || value == "true") Set(NameOf("VEXEVT_", field.name), value, &variables);
  }
  Event event;
  Unpack(with.event, &event);
  for (const Attribute& attribute : event.attributes) {
    value.clear();
    AppendAttributeValue(attribute, ValueForm::kRaw, &value);
    Set(NameOf("VEXEVT_ATTR_", attribute.key), value, &variables);
  }
  // Last, so that no event can stand in for them.
  Set("VEXEVT_WORKFLOW", workflow.name, &variables);
  Set("VEXEVT_RUN", with.run, &variables);
  Set("VEXEVT_STEP", with.step, &variables);
  Set("VEXEVT_KEY", with.key, &variables);
  Set("VEXEVT_EVENTS", fmt::format_int(with.count).str(), &variables);
  Set("VEXEVT_ATTEMPT", fmt::format_int(facts.attempt).str(), &variables);
  Set("VEXEVT_IDEMPOTENCY_KEY", facts.idempotency_key, &variables);
  if (facts.undo) Set("VEXEVT_UNDO", "1", &variables);

  std::vector<std::string> environment;
  for (const auto& [name, text] : variables) environment.push_back(fmt::format("{}={}", name, text));
  return environment;
}

}  // namespace vexevt
