// Charts as SVG: no script, no other resource, readable on light and on dark. Thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/plot/chart.h"

namespace vexevt {

// Of every picture.
inline constexpr double kSvgWidth = 720;

// A file: the charts below each other. `title` is any bytes.
std::string SvgDocument(std::string_view title, std::span<const Chart> charts);

// One chart as an <svg> of a page, or of a document, that has kSvgStyle in a <style>; at `top` of the latter. `id` is
// its own within the page: the names of title and description begin with it. Returns how high it is.
double AppendSvg(const Chart& chart, std::string_view id, double top, std::string* out);

extern const std::string_view kSvgStyle;

}  // namespace vexevt
