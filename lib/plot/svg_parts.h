// Parts of a chart as SVG that several kinds have. For the sources of svg.h alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lib/plot/chart.h"
#include "lib/plot/scale.h"

namespace vexevt {

// As AppendSvg, what the kind draws alone, from `top` on. There is a row, and a value that is no NaN. They return where
// they end.
double AppendBarsSvg(const Chart& chart, double top, std::string* out);
double AppendSparkSvg(const Chart& chart, double top, std::string* out);
double AppendLinesSvg(const Chart& chart, double top, std::string* out);
double AppendHeatMapSvg(const Chart& chart, double top, std::string* out);

enum class TextAnchor : unsigned char { kStart, kMiddle, kEnd };

// `bytes`, cut to so many characters. `style`: a class of kSvgStyle; empty: none.
void AppendSvgText(std::string_view bytes, std::size_t most, double x, double y, TextAnchor anchor,
                   std::string_view style, std::string* out);

// The room that labels take at the left, with what is between them and what follows.
double LabelRoom(const Chart& chart);
void AppendSvgLabel(std::string_view label, double room, double y, std::string* out);

std::string_view SvgColor(std::size_t row);

// What is drawn between left and right, from top to bottom; y goes by `scale`.
struct SvgField {
  double left, top, right, bottom;
  Scale scale;

  double YOf(double value) const { return bottom - ShareOf(value, scale) * (bottom - top); }
};

// The row's values as a line in `color`; a value without neighbours is a dot. `length`: values of a row as long as the
// field.
void AppendSvgLine(const ChartRow& row, std::size_t length, const SvgField& field, std::string_view color,
                   std::string* out);

// Marks of what the chart goes along, and what they say, below the field.
void AppendSvgAxis(const Chart& chart, const SvgField& field, std::string* out);

}  // namespace vexevt
