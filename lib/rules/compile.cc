#include "lib/rules/compile.h"

#include <fmt/format.h>

#include <charconv>

namespace vexevt {

Result<NamedLists> LoadLists(const Document& document, const std::map<std::string, NamedList>& named) {
  NamedLists lists;
  for (const auto& [name, list] : named) {
    Status added = list.file.text.empty() ? lists.Add(name, list.values) : lists.AddFile(name, list.file.text);
    if (!added.ok()) return list.at ? ErrorAt(document, *list.at, added.message()) : std::move(added);
  }
  return lists;
}

Status ErrorInExpression(const Document& document, const PlacedText& placed, const Status& failure) {
  const std::string& message = failure.message();
  std::size_t column = 1;
  const auto [end, error] = std::from_chars(message.data(), message.data() + message.size(), column);
  const std::string_view what =
      error == std::errc() ? std::string_view(message).substr(static_cast<std::size_t>(end - message.data()) + 2)
                           : std::string_view(message);
  return ErrorWithin(document, placed.at, placed.text, column, what);
}

Result<Expression> CompileWhen(const RulesFile& rules, const PlacedText& when, const NamedLists& lists) {
  auto compiled = CompileExpression(when.text, lists);
  if (compiled.ok()) return compiled;
  return ErrorInExpression(rules.document, when, compiled.status());
}

}  // namespace vexevt
