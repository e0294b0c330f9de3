// Sparklines and bars: numbers as marks of one line of text. Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "lib/plot/scale.h"

namespace vexevt {

// One character for each value, the higher the larger: U+2581 to U+2588, or, without `utf8`, _ . : - = + * #. NaN,
// which stands for none, is a space. For a line of a given width, give it Largest(values, width).
void AppendSparkline(std::span<const double> values, const Scale& scale, bool utf8, std::string* out);

// A bar of `share` of `width` characters, and spaces up to it. To an eighth of a character with `utf8`, else of #. What
// is more than nothing is seen. `share` is 0 to 1; NaN is 0.
void AppendBar(double share, std::size_t width, bool utf8, std::string* out);

}  // namespace vexevt
