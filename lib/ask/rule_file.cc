#include "lib/ask/rule_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "lib/io/atomic_file.h"
#include "lib/io/full.h"
#include "lib/rules/document.h"
#include "lib/rules/rules_file.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20;
constexpr mode_t kNewMode = 0644;

}  // namespace

Result<std::vector<std::string>> NamesInFile(const std::string& text, const std::string& file, std::string_view table,
                                             bool only) {
  VEXEVT_ASSIGN(Document document, ParseDocument(text, file));
  const TableReader root(document, document.root, "the file");
  if (only) VEXEVT_TRY(root.OnlyKeys({table}));
  VEXEVT_ASSIGN(auto nodes, Elements(root, table));
  std::vector<std::string> names;
  for (const DocumentNode& node : nodes) {
    VEXEVT_ASSIGN(TableReader reader, TableReader::Of(document, node, table));
    VEXEVT_ASSIGN(auto name, reader.Text("name"));
    if (name) names.push_back(std::move(name->text));
  }
  return names;
}

Status AddToFile(const std::string& file, std::string_view table, std::string_view name, std::string_view toml,
                 const FileCheck& check) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(file, error);
  const std::string path = error ? file : real.string();
  std::string text;
  mode_t mode = kNewMode;
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode))
      return InvalidArgument(fmt::format("'{}' is no file that rules can be added to", file));
    mode = status.st_mode & 07777;
    VEXEVT_ASSIGN(text, ReadFile(path, kMaxFileBytes));
    VEXEVT_ASSIGN(const auto names, NamesInFile(text, file, table));
    if (std::ranges::find(names, name) != names.end()) {
      return InvalidArgument(fmt::format("'{}' has a {} named '{}' already", file, table, name));
    }
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    if (!text.empty()) text += '\n';
  }
  text += toml;
  VEXEVT_TRY(check(text, file));
  return ReplaceFile(path, text, mode);
}

}  // namespace vexevt
