#include "lib/ask/deed.h"

#include <fmt/format.h>

#include "lib/ask/rule_text.h"

namespace vexevt {
namespace {

std::string TypesText(const std::vector<std::string>& types) {
  if (types.size() == 1) return fmt::format("type = {}", types[0]);
  return fmt::format("type in ({})", fmt::join(types, ", "));
}

// `field` compared with what the deed before had in `other`.
std::string Compared(std::string_view field, Relation relation, const Deed& before, std::string_view other) {
  if (relation == Relation::kSame) return fmt::format("{} = {}.{}", field, before.name, other);
  return fmt::format("{0} exists and {0} != {1}.{2}", field, before.name, other);
}

}  // namespace

std::string ConditionOf(const Deed& deed, const Deed* actor_before, const Deed* object_before) {
  std::vector<std::string> conditions;
  if (!deed.types.empty()) conditions.push_back(TypesText(deed.types));
  if (deed.actor) {
    if (!deed.actor->condition.empty()) conditions.push_back(deed.actor->condition);
    if (actor_before != nullptr) {
      conditions.push_back(Compared(deed.actor->field, deed.actor->relation, *actor_before, deed.actor->field));
    }
  }
  if (object_before != nullptr) {
    conditions.push_back(
        Compared(deed.field, deed.object, *object_before, object_before->moves ? "path2" : object_before->field));
  }
  conditions.insert(conditions.end(), deed.conditions.begin(), deed.conditions.end());
  for (const std::string& clock : deed.clock) {
    conditions.push_back(deed.zone.empty() ? clock : fmt::format("{} zone {}", clock, ValueText(deed.zone)));
  }
  return JoinedByAnd(conditions);
}

}  // namespace vexevt
