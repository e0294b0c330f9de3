// A TOML document (https://toml.io/en/v1.0.0) as a tree of values that know where they stand, so that every complaint
// about a rules file names its line and column. Dates are refused: nothing of ours has one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

// 1-based; the column counts bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct DocumentNode;

struct DocumentEntry {
  std::string key;
  Position at;                     // of the key's value
  std::vector<DocumentNode> node;  // exactly one: DocumentNode is not complete here
};

using List = std::vector<DocumentNode>;
using Table = std::vector<DocumentEntry>;  // in the order of the file

struct DocumentNode {
  Position at;
  std::variant<std::string, std::int64_t, double, bool, List, Table> value;
};

// `file` names the document in errors: "rules.toml:12:8: …".
struct Document {
  std::string file;
  std::string text;
  Table root;
};

Result<Document> ParseDocument(std::string text, std::string file);

// The error of something at `at`: kInvalidArgument, "rules.toml:12:8: what".
Status ErrorAt(const Document& document, Position at, std::string_view what);

// The error of something `column` bytes (from 1) into the text of a string that stands at `at`, as an expression
// reports it. Exact where the string stands on one line without escapes, or is a multi-line literal; else it names the
// string's start.
Status ErrorWithin(const Document& document, Position at, std::string_view text, std::size_t column,
                   std::string_view what);

}  // namespace vexevt
