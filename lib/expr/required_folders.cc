#include "lib/expr/required_folders.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/base/folders.h"

namespace vexevt {
namespace {

// What begins with `text` lies in the folder that its last slash ends.
std::string_view FolderOfPrefix(std::string_view text) { return text.substr(0, text.rfind('/') + 1); }

// Nothing: anywhere.
std::optional<std::string> FolderOf(const PathCondition& condition) {
  // `dir` is how `path` begins.
  bool path = condition.field->name == "path" || condition.field->name == "dir";
  std::string_view text = condition.text;
  if (!path || condition.negated || !text.starts_with('/') || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  switch (condition.op) {
    case PathOperator::kEquals:
    case PathOperator::kUnder:
      break;
    case PathOperator::kStartsWith:
      text = FolderOfPrefix(text);
      break;
    case PathOperator::kGlob:
      if (std::size_t end = text.find_first_of("*?[]{}\\"); end != std::string_view::npos)
        text = FolderOfPrefix(text.substr(0, end));
      break;
    case PathOperator::kEndsWith:
    case PathOperator::kContains:
    case PathOperator::kMatches:
      return std::nullopt;
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

}  // namespace

std::vector<std::string> FoldersRequired(const Requirement& required) {
  std::vector<std::string> folders;
  for (const AnyOf& any : required.paths) {
    std::vector<std::string> these;
    bool anywhere = std::ranges::any_of(any, [&](const PathCondition& condition) {
      std::optional<std::string> folder = FolderOf(condition);
      if (folder) these.push_back(std::move(*folder));
      return !folder;
    });
    if (!anywhere) folders = FoldersInBoth(folders, these);
  }
  return folders;
}

}  // namespace vexevt
