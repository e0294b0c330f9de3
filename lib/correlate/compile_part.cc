#include "lib/correlate/compile_part.h"

#include <fmt/format.h>

#include <charconv>

namespace vexevt {

Result<Condition> CompilePart(const PatternPart& part, std::string_view own, std::span<const std::string> names,
                              const NamedLists& lists, std::vector<EarlierField>* wanted) {
  auto condition = Condition::Compile(part.text, own, names, lists, wanted);
  if (condition.ok()) return condition;
  const std::string& message = condition.status().message();
  std::size_t column = 1;
  const auto [end, error] = std::from_chars(message.data(), message.data() + message.size(), column);
  return InvalidArgument(fmt::format("{}{}", part.at + column, std::string_view(end, message.data() + message.size())));
}

std::vector<std::string> ShownFields(const Pattern& pattern) {
  if (pattern.shown) return *pattern.shown;
  std::vector<std::string> shown;
  for (const PatternStep& step : pattern.steps) {
    if (!step.negated && !step.name.empty()) shown.push_back(step.name + ".path");
  }
  return shown;
}

}  // namespace vexevt
