// TableReader: takes the values of one table by key and kind, so that each reader of a rules file states what it wants
// and every mismatch is told with its place. Borrows the document.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/rules/document.h"

namespace vexevt {

// A string of the file with its place.
struct PlacedText {
  std::string text;
  Position at;
};

class TableReader {
 public:
  // `name` is how errors call the table.
  TableReader(const Document& document, const Table& table, std::string_view name);
  static Result<TableReader> Of(const Document& document, const DocumentNode& node, std::string_view name);

  const Document& document() const { return *document_; }
  const Table& entries() const { return *table_; }
  const DocumentNode* Find(std::string_view key) const;  // nullptr where it isn't there

  Status OnlyKeys(std::initializer_list<std::string_view> known) const;  // else the nearest known one is named
  Status Missing(std::string_view key) const;
  Status ErrorOf(const DocumentNode& node, std::string_view what) const { return ErrorAt(*document_, node.at, what); }

  // nullopt where the key isn't there.
  Result<std::optional<PlacedText>> Text(std::string_view key) const;
  Result<std::optional<std::int64_t>> Integer(std::string_view key, std::int64_t least, std::int64_t most) const;
  Result<std::optional<std::uint64_t>> Duration(std::string_view key) const;  // ns
  Result<std::optional<std::uint64_t>> Size(std::string_view key) const;      // bytes; a number or a text like "16M"

  // What may be one text or a list of them; empty where the key isn't there.
  Result<std::vector<PlacedText>> Texts(std::string_view key) const;
  Result<std::vector<PlacedText>> Fields(std::string_view key) const;  // names of fields, or attr.NAME

  Result<bool> Flag(std::string_view key) const;  // false where the key isn't there

  // The place of the key's text in `names`, as a T.
  template <typename T>
  Result<T> OneOf(std::string_view key, std::initializer_list<std::string_view> names, T fallback) const {
    VEXEVT_ASSIGN(auto index, IndexOf(key, names));
    return index ? static_cast<T>(*index) : fallback;
  }

 private:
  Result<std::optional<std::size_t>> IndexOf(std::string_view key, std::initializer_list<std::string_view> names) const;

  const Document* document_;
  const Table* table_;
  std::string name_;
  Position at_;
};

}  // namespace vexevt
