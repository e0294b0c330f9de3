#include "lib/rules/document.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

namespace vexevt {
namespace {

Position At(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

struct Converter {
  std::optional<Position> refused;  // where a date stands

  DocumentNode Convert(const toml::node& node) {
    DocumentNode result{At(node.source()), false};
    if (const auto* table = node.as_table()) {
      result.value = ConvertTable(*table);
    } else if (const auto* array = node.as_array()) {
      List list;
      for (const toml::node& element : *array) list.push_back(Convert(element));
      result.value = std::move(list);
    } else if (const auto* text = node.as_string()) {
      result.value = text->get();
    } else if (const auto* integer = node.as_integer()) {
      result.value = integer->get();
    } else if (const auto* number = node.as_floating_point()) {
      result.value = number->get();
    } else if (const auto* boolean = node.as_boolean()) {
      result.value = boolean->get();
    } else if (!refused) {
      refused = result.at;
    }
    return result;
  }

  Table ConvertTable(const toml::table& table) {
    Table result;
    for (auto&& [key, value] : table) {
      DocumentNode node = Convert(value);
      Position at = node.at;
      result.push_back({std::string(key.str()), at, {}});
      result.back().node.push_back(std::move(node));
    }
    // toml++ keeps keys sorted; people think in the order of their file.
    std::ranges::stable_sort(result, [](const DocumentEntry& a, const DocumentEntry& b) {
      return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
    return result;
  }
};

}  // namespace

Result<Document> ParseDocument(std::string text, std::string file) {
  Document document{std::move(file), std::move(text), {}};
  Converter converter;
  try {
    document.root = converter.ConvertTable(toml::parse(document.text));
  } catch (const toml::parse_error& error) {
    return ErrorAt(document, At(error.source()), error.description());
  }
  if (converter.refused) return ErrorAt(document, *converter.refused, "a date or time is not a value here: quote it");
  return document;
}

Status ErrorAt(const Document& document, Position at, std::string_view what) {
  return InvalidArgument(fmt::format("{}:{}:{}: {}", document.file, at.line, at.column, what));
}

Status ErrorWithin(const Document& document, Position at, std::string_view text, std::size_t column,
                   std::string_view what) {
  // The source from the string's opening quote on.
  std::string_view source = document.text;
  for (std::uint32_t line = 1; line < at.line; ++line) source.remove_prefix(source.find('\n') + 1);
  source.remove_prefix(std::min<std::size_t>(at.column - 1, source.size()));
  std::size_t start = source.find(text);
  // Only the quotes, and the newline that a multi-line string may begin with, stand before the text.
  if (start == std::string_view::npos || source.substr(0, start).find_first_not_of("'\"\n") != std::string_view::npos) {
    return ErrorAt(document, at, what);
  }
  std::string_view before = source.substr(0, start + std::min(column - 1, text.size()));
  auto lines = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  if (lines == 0) {
    at.column += static_cast<std::uint32_t>(before.size());
  } else {
    at.line += lines;
    at.column = static_cast<std::uint32_t>(before.size() - before.rfind('\n'));
  }
  return ErrorAt(document, at, what);
}

}  // namespace vexevt
