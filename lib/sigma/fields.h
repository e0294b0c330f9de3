// What the words of Sigma mean here: which events a category of log sources is, and which of our fields one of theirs.
#pragma once

#include <cstdint>
#include <string_view>

namespace vexevt {

struct SigmaCategory {
  std::string_view name;   // "file_event"
  std::string_view types;  // an expression
  bool has_two_paths;      // TargetFilename is the new name
};

// nullptr where events of ours do not have it.
const SigmaCategory* FindSigmaCategory(std::string_view name);

// "file_event, file_delete, …"
std::string_view SigmaCategoryNames();

enum class SigmaFieldUse : std::uint8_t { kText, kNumber, kUser };

struct SigmaField {
  std::string_view name;   // "Image"
  std::string_view field;  // "exe"
  SigmaFieldUse use;
};

const SigmaField* FindSigmaField(std::string_view name, const SigmaCategory& category);  // nullptr where there is none

// "TargetFilename, Image, …"
std::string_view SigmaFieldNames();

// The priority for a level; empty where there is none.
std::string_view PriorityOfLevel(std::string_view level);

}  // namespace vexevt
