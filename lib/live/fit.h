// Texts in a width. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vexevt {

// `text`, valid UTF-8, in exactly so many columns of a terminal: filled up with spaces, at its left side with `right`;
// or without its middle, since paths differ at their ends, for which "…" stands, or, without `utf8`, "..". What is not
// ASCII is "?" then.
std::string Fit(std::string_view text, std::size_t width, bool right, bool utf8);

}  // namespace vexevt
