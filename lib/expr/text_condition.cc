#include "lib/expr/text_condition.h"

#include <algorithm>

namespace vexevt {
namespace {

bool IsOneOf(const TextCondition& condition, std::string_view value) {
  return std::ranges::find(condition.texts, value) != condition.texts.end() ||
         std::ranges::any_of(condition.sets, [&](const auto& set) { return set->Contains(value); });
}

}  // namespace

std::string_view WithoutTrailingSlash(std::string_view folder) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return folder;
}

bool IsUnder(std::string_view value, std::string_view folder) {
  return value.starts_with(folder) && (value.size() == folder.size() || value[folder.size()] == '/');
}

bool TextCondition::Holds(std::string_view value) const {
  switch (op) {
    case TextOperator::kEquals:
      return value == text;
    case TextOperator::kStartsWith:
      return value.starts_with(text);
    case TextOperator::kEndsWith:
      return value.ends_with(text);
    case TextOperator::kContains:
      return finder.In(value);
    case TextOperator::kUnder:
      return IsUnder(value, text);
    case TextOperator::kGlob:
      return glob->Matches(value);
    case TextOperator::kMatches:
      return regex->Matches(value);
    case TextOperator::kIn:
      return IsOneOf(*this, value);
    case TextOperator::kUnderAny:
      // The value itself, then each folder above it, the root ("") last.
      for (;;) {
        if (IsOneOf(*this, value)) return true;
        auto slash = value.rfind('/');
        if (slash == std::string_view::npos) return false;
        value = value.substr(0, slash);
      }
  }
  return false;
}

}  // namespace vexevt
