#include "lib/filter/examples.h"

#include <fmt/format.h>

namespace vexevt {

Result<ExamplesOutcome> TestFilter(const Filter& filter, const std::string& file) {
  return TestExamples(file, "keep", [&](const TableReader& table, const EventView& event) -> Result<std::string> {
    VEXEVT_ASSIGN(bool wanted, table.Flag("keep"));
    const FilterRule* rule = filter.FindRule(event);
    bool kept = TellsOfStream(event.type()) || (rule ? !rule->drop : filter.keeps_by_default());
    if (kept == wanted) return std::string();
    return fmt::format("is {} by {}", kept ? "kept" : "dropped",
                       rule ? fmt::format("rule '{}'", rule->name) : "default, as no rule holds");
  });
}

}  // namespace vexevt
