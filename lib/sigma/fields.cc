#include "lib/sigma/fields.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace vexevt {
namespace {

// A file_event is one that was made or written anew. A close after writing tells of either, and once.
constexpr SigmaCategory kCategories[] = {
    {"file_event", "type in (fs.close-write, fs.symlink, fs.hardlink, fs.mknod, fs.move-in)", false},
    {"file_change", "type in (fs.close-write, fs.truncate, fs.attrib, fs.chmod, fs.chown, fs.setxattr, fs.removexattr)",
     false},
    {"file_delete", "type in (fs.delete, fs.move-out)", false},
    {"file_rename", "type = fs.rename", true},
    {"file_access", "type = fs.open", false},
};
constexpr std::string_view kCategoryNames = "file_event, file_change, file_delete, file_rename, file_access";

constexpr SigmaField kFields[] = {
    {"TargetFilename", "path", SigmaFieldUse::kText},
    {"FileName", "path", SigmaFieldUse::kText},
    {"Image", "exe", SigmaFieldUse::kText},
    {"ProcessName", "comm", SigmaFieldUse::kText},
    {"ProcessId", "pid", SigmaFieldUse::kNumber},
    {"ParentProcessId", "ppid", SigmaFieldUse::kNumber},
    {"User", "uid", SigmaFieldUse::kUser},
    {"Computer", "host", SigmaFieldUse::kText},
    {"Hostname", "host", SigmaFieldUse::kText},
};
constexpr std::string_view kFieldNames =
    "TargetFilename, FileName, Image, ProcessName, ProcessId, ParentProcessId, User, Computer, Hostname, and "
    "SourceFilename of file_rename";

constexpr SigmaField kFieldsOfTwoPaths[] = {
    {"SourceFilename", "path", SigmaFieldUse::kText},
    {"TargetFilename", "path2", SigmaFieldUse::kText},
};

constexpr std::pair<std::string_view, std::string_view> kLevels[] = {
    {"informational", "background"}, {"low", "low"}, {"medium", "normal"}, {"high", "high"}, {"critical", "critical"}};

}  // namespace

const SigmaCategory* FindSigmaCategory(std::string_view name) {
  const auto* it = std::ranges::find(kCategories, name, &SigmaCategory::name);
  return it == std::end(kCategories) ? nullptr : it;
}

std::string_view SigmaCategoryNames() { return kCategoryNames; }

const SigmaField* FindSigmaField(std::string_view name, const SigmaCategory& category) {
  if (category.has_two_paths) {
    const auto* it = std::ranges::find(kFieldsOfTwoPaths, name, &SigmaField::name);
    if (it != std::end(kFieldsOfTwoPaths)) return it;
  }
  const auto* it = std::ranges::find(kFields, name, &SigmaField::name);
  return it == std::end(kFields) ? nullptr : it;
}

std::string_view SigmaFieldNames() { return kFieldNames; }

std::string_view PriorityOfLevel(std::string_view level) {
  const auto* it = std::ranges::find(kLevels, level, &std::pair<std::string_view, std::string_view>::first);
  return it == std::end(kLevels) ? std::string_view() : it->second;
}

}  // namespace vexevt
