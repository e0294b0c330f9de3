#include "lib/react/command_environment.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/event/unpack.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 10;

void Set(std::string_view name, std::string_view value, std::vector<std::string>* environment) {
  if (value.size() > kMostBytes || value.find('\0') != std::string_view::npos) return;
  std::string entry = fmt::format("{}={}", name, value);
  const auto same = std::ranges::find_if(*environment, [&](const std::string& other) {
    return other.size() > name.size() && other.starts_with(name) && other[name.size()] == '=';
  });
  if (same != environment->end()) {
    *same = std::move(entry);
  } else {
    environment->push_back(std::move(entry));
  }
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
  std::vector<std::string> environment = BareEnvironment(user);
  std::string value;
  for (const auto& [name, text] : workflow.environment) {
    value.clear();
    VEXEVT_TRY(text.Append(with, &value));
    Set(name, value, &environment);
  }
  for (const Field& field : AllFields()) {
    value.clear();
    if (!AppendFieldValue(with.event, field, ValueForm::kRaw, &value)) continue;
    if (field.type != FieldType::kBool || value == "true") Set(NameOf("VEXEVT_", field.name), value, &environment);
  }
  Event event;
  Unpack(with.event, &event);
  for (const Attribute& attribute : event.attributes) {
    value.clear();
    AppendAttributeValue(attribute, ValueForm::kRaw, &value);
    if (attribute.key.size() <= kMostBytes) Set(NameOf("VEXEVT_ATTR_", attribute.key), value, &environment);
  }
  // Last, so that no event can stand in for them.
  Set("VEXEVT_WORKFLOW", workflow.name, &environment);
  Set("VEXEVT_RUN", with.run, &environment);
  Set("VEXEVT_STEP", with.step, &environment);
  Set("VEXEVT_KEY", with.key, &environment);
  Set("VEXEVT_EVENTS", fmt::format_int(with.count).str(), &environment);
  Set("VEXEVT_ATTEMPT", fmt::format_int(facts.attempt).str(), &environment);
  Set("VEXEVT_IDEMPOTENCY_KEY", facts.idempotency_key, &environment);
  if (facts.undo) Set("VEXEVT_UNDO", "1", &environment);
  return environment;
}

}  // namespace vexevt
