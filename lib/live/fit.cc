#include "lib/live/fit.h"

#include <algorithm>
#include <vector>

#include "lib/base/utf8.h"
#include "lib/plot/text_width.h"

namespace vexevt {
namespace {

std::vector<std::string_view> Characters(std::string_view text, bool utf8) {
  std::vector<std::string_view> characters;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, Utf8Length(text)));
    characters.push_back(utf8 || character.size() == 1 ? character : "?");
    text.remove_prefix(character.size());
  }
  return characters;
}

std::string Joined(const std::vector<std::string_view>& characters) {
  std::string text;
  for (const std::string_view character : characters) text += character;
  return text;
}

// As many of them from one end on as the width holds.
template <typename At>
std::string Part(At from, At end, std::size_t width, bool backwards) {
  std::vector<std::string_view> taken;
  for (std::size_t used = 0; from != end && (used += TextWidth(*from)) <= width; ++from) taken.push_back(*from);
  if (backwards) std::ranges::reverse(taken);
  return Joined(taken);
}

}  // namespace

std::string Fit(std::string_view text, std::size_t width, bool right, bool utf8) {
  const std::vector<std::string_view> characters = Characters(text, utf8);
  std::string fitted = Joined(characters);
  if (TextWidth(fitted) > width) {
    const std::string_view dots = std::string_view(utf8 ? "\u2026" : "..").substr(0, utf8 && width > 0 ? 3 : width);
    const std::size_t rest = width - TextWidth(dots);
    fitted = Part(characters.begin(), characters.end(), rest / 2, false);
    fitted += dots;
    fitted += Part(characters.rbegin(), characters.rend(), rest - rest / 2, true);
  }
  fitted.insert(right ? 0 : fitted.size(), width - std::min(width, TextWidth(fitted)), ' ');
  return fitted;
}

}  // namespace vexevt
