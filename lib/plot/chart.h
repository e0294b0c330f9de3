// Chart: what is drawn, as plain values. Texts for a terminal and SVG are made of the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/plot/quantity.h"

namespace vexevt {

enum class ChartKind : std::uint8_t {
  kBars,     // a bar for each row
  kSpark,    // a small line for each row, each on its own scale
  kLine,     // all rows on one scale, with axes
  kHeatMap,  // a line for each row, whose values are shades
};

struct ChartRow {
  std::string label;           // any bytes
  std::vector<double> values;  // NaN: there is none. kBars: one
};

struct Chart {
  ChartKind kind = ChartKind::kBars;
  // Any bytes; the second stands behind the first, or below it, and the note below all. Empty: there is none.
  std::string title, subtitle, note;
  Quantity quantity = Quantity::kNumber;
  std::vector<ChartRow> rows;  // in the order in which they are drawn
  // Of all kinds but kBars: value i of each row is of begin + i * step and what follows, by `along`. step > 0.
  Quantity along = Quantity::kTime;
  double begin = 0, step = 1;
};

// The values of the longest row.
std::size_t LengthOf(const Chart& chart);
// Whether there is one that is no NaN.
bool HasValue(const Chart& chart);

// What an axis says at `x`, where the next mark is `step` away: of a time no more than tells the marks apart.
std::string ShowAlong(double x, double step, Quantity along);

}  // namespace vexevt
