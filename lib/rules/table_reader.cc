#include "lib/rules/table_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/nearest_name.h"
#include "lib/base/units.h"
#include "lib/event/field.h"

namespace vexevt {

TableReader::TableReader(const Document& document, const Table& table, std::string_view name)
    : document_(&document), table_(&table), name_(name) {}

Result<TableReader> TableReader::Of(const Document& document, const DocumentNode& node, std::string_view name) {
  const auto* table = std::get_if<Table>(&node.value);
  if (!table) return ErrorAt(document, node.at, fmt::format("'{}' wants a table", name));
  TableReader reader(document, *table, name);
  reader.at_ = node.at;
  return reader;
}

const DocumentNode* TableReader::Find(std::string_view key) const {
  auto it = std::ranges::find(*table_, key, &DocumentEntry::key);
  return it == table_->end() ? nullptr : &it->node.front();
}

Status TableReader::OnlyKeys(std::initializer_list<std::string_view> known) const {
  for (const DocumentEntry& entry : *table_) {
    if (std::ranges::find(known, entry.key) != known.end()) continue;
    std::string_view nearest = NearestName(entry.key, {known.begin(), known.size()});
    std::string hint = nearest.empty() ? fmt::format(" (known: {})", fmt::join(known, ", ")) : DidYouMean(nearest);
    return ErrorAt(*document_, entry.at, fmt::format("unknown key '{}' in {}{}", entry.key, name_, hint));
  }
  return Status::Ok();
}

Status TableReader::Missing(std::string_view key) const {
  return ErrorAt(*document_, at_, fmt::format("{} wants '{}'", name_, key));
}

Result<std::optional<PlacedText>> TableReader::Text(std::string_view key) const {
  const DocumentNode* node = Find(key);
  if (!node) return std::optional<PlacedText>{};
  const auto* text = std::get_if<std::string>(&node->value);
  if (!text) return ErrorOf(*node, fmt::format("'{}' wants a text", key));
  return std::optional(PlacedText{*text, node->at});
}

Result<std::optional<std::int64_t>> TableReader::Integer(std::string_view key, std::int64_t least,
                                                         std::int64_t most) const {
  const DocumentNode* node = Find(key);
  if (!node) return std::optional<std::int64_t>{};
  const auto* number = std::get_if<std::int64_t>(&node->value);
  if (!number || *number < least || *number > most) {
    return ErrorOf(*node, fmt::format("'{}' wants a whole number from {} to {}", key, least, most));
  }
  return std::optional(*number);
}

Result<std::optional<std::uint64_t>> TableReader::Duration(std::string_view key) const {
  VEXEVT_ASSIGN(auto text, Text(key));
  if (!text) return std::optional<std::uint64_t>{};
  auto ns = ParseDuration(text->text);
  if (!ns.ok()) return ErrorAt(*document_, text->at, ns.status().message());
  return std::optional(*ns);
}

Result<std::optional<std::uint64_t>> TableReader::Size(std::string_view key) const {
  const DocumentNode* node = Find(key);
  if (!node) return std::optional<std::uint64_t>{};
  if (const auto* number = std::get_if<std::int64_t>(&node->value); number && *number >= 0) {
    return std::optional(static_cast<std::uint64_t>(*number));
  }
  const auto* text = std::get_if<std::string>(&node->value);
  if (!text) return ErrorOf(*node, fmt::format("'{}' wants a size", key));
  auto bytes = ParseSize(*text);
  if (!bytes.ok()) return ErrorOf(*node, bytes.status().message());
  return std::optional(*bytes);
}

Result<std::vector<PlacedText>> TableReader::Texts(std::string_view key) const {
  std::vector<PlacedText> texts;
  const DocumentNode* node = Find(key);
  if (!node) return texts;
  if (const auto* text = std::get_if<std::string>(&node->value)) return std::vector{PlacedText{*text, node->at}};
  const auto* list = std::get_if<List>(&node->value);
  if (!list) return ErrorOf(*node, fmt::format("'{}' wants a text or a list of texts", key));
  for (const DocumentNode& element : *list) {
    const auto* text = std::get_if<std::string>(&element.value);
    if (!text) return ErrorOf(element, fmt::format("'{}' wants texts", key));
    texts.push_back({*text, element.at});
  }
  return texts;
}

Result<std::vector<PlacedText>> TableReader::Fields(std::string_view key) const {
  VEXEVT_ASSIGN(auto fields, Texts(key));
  for (const PlacedText& field : fields) {
    if (field.text.starts_with("attr.") || FindField(field.text)) continue;
    return ErrorAt(*document_, field.at,
                   fmt::format("unknown field '{}'{}", field.text, DidYouMean(NearestField(field.text))));
  }
  return fields;
}

Result<bool> TableReader::Flag(std::string_view key) const {
  const DocumentNode* node = Find(key);
  if (!node) return false;
  const auto* flag = std::get_if<bool>(&node->value);
  if (!flag) return ErrorOf(*node, fmt::format("'{}' wants true or false", key));
  return *flag;
}

Result<std::optional<std::size_t>> TableReader::IndexOf(std::string_view key,
                                                        std::initializer_list<std::string_view> names) const {
  VEXEVT_ASSIGN(auto text, Text(key));
  if (!text) return std::optional<std::size_t>{};
  auto it = std::ranges::find(names, text->text);
  if (it == names.end()) {
    return ErrorAt(*document_, text->at, fmt::format("'{}' is one of {}", key, fmt::join(names, ", ")));
  }
  return std::optional(static_cast<std::size_t>(it - names.begin()));
}

}  // namespace vexevt
