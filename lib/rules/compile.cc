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

Result<Expression> CompileWhen(const RulesFile& rules, const PlacedText& when, const NamedLists& lists) {
  auto compiled = CompileExpression(when.text, lists);
  if (compiled.ok()) return compiled;
  // "COLUMN: what", as CompileExpression promises.
  const std::string& message = compiled.status().message();
  std::size_t column = 1;
  auto [end, error] = std::from_chars(message.data(), message.data() + message.size(), column);
  std::string_view what = error == std::errc()
                              ? std::string_view(message).substr(static_cast<std::size_t>(end - message.data()) + 2)
                              : std::string_view(message);
  return ErrorWithin(rules.document, when.at, when.text, column, what);
}

}  // namespace vexevt
