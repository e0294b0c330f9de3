#include "lib/filter/ignore_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "lib/filter/ignore_pattern.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// As the kernel names it, with a '/' at the end.
Result<std::string> FolderOf(const std::string& file) {
  std::error_code failed;
  std::string folder = std::filesystem::canonical(std::filesystem::absolute(file).parent_path(), failed).string();
  if (failed) return ErrnoStatus(fmt::format("cannot find the folder of '{}'", file), failed.value());
  return folder.ends_with('/') ? folder : folder + '/';
}

}  // namespace

Result<IgnoreFiles> IgnoreFiles::Load(std::span<const std::string> files) {
  IgnoreFiles loaded;
  for (const std::string& name : files) {
    VEXEVT_ASSIGN(const std::string text, ReadFile(name, kMaxFileBytes));
    VEXEVT_ASSIGN(std::string folder, FolderOf(name));
    std::vector<StringPattern> patterns;
    std::vector<File::Meaning> meanings;
    std::string_view rest = text;
    if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      auto pattern = ParseIgnoreLine(line);
      if (!pattern) continue;
      patterns.push_back({PatternKind::kGlob, std::move(pattern->glob), nullptr});
      meanings.push_back({pattern->negated, pattern->directories_only});
    }
    auto compiled = PatternSet::Compile(patterns);
    if (!compiled.ok()) return std::move(compiled).status().WithContext(name);
    loaded.shallowest_ = loaded.files_.empty() ? folder.size() : std::min(loaded.shallowest_, folder.size());
    loaded.files_.push_back({std::move(folder), std::move(*compiled), std::move(meanings)});
  }
  return loaded;
}

// By the patterns for this path alone.
bool IgnoreFiles::Decide(std::string_view path, bool directory) {
  for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
    if (!path.starts_with(file->folder) || path.size() == file->folder.size()) continue;
    const std::string_view relative = path.substr(file->folder.size());
    file->patterns.MatchBatch({&relative, 1}, scratch_, hits_);
    const std::span<const std::uint32_t> hits = hits_[0];
    for (auto id = hits.rbegin(); id != hits.rend(); ++id) {
      const File::Meaning& meaning = file->meanings[*id];
      if (directory || !meaning.directories_only) return !meaning.negated;
    }
  }
  return false;
}

bool IgnoreFiles::Ignores(std::string_view path, bool directory) {
  if (path.size() <= shallowest_) return false;
  const std::size_t name = path.rfind('/') + 1;
  const std::string_view folder = path.substr(0, name);
  if (folder != last_folder_) {
    last_folder_ = folder;
    last_ignored_ = false;
    for (std::size_t end = path.find('/', shallowest_); end < name && !last_ignored_; end = path.find('/', end + 1)) {
      last_ignored_ = Decide(path.substr(0, end), true);
    }
  }
  return last_ignored_ || Decide(path, directory);
}

}  // namespace vexevt
