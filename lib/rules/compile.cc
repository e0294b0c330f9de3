#include "lib/rules/compile.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>

namespace vexevt {
namespace {

Result<std::vector<std::string>> ReadLines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  if (file.bad()) return ErrnoStatus(fmt::format("cannot read '{}'", path), errno);
  return lines;
}

}  // namespace

Result<NamedLists> LoadLists(const RulesFile& rules) {
  NamedLists lists;
  for (const auto& [name, list] : rules.lists) {
    if (list.file.text.empty()) {
      lists.Add(name, list.values);
      continue;
    }
    auto lines = ReadLines(list.file.text);
    if (!lines.ok()) return ErrorAt(rules.document, list.file.at, lines.status().message());
    lists.Add(name, std::move(*lines));
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
