#include "lib/route/load_plan.h"

#include "lib/rules/rules_file.h"

namespace vexevt {

Result<RoutePlan> LoadPlan(const std::string& path) {
  VEXEVT_ASSIGN(RulesFile rules, ReadRules(path));
  return CompileRoutePlan(rules);
}

Result<RoutePlan> LoadWarmPlan(const std::string& path) {
  VEXEVT_ASSIGN(RoutePlan plan, LoadPlan(path));
  if (plan.table) plan.table->Warm();
  return plan;
}

}  // namespace vexevt
