#include "fuse/event_types.h"

#include <fmt/format.h>

#include "lib/event/type.h"

namespace vexevt {
namespace {

// They change nothing, and there are many.
bool OnlyLooks(EventType type) { return type >= kFsLookup && type <= kFsSeek; }

}  // namespace

Result<EventPlan> PlanEvents(const FuseOptions& options) {
  EventPlan plan;
  if (!options.where.empty()) {
    auto expression = CompileExpression(options.where);
    if (!expression.ok()) return InvalidArgument(fmt::format("--where:{}", expression.status().message()));
    plan.where = std::move(*expression);
  }
  bool all = false;
  std::bitset<256> named;
  for (std::string_view name : options.types) {
    all |= name == "fs.*";
    auto type = ParseType(name);
    if (type && FamilyOf(*type) == Family::kFs) named.set(*type & 0xff);
  }
  for (const TypeInfo& info : AllTypes()) {
    if (FamilyOf(info.code) != Family::kFs) continue;
    bool wanted = options.types.empty() ? !OnlyLooks(info.code) : all || named[info.code & 0xff];
    if (options.types.empty() && plan.where) {
      const RangeSet& required = plan.where->requirement().types;
      // An expression that admits code 0, which no event has, names no types but at most leaves some out.
      wanted = required.Contains(info.code) && (!required.Contains(0) || wanted);
    }
    plan.fs_types.set(info.code & 0xff, wanted);
  }
  return plan;
}

}  // namespace vexevt
