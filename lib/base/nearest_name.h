// What somebody may have meant who wrote a name that is not known.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace vexevt {

// The one of `names` that is nearest to `name`; empty where none is near: more than a third of it would have to change.
std::string_view NearestName(std::string_view name, std::span<const std::string_view> names);

// " (did you mean 'x'?)", to stand behind a message; nothing for an empty name.
std::string DidYouMean(std::string_view nearest);
// The same of the nearest of `names`.
std::string NearestHint(std::string_view name, std::span<const std::string_view> names);

}  // namespace vexevt
